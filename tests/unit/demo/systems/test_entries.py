from datetime import date, timedelta

import pytest

from demo.population.atlas import Seed
from demo.systems.entries import Entry, batch_stamp, entries, stamp

SPAN = (date(2021, 1, 2), date(2026, 6, 30))


@pytest.fixture(scope="module")
def made() -> list[Entry]:
    seed = Seed("tests")
    return [e for n in range(800) for e in entries(seed, "crm", n, span=SPAN, share=0.5, again=0.1)]


def test_share_and_again_say_how_many_there_are(made: list[Entry]) -> None:
    known = {entry.position for entry in made}

    assert 340 < len(known) < 460
    assert 15 < len(made) - len(known) < 70


def test_times_are_in_order_and_within_the_window(made: list[Entry]) -> None:
    for entry in made:
        assert SPAN[0] <= entry.created.date() <= entry.updated.date() <= SPAN[1]
        assert entry.created <= entry.updated
        assert entry.deleted in (None, entry.updated)


def test_some_entries_are_corrected_years_later(made: list[Entry]) -> None:
    late = [entry for entry in made if entry.updated - entry.created > timedelta(days=700)]

    assert len(late) > 20
    assert {entry.seen == entry.created.date() for entry in late} == {True, False}


def test_changes_before_the_migration_share_its_stamp() -> None:
    first = date(2021, 1, 2)

    assert (
        batch_stamp(date(2021, 3, 1), first) == batch_stamp(date(2021, 9, 9), first) == "2023-05-02T03:00:00Z"
    )
    assert batch_stamp(date(2024, 3, 1), first)[:10] == "2024-03-01"


def test_stamps_are_utc(made: list[Entry]) -> None:
    assert stamp(made[0].created).endswith("Z")
