"""Masking by byte ranges: what is hidden is gone, what is left is the same bytes, and it is still JSON."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from context_api.policy.classification import Classification
from context_api.rendering.masking import MarkedJson, Marking, masked

CLASSES = st.sampled_from(list(Classification))
VALUES = st.one_of(st.text(), st.integers(-(2**50), 2**50), st.dictionaries(st.text(max_size=3), st.text()))
EVERYTHING = frozenset(Classification)


def marked(values: list[tuple[object, Classification]]) -> MarkedJson:
    marking = Marking()
    return marking.write([{"value": marking.of(value, cls), "class": str(cls)} for value, cls in values])


@given(st.lists(st.tuples(VALUES, CLASSES)), st.frozensets(CLASSES))
def test_exactly_what_is_not_cleared_is_blotted_out(
    values: list[tuple[object, Classification]], cleared: frozenset[Classification]
) -> None:
    answer = orjson.loads(masked(marked(values), cleared))

    open_to_all = {Classification.PUBLIC, Classification.INTERNAL}
    assert [item["value"] for item in answer] == [
        value if cls in cleared | open_to_all else {"masked": str(cls)} for value, cls in values
    ]


@given(st.lists(st.tuples(VALUES, CLASSES)))
def test_who_is_cleared_for_everything_gets_the_bytes_as_they_are(
    values: list[tuple[object, Classification]],
) -> None:
    view = marked(values)

    assert masked(view, EVERYTHING) is view.body


def test_a_text_that_looks_like_a_mark_is_only_a_text() -> None:
    view = marked([("\x000\x00", Classification.INTERNAL), ("secret", Classification.PII)])

    assert orjson.loads(view.body)[0]["value"] == "\x000\x00"
    assert b"secret" not in masked(view, ())


def test_what_is_not_stated_is_not_hidden() -> None:
    assert orjson.loads(masked(marked([(None, Classification.PII)]), ()))[0]["value"] is None
