"""Sorted columns are searched, not read: against dictionaries of the same content."""

import random

import numpy as np
import pyarrow as pa
import pytest

from resolution.lookup.indexes import KeyIndex, LinkIndex, RecordRows, SortedTable, SortedValues


def sorted_values(values: dict[str, float]) -> SortedValues:
    known = sorted(values)
    return SortedValues(pa.array(known, pa.string()), pa.array([values[v] for v in known], pa.float64()))


def test_values_are_found_and_unknown_ones_are_not() -> None:
    letters = "aéß漢z\U0001f600 "
    draw = random.Random(4)
    known = {"".join(draw.choices(letters, k=draw.randint(0, 4))): draw.random() for _ in range(300)}
    values = sorted_values(known)

    assert {value: values.get(value) for value in known} == known
    assert [values.get(v) for v in ("zzzzz", "\U0010ffff", "a" * 9) if v not in known] == [None] * 3
    assert sorted_values({}).get("a") is None


def test_a_sorted_table_is_joined_like_any_other() -> None:
    index = SortedTable(("word", "weight"), sorted_values({"acme": 2.5})).index(0)

    assert index.get("acme") == (("acme", 2.5),)
    assert index.get("other", ()) == ()
    with pytest.raises(KeyError):
        SortedTable(("word", "weight"), sorted_values({})).index(1)


def test_keys_give_all_their_records_and_stopped_ones_none() -> None:
    draw = random.Random(5)
    big = [2**64 - 1, 2**63 + 1, 2**63, 2**53 + 1, 2**53, 7]  # doubles would confuse some of them
    pairs = sorted((draw.choice(big), number) for number in range(200))
    index = KeyIndex(
        np.array([key for key, _ in pairs], dtype=np.uint64),
        np.array([number for _, number in pairs], dtype=np.uint32),
        np.array([7], dtype=np.uint64),
    )

    for key in big[:-1]:
        assert index.find(key).tolist() == [number for held, number in pairs if held == key]
    assert index.find(7).tolist() == []
    assert index.find(8).tolist() == []
    assert index.is_stopped(7)
    assert not index.is_stopped(2**63)


def test_the_links_of_a_record_stand_together() -> None:
    links = LinkIndex(
        np.array([0, 2, 2, 3], dtype=np.uint32),
        np.array([1, 2, 0], dtype=np.uint32),
        np.array([1.5, -2.0, -2.0]),
        np.array([1, 4, 4], dtype=np.uint8),
    )

    assert [links.of(n) for n in range(3)] == [[(1, 1.5, 1), (2, -2.0, 4)], [], [(0, -2.0, 4)]]


def test_rows_are_taken_across_batches_and_found_by_id() -> None:
    table = pa.table({"record_id": [f"r{n:02}" for n in range(10)], "source": ["a", "b"] * 5})
    rows = RecordRows(table.to_batches(max_chunksize=4), table.schema, 4, 10)

    assert rows.take([1, 4, 9]).to_pydict() == {"record_id": ["r01", "r04", "r09"], "source": ["b", "a", "b"]}
    assert rows.take([]).num_rows == 0
    assert [rows.number(f"r{n:02}") for n in range(10)] == list(range(10))
    assert rows.number("r05x") is None
    assert rows.number("z") is None
    assert rows.source(9) == "b"
