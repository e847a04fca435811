"""Scoring by the prepared query: every run reads the rows of now."""

from typing import Any

import pyarrow as pa

from resolution.domain.attributes import PartyType
from resolution.lookup.scoring import Scorer, rows_of


def test_each_run_scores_the_rows_it_is_given(held_out: Any) -> None:
    party = held_out.lookup._snapshot.parties["person"]
    scorer = Scorer(PartyType.PERSON, party)
    first, second = party.records.take([0, 1, 2]), party.records.take([3, 4])
    ids = [party.records[n] for n in range(5)]

    same = scorer.links(first, [(0, ids[0], ids[0])])
    other = scorer.links(second, [(1, ids[4], ids[3])])
    again = scorer.links(first, [(0, ids[0], ids[0])])

    assert [(link["record_id_l"], link["record_id_r"]) for link in same] == [(ids[0], ids[0])]
    assert again == same
    assert all({link["record_id_l"], link["record_id_r"]} == {ids[3], ids[4]} for link in other)


def test_a_value_that_was_never_null_before_may_be_now(held_out: Any) -> None:
    """A plan must not keep what the first rows were like."""
    party = held_out.lookup._snapshot.parties["person"]
    scorer = Scorer(PartyType.PERSON, party)
    (row,) = party.records.take([0]).to_pylist()
    bare = {"record_id": "z:party:1", "source": "z"}

    full = scorer.links(
        rows_of([row, {**row, "record_id": "z:party:2"}], party.records.schema),
        [(0, row["record_id"], "z:party:2")],
    )
    empty = scorer.links(rows_of([row, bare], party.records.schema), [(0, row["record_id"], "z:party:1")])

    assert full[0]["match_weight"] > 0
    levels = {name: level for link in empty for name, level in link.items() if name.startswith("level_")}
    assert set(levels.values()) <= {-1}


def test_rows_take_the_columns_and_types_of_the_snapshot(held_out: Any) -> None:
    schema = held_out.lookup._snapshot.parties["organization"].records.schema

    table = rows_of([{"record_id": "a", "source": "b", "unknown": 1}], schema)

    assert isinstance(table, pa.Table)
    assert table.schema == schema
    assert table.to_pylist()[0]["record_id"] == "a"
