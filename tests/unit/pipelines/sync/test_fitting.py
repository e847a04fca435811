import math
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from fake_source import people, person
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.connectors.port import FieldType
from pipelines.sync.contract import agree
from pipelines.sync.fitting import fit, fit_value, guess_type, key_of, new_fields, shapes_of

CONTRACT, _ = agree(people(age=FieldType.BIGINT, score=FieldType.DOUBLE, vip=FieldType.BOOLEAN), {})
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.lists(st.text()),
    st.sampled_from(["\udc80", "\0", "\u202e\u200b", "12", "012", "NaN", 2**63, -(2**63)]),
)  # fmt: skip


@pytest.mark.parametrize(
    ("value", "type_", "fitted"),
    [
        ("12", FieldType.BIGINT, 12),
        (12.0, FieldType.BIGINT, 12),
        (Decimal("7"), FieldType.BIGINT, 7),
        ("1.5", FieldType.DOUBLE, 1.5),
        (3, FieldType.DOUBLE, 3.0),
        (5, FieldType.TEXT, "5"),
        (True, FieldType.TEXT, "true"),
        ({"b": 1, "a": [2]}, FieldType.TEXT, '{"a": [2], "b": 1}'),
        (date(2024, 5, 1), FieldType.TEXT, "2024-05-01"),
        (datetime(2024, 5, 1, tzinfo=UTC), FieldType.TEXT, "2024-05-01T00:00:00+00:00"),
        (b"\xff", FieldType.TEXT, "base64:/w=="),
        (False, FieldType.BOOLEAN, False),
    ],
)
def test_a_value_that_loses_nothing_fits(value: Any, type_: FieldType, fitted: Any) -> None:
    assert fit_value(value, type_) == fitted


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        ("012", FieldType.BIGINT),
        (1.5, FieldType.BIGINT),
        (True, FieldType.BIGINT),
        (2**63, FieldType.BIGINT),
        (math.inf, FieldType.BIGINT),
        ("1_0", FieldType.DOUBLE),
        ([1], FieldType.DOUBLE),
        (1, FieldType.BOOLEAN),
        ("\udc80", FieldType.TEXT),
    ],
)
def test_a_value_that_would_be_changed_does_not_fit(value: Any, type_: FieldType) -> None:
    with pytest.raises(ValueError, match=r"expected|UTF-8"):
        fit_value(value, type_)


@settings(max_examples=80, deadline=None)
@given(rows=st.lists(st.tuples(JUNK, JUNK, JUNK, JUNK, JUNK), min_size=1, max_size=6))
def test_every_row_is_taken_in_or_set_aside_once(rows: list[tuple[Any, ...]]) -> None:
    given_ = [person(a, b, 1, None, age=c, score=d, vip=e) for a, b, c, d, e in rows]

    fitted = fit(CONTRACT, given_)

    assert fitted.batch.num_rows + len(fitted.bad) == len(given_)
    assert fitted.batch.column("id").null_count == 0


def test_one_bad_row_does_not_cost_the_others() -> None:
    rows = [person(1, age=1, score=1.0, vip=True), person(2, age=1.5, score=2, vip=None)]

    fitted = fit(CONTRACT, rows)

    assert fitted.batch.column("id").to_pylist() == [1]
    assert [(bad.row["id"], bad.field) for bad in fitted.bad] == [(2, "age")]


def test_a_row_that_lacks_a_field_is_named_with_it() -> None:
    row = person(1, age=1, score=1.0, vip=True)
    del row["name"]

    (bad,) = fit(CONTRACT, [row]).bad

    assert (bad.field, bad.reason) == ("name", "the row lacks the field name")


def test_columns_that_only_rows_show_are_found_with_their_type() -> None:
    rows: list[dict[str, Any]] = [{"id": 1, "x": 1}, {"id": 2, "x": 2.5, "y": None}]

    found = new_fields(CONTRACT, rows, shapes=shapes_of(rows))

    assert list(found.items()) == [("x", FieldType.DOUBLE), ("y", FieldType.TEXT)]


@pytest.mark.parametrize(
    ("values", "type_"),
    [([True], FieldType.BOOLEAN), ([1], FieldType.BIGINT), ([1, "a"], FieldType.TEXT), ([], FieldType.TEXT)],
)
def test_the_narrowest_type_is_guessed(values: list[Any], type_: FieldType) -> None:
    assert guess_type(values) is type_


def test_a_row_without_its_key_has_none() -> None:
    assert key_of(("a", "b"), {"a": 1, "b": None}) is None


@pytest.mark.parametrize("value", [b"x", bytearray(b"x"), memoryview(b"x")])
def test_bytes_of_any_kind_are_the_text_that_they_are(value: Any) -> None:
    among_texts = fit(CONTRACT, [person(1, value, 1, None, age=1, score=1.0, vip=True)])
    alone = fit_value(value, FieldType.TEXT)

    assert (among_texts.batch.column("name").to_pylist(), alone) == (["x"], "x")
