from pathlib import Path

import duckdb
import pytest

from resolution.domain.attributes import Attribute, ColumnMapping, Mapping, SourceMapping
from resolution.report.overview import mapped_sources, parties, quarantine, size_bars


def test_sizes_stand_alone_up_to_eight_then_in_bands_that_double() -> None:
    shown = size_bars([(1, 10), (8, 2), (9, 1), (16, 1), (17, 1), (40, 1)])

    assert [(bar.label, bar.value) for bar in shown] == [
        ("1", 10), ("8", 2), ("9-16", 2), ("17-32", 1), ("33-64", 1),
    ]  # fmt: skip
    assert shown[0].share == 1


def test_records_and_parties_add_up(synthetic_run: Path) -> None:
    with duckdb.connect(str(synthetic_run / "state.duckdb"), read_only=True) as connection:
        found = parties(connection)
        records, golden = connection.execute(
            "select count(*), count(distinct golden_id) from membership"
        ).fetchone() or (0, 0)

    assert sum(party.records for party in found) == records
    assert sum(party.parties for party in found) == golden
    assert all(sum(bar.value for bar in party.sizes) == party.parties for party in found)
    assert all(party.duplicates == party.records - party.parties for party in found)


def test_quarantine_is_sampled_but_counted_whole() -> None:
    connection = duckdb.connect()
    connection.execute(
        "create table quarantine as select 'f.csv' as file, range as line, null::varchar as field,"
        " 'no id' as reason, repeat('x', 5000) as row_json from range(1000)"
    )

    found = quarantine(connection)

    assert (found.total, len(found.rows)) == (1000, 20)
    assert [(bar.label, bar.value) for bar in found.reasons] == [("no id", 1000)]
    assert len(found.rows[0].content) == 200


@pytest.mark.parametrize("columns", [3, 200])
def test_a_mapping_of_many_columns_is_cut_and_says_so(columns: int) -> None:
    given = tuple(ColumnMapping(f"c{i}", Attribute.EMAIL) for i in range(columns))

    (found,) = mapped_sources(Mapping((SourceMapping("f.csv", "crm", given),)))

    assert len(found.columns) + found.hidden == columns
    assert len(found.columns) <= 80
