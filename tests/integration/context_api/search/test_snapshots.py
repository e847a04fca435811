"""Which match snapshot answers while others come and go."""

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from context_api.errors import MatchUnavailable
from context_api.search import snapshots
from context_api.search.snapshots import SUFFIX, MatchSnapshots, OpenSnapshot
from pipelines import publish_snapshot
from resolution.lookup import looking_up

WITHIN = 60.0


@pytest.fixture
def folder(matchable: Any) -> Path:
    """A folder with the snapshots 1, and 2 under another name of the same file, and 3 of its own."""
    folder: Path = matchable.snapshot.parent
    os.link(matchable.snapshot, folder / f"{matchable.version + 1}{SUFFIX}")
    shutil.copy(matchable.snapshot, folder / f"{matchable.version + 2}{SUFFIX}")
    return folder


def opened(held: MatchSnapshots, version: int) -> OpenSnapshot:
    until = time.monotonic() + WITHIN
    while True:
        with suppress(MatchUnavailable):
            found = held.of(version)
            if found.version == version:
                return found
        assert time.monotonic() < until


def test_the_name_is_that_which_publish_gives() -> None:
    assert publish_snapshot.SUFFIX == SUFFIX


def test_a_newer_version_is_opened_and_one_file_is_opened_once(folder: Path, matchable: Any) -> None:
    held = MatchSnapshots(folder)
    held.warm_up()
    third = opened(held, matchable.version + 2)
    first = opened(held, matchable.version)
    second = opened(held, matchable.version + 1)

    assert first.lookup is not third.lookup
    assert second.lookup is first.lookup
    assert held.advice() is None


def test_while_a_newer_one_is_being_opened_the_last_one_answers(
    folder: Path, matchable: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = MatchSnapshots(folder)
    first = opened(held, matchable.version)
    gate, open_snapshot = Event(), looking_up.open_snapshot

    def slow(path: Path) -> Any:
        gate.wait(WITHIN)
        return open_snapshot(path)

    monkeypatch.setattr(looking_up, "open_snapshot", slow)
    monkeypatch.setattr(snapshots, "WAIT_SECONDS", 0.01)
    meanwhile = held.of(matchable.version + 2)
    gate.set()

    assert meanwhile is first
    assert opened(held, matchable.version + 2).lookup is not first.lookup


def test_what_was_missing_is_found_when_it_comes(
    folder: Path, matchable: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = MatchSnapshots(folder)
    opened(held, matchable.version)
    monkeypatch.setattr(snapshots, "RETRY_SECONDS", 0.0)
    with pytest.raises(MatchUnavailable) as caught:
        held.of(99)

    assert caught.value.facts["state"] == "missing"
    assert held.advice() is not None
    shutil.copy(matchable.snapshot, folder / f"99{SUFFIX}")
    monkeypatch.setattr(snapshots, "WAIT_SECONDS", WITHIN)
    assert held.of(99).version == 99
    assert held.advice() is None
