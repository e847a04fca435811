"""A given record becomes the row and the keys that a batch makes of it."""

import datetime
from pathlib import Path
from typing import Any

import duckdb

from resolution.domain.attributes import IdentifierKind
from resolution.few_rows.connection import _plans
from resolution.lookup.given import GivenIdentifier, GivenRecord
from resolution.lookup.preparing import prepare_given

TODAY = datetime.date(2026, 1, 1)


def test_rows_and_keys_are_those_of_the_run(held_out: Any, sample_run: Path) -> None:
    snapshot = held_out.lookup._snapshot
    given = list(held_out.given.values())

    prepared = prepare_given(snapshot, given, today=TODAY)

    assert [record.record_id for record in prepared] == list(held_out.given)
    with duckdb.connect(str(sample_run / "current" / "state.duckdb"), read_only=True) as connection:
        for record in prepared:
            name = record.party_type.value
            cursor = connection.execute(
                f"select * from match_{name} where record_id = $1", [record.record_id]
            )
            columns = [column[0] for column in cursor.description or ()]
            row = dict(zip(columns, cursor.fetchone() or (), strict=True))
            keys = {rule: row[f"bk_{rule}"] for rule in snapshot.parties[name].keys}
            assert record.keys == {rule: key for rule, key in keys.items() if key is not None}
            scored = set(snapshot.parties[name].records.schema.names)
            mine = {column: record.row[column] for column in scored}
            if mine.get("token_weights") is not None:
                mine["token_weights"] = dict(mine["token_weights"])
            assert mine == {column: row[column] for column in scored}


def test_records_with_much_of_different_kinds_need_no_statement_that_each_alone_does_not(
    held_out: Any,
) -> None:
    snapshot = held_out.lookup._snapshot
    records = [
        GivenRecord(
            record_id=kind.value,
            full_name="Ann Lee",
            identifiers=[GivenIdentifier(value=f"AB12345{n}", kind=kind) for n in range(3)],
        )
        for kind in (IdentifierKind.LEI, IdentifierKind.PASSPORT)
    ]
    alone = [prepare_given(snapshot, [record], today=TODAY)[0] for record in records]
    compiled = set(_plans)

    together = prepare_given(snapshot, records, today=TODAY)

    assert together == alone
    assert set(_plans) == compiled


def test_keys_of_values_that_too_many_share_are_left_out(held_out: Any) -> None:
    snapshot = held_out.lookup._snapshot
    (record,) = prepare_given(snapshot, [GivenRecord(full_name="Ann Lee", emails=["a@x.com"])], today=TODAY)

    assert record.keys.keys() <= {rule.name for rule in snapshot.parties["person"].model.blocking_rules}
    assert "email" in record.keys
