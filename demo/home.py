"""The home folder of the demo: its company is written once, and gone on with from then on."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from demo.company import PARTIES, SEED, SYSTEMS, write_company
from demo.errors import AnotherCompany
from pipelines.sync.demo_sources import demo_sources
from pipelines.sync.sources import SOURCES_FILE

NOTE = "company.json"  # how the company was made; written last, so that half a company is written again


@dataclass(frozen=True, slots=True)
class DemoHome:
    """What was found or made: `words` tells it to a person."""

    is_new: bool
    words: str


def prepare_home(home: Path, *, scale: int = 1, seed: str | None = None, parties: int = PARTIES) -> DemoHome:
    """Write the demo company and its sources.yml into a home folder that has none yet.

    Raises:
        AnotherCompany: the folder holds a company of another size or seed, or systems that we did not write.
    """
    word = seed or SEED
    note = home / SYSTEMS / NOTE
    if note.exists():
        found = json.loads(note.read_text(encoding="utf-8"))
        if scale not in (1, found["scale"]) or seed not in (None, found["seed"]):
            raise AnotherCompany(home, scale=found["scale"], seed=found["seed"])
        return DemoHome(False, f"Going on with the demo company in {home}; what changed in it is synced.")
    if (home / SOURCES_FILE).exists():
        raise AnotherCompany(home, scale=None, seed=None)
    summary = write_company(home, until=datetime.now(UTC).date(), scale=scale, seed=word, parties=parties)
    note.write_text(json.dumps({"scale": scale, "seed": word, "parties": parties}), encoding="utf-8")
    (home / SOURCES_FILE).write_text(demo_sources(), encoding="utf-8")
    return DemoHome(
        True,
        f"Wrote a company of {summary.parties:,} parties into {home}: {summary.records:,} records in a CRM,"
        " an ERP, an ITSM desk and mailboxes.",
    )
