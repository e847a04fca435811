import pytest

from context_api.customers.cursors import Cursor, Listing
from context_api.errors import FaultyCursor
from context_api.store.sealing import Sealer

OURS, THEIRS = Sealer(b"k" * 32, "ours"), Sealer(b"k" * 32, "theirs")
LISTING = Listing(OURS, "customers", {"type": "person", "sort": "name"})
CURSOR = Cursor(7, ("Zoë", None, 3))


def test_a_cursor_comes_back_as_it_was_given() -> None:
    assert LISTING.take(LISTING.give(CURSOR)) == CURSOR
    assert LISTING.take(None) is None


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(Listing(THEIRS, "customers", LISTING.filters), id="another-tenant"),
        pytest.param(Listing(OURS, "records", LISTING.filters), id="another-listing"),
        pytest.param(Listing(OURS, "customers", {"type": "person"}), id="other-filters"),
        pytest.param(Listing(Sealer(b"j" * 32, "ours"), "customers", LISTING.filters), id="another-key"),
    ],
)
def test_a_cursor_serves_for_nothing_else(other: Listing) -> None:
    with pytest.raises(FaultyCursor):
        other.take(LISTING.give(CURSOR))


def test_a_cursor_with_one_letter_changed_is_refused() -> None:
    given = LISTING.give(CURSOR)
    payload, _, _ = given.partition(".")

    for place in range(len(given)):
        changed = given[:place] + ("A" if given[place] != "A" else "B") + given[place + 1 :]
        if place == len(payload) - 1 or place == len(given) - 1:
            continue  # the last letter of base64 has bits that say nothing
        with pytest.raises(FaultyCursor):
            LISTING.take(changed)


@pytest.mark.parametrize("given", ["", ".", "ä.ö", "e30", "....", "\0"])
def test_what_is_no_cursor_is_refused(given: str) -> None:
    with pytest.raises(FaultyCursor):
        LISTING.take(given)
