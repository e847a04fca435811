from pathlib import Path

import pytest
from rich.console import Console

from demo.summary import Summary, read_summary, tables
from pipelines.run import RunReport
from pipelines.warehouse import connect

WAREHOUSE = """
create schema intermediate; create schema sync; create schema resolution; create schema quality;
create table intermediate.int_party_records (source varchar, is_deleted boolean);
create table intermediate.int_activities (source varchar, is_deleted boolean);
create table sync.quarantine (source varchar, replayed_at timestamp);
create table resolution.golden_membership (golden_id varchar, party_type varchar, version bigint);
create table resolution.links (method varchar, band varchar, veto varchar);
create table resolution.quarantine (record_id varchar);
create table quality.resolution_quality (measure varchar, value double, measured_against varchar);
insert into intermediate.int_party_records values ('crm', false), ('crm', false), ('crm', true);
insert into intermediate.int_activities values ('email', false), ('crm', false), ('email', true);
insert into sync.quarantine values ('email', null), ('erp', null), ('erp', '2026-01-01');
insert into resolution.golden_membership values ('g1', 'person', 7), ('g1', 'person', 7), ('g2', 'person', 7);
insert into resolution.links values
    ('exact', 'match', null), ('exact', 'match', 'birth date'), ('fuzzy', 'review', null),
    ('fuzzy', 'review', 'birth date');
insert into resolution.quarantine values ('crm:contact:5');
insert into quality.resolution_quality values ('pair_recall', 0.25, 'the truth'), ('other', 1, 'x');
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with connect(tmp_path) as connection:
        connection.execute(WAREHOUSE)
    return tmp_path


def test_what_is_deleted_replayed_or_vetoed_is_not_counted(home: Path) -> None:
    summary = read_summary(home)

    assert summary == Summary(
        version=7,
        sources=[("crm", 2, 1, 0), ("email", 0, 1, 1), ("erp", 0, 0, 1)],
        golden=[("person", 2, 3)],
        links=[("exact", 1)],
        review=1,
        unused=1,
        quality=[("pair_recall", 0.25, "the truth")],
    )


def test_the_tables_say_the_sum_of_the_sources_and_the_time_of_all_steps(home: Path) -> None:
    report = RunReport("run", loading_seconds=1.5, steps={"sync": 2.0, "settle": 0.25})
    console = Console(width=120)
    with console.capture() as said:
        for table in tables(read_summary(home), report):
            console.print(table)

    rows = [[cell.strip() for cell in line.strip("│┃ ").split("│")] for line in said.get().splitlines()]
    assert ["all", "2", "2", "2"] in rows
    assert ["all", "3.8"] in rows
    assert ["recall", "0.250", "the truth"] in rows


def test_quality_that_nobody_measured_has_no_table(home: Path) -> None:
    with connect(home) as connection:
        connection.execute("delete from quality.resolution_quality")

    titles = [table.title for table in tables(read_summary(home), RunReport("run"))]

    assert titles == ["Records by source", "What was found, version 7", "What it took"]
