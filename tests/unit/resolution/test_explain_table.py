import io
import re
from pathlib import Path

import duckdb
from rich.console import Console

from resolution.explain import MISSING, explain_pair, open_run
from resolution.explain_record import explain_record
from resolution.explain_table import print_pair, print_record


def console(width: int = 180) -> Console:
    return Console(file=io.StringIO(), width=width, color_system=None)


def text_of(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def pair_where(connection: duckdb.DuckDBPyConnection, condition: str) -> tuple[str, str]:
    links = connection.query("from links").filter(condition).order("record_id_l, record_id_r").limit(1)
    (row,) = links.project("record_id_l, record_id_r").fetchall()
    return row[0], row[1]


def test_a_pair_is_printed_with_verdict_sum_thresholds_and_what_would_flip_it(synthetic_run: Path) -> None:
    shown = console()
    with open_run(synthetic_run) as (connection, model):
        print_pair(shown, explain_pair(connection, model, pair=pair_where(connection, "band = 'review'")))

    text = text_of(shown)
    assert text.startswith("Two parties until someone decides")
    assert "match from 0.85, review from 0.35" in text
    assert "before looking" in text
    assert "match weight" in text
    assert "What would flip it" in text


def test_weights_and_bars_are_whole_on_a_narrow_terminal(synthetic_run: Path) -> None:
    shown, wide = console(80), console()
    with open_run(synthetic_run) as (connection, model):
        explanation = explain_pair(connection, model, pair=pair_where(connection, "band = 'match'"))
        print_pair(shown, explanation)
        print_pair(wide, explanation)

    assert explanation.score is not None
    text = text_of(shown)
    assert all(f"{part.weight:+.2f}" in text for part in explanation.score.parts if part.level != MISSING)
    assert re.search("│█+", text)  # a bar to the right
    assert len(re.findall("│█", text)) == len(re.findall("│█", text_of(wide)))


def test_the_path_is_printed_when_others_join_the_two(synthetic_run: Path) -> None:
    shown = console()
    with open_run(synthetic_run) as (connection, model):
        (pair,) = connection.execute(
            "select a.record_id, b.record_id from membership a join membership b using (golden_id)"
            " join links l on l.record_id_l = a.record_id and l.record_id_r = b.record_id"
            " where l.band <> 'match' order by 1, 2 limit 1"
        ).fetchall()
        print_pair(shown, explain_pair(connection, model, pair=pair))

    text = text_of(shown)
    assert text.startswith("One party, through other records")
    assert "The path that joins them" in text


def test_source_text_is_not_read_as_markup(synthetic_run: Path, tmp_path: Path) -> None:
    (tmp_path / "state.duckdb").write_bytes((synthetic_run / "state.duckdb").read_bytes())
    shown = console()
    with duckdb.connect(str(tmp_path / "state.duckdb")) as connection:
        record = "crm:party:CRM-00009"
        connection.execute("update claims set value = '[bold]x[/bold]' where record_id = ?", [record])
        connection.execute("update golden_values set value = '[red]y[/nothing]'")
        print_record(shown, explain_record(connection, record=record))

    assert "[bold]x[/bold]" in text_of(shown)
    assert "[red]y[/nothing]" in text_of(shown)


def test_a_record_is_printed_with_members_and_outsiders(synthetic_run: Path) -> None:
    shown = console()
    with open_run(synthetic_run) as (connection, _):
        record, _ = pair_where(connection, "band = 'review'")
        print_record(shown, explain_record(connection, record=record))

    for heading in (
        "Its golden record",
        "each with its strongest link",
        "Nearest outside",
        "waits for review",
    ):
        assert heading in text_of(shown)
