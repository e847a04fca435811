"""The home folder of the demo: its company is written once, and gone on with from then on."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from demo.company import PARTIES, SEED, SYSTEMS, write_company
from demo.errors import AnotherCompany
from pipelines.sync.demo_sources import demo_sources
from pipelines.sync.sources import SOURCES_FILE

NOTE = "company.json"  # how the company was made; written after it, so that half a company is written again


@dataclass(frozen=True, slots=True)
class DemoHome:
    """What was found or made: `words` tells it to a person."""

    is_new: bool
    words: str


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
    summary = write_company(home, until=datetime.now(UTC).date(), scale=size, seed=word, parties=parties)
    note.write_text(json.dumps({"scale": size, "seed": word, "parties": parties}), encoding="utf-8")
    sources.write_text(demo_sources(), encoding="utf-8")
    return DemoHome(
        True,
        f"Wrote a company of {summary.parties:,} parties into {home}: {summary.records:,} records in a CRM,"
        " an ERP, an ITSM desk and mailboxes.",
    )
