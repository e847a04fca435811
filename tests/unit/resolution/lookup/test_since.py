"""What changed after a snapshot."""

import pytest

from resolution.domain.clustering import DECIDED
from resolution.lookup.layout import DECIDED_MATCH, DECIDED_NO_MATCH, JOINS, STRICT, VETOED
from resolution.lookup.since import NOTHING_SINCE, Since, flags_of


@pytest.mark.parametrize(
    ("link", "flags"),
    [
        ({"band": "match", "method": "probabilistic", "veto": None}, JOINS),
        ({"band": "match", "method": "deterministic", "veto": None}, JOINS | STRICT),
        ({"band": "no_match", "method": "probabilistic", "veto": "different_identifiers"}, VETOED),
        ({"band": "review", "method": "probabilistic", "veto": None}, 0),
    ],
    ids=["match", "rule", "veto", "review"],
)
def test_flags_say_what_a_link_does(link: dict[str, str | None], flags: int) -> None:
    assert flags_of(link) == flags


def test_newer_decisions_stand_over_links_and_make_them_where_there_are_none() -> None:
    since = Since(decisions={("a", "b"): False, ("b", "c"): True})

    assert since.decided("b", [("a", 9.0, JOINS), ("d", 1.0, 0)]) == [
        ("a", 9.0, DECIDED_NO_MATCH),
        ("d", 1.0, 0),
        ("c", DECIDED, JOINS | DECIDED_MATCH),
    ]
    assert since.decided("d", [("b", 1.0, 0)]) == [("b", 1.0, 0)]


def test_links_of_newer_records_are_known_from_both_ends() -> None:
    link = {"match_weight": 5.0, "band": "match", "method": "probabilistic", "veto": None}

    since = NOTHING_SINCE.with_links({("a", "n"): link})

    assert (since.links_of("a"), since.links_of("n")) == ([("n", 5.0, JOINS)], [("a", 5.0, JOINS)])
    assert since.links_of("b") == ()
