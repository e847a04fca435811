"""The home folder of the demo: its company is written once, and gone on with from then on."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from demo.company import PARTIES, SEED, SYSTEMS, change_company, write_company
from demo.errors import AnotherCompany, NoCompany
from pipelines.sync.demo_sources import demo_sources
from pipelines.sync.sources import SOURCES_FILE

NOTE = "company.json"  # how the company was made; written after it, so that half a company is written again


@dataclass(frozen=True, slots=True)
class DemoHome:
    """What was found or made: `words` tells it to a person."""

    is_new: bool
    words: str


@dataclass(frozen=True, slots=True)
class PassedDay:
    """A day that the company lived through; `told` is what happened in each system, in words."""

    day: date
    told: Mapping[str, Sequence[str]]


def prepare_home(
    home: Path, *, scale: int | None = None, seed: str | None = None, parties: int = PARTIES
) -> DemoHome:
    """Write the demo company and its sources.yml into a home folder that has none yet.

    A company that is there is gone on with, whatever its size and seed, unless others are asked for.

    Raises:
        AnotherCompany: the folder holds a company of another size or seed, or systems that we did not write.
    """
    note = home / SYSTEMS / NOTE
    sources = home / SOURCES_FILE
    if note.exists():
        found = json.loads(note.read_text(encoding="utf-8"))
        if scale not in (None, found["scale"]) or seed not in (None, found["seed"]):
            raise AnotherCompany(home, scale=found["scale"], seed=found["seed"])
        if not sources.exists():  # cut off between the note and this
            sources.write_text(demo_sources(), encoding="utf-8")
        return DemoHome(False, f"Going on with the demo company in {home}; what changed in it is synced.")
    if sources.exists():
        raise AnotherCompany(home, scale=None, seed=None)
    size, word = scale or 1, seed or SEED
    today = datetime.now(UTC).date()
    summary = write_company(home, until=today, scale=size, seed=word, parties=parties)
    written = {"scale": size, "seed": word, "parties": parties, "day": today.isoformat()}
    note.write_text(json.dumps(written), encoding="utf-8")
    sources.write_text(demo_sources(), encoding="utf-8")
    return DemoHome(
        True,
        f"Wrote a company of {summary.parties:,} parties into {home}: {summary.records:,} records in a CRM,"
        " an ERP, an ITSM desk and mailboxes.",
    )


def pass_day(home: Path) -> PassedDay:
    """Let the next day pass in all systems of the company; the days follow one another, whatever today is.

    Raises:
        NoCompany: there is none in this folder yet.
    """
    note = home / SYSTEMS / NOTE
    if not note.exists():
        raise NoCompany(home)
    found = json.loads(note.read_text(encoding="utf-8"))
    written = datetime.fromtimestamp(note.stat().st_mtime, UTC).date()  # older notes do not name the day
    day = date.fromisoformat(found.get("day", written.isoformat())) + timedelta(days=1)
    told = change_company(home, day=day, seed=found["seed"])
    note.write_text(json.dumps({**found, "day": day.isoformat()}), encoding="utf-8")
    return PassedDay(day, told)
