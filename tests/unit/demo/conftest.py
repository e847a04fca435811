import csv
import sqlite3
from collections.abc import Iterator
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from demo.company import CompanySummary, write_company
from demo.population.atlas import Seed
from demo.population.population import Population, populate

UNTIL = date(2026, 6, 30)
PARTIES = 400
SEED = "tests"


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, CompanySummary]:
    """A small company, written once for all tests, and its summary; nobody may write to it."""
    home = tmp_path_factory.mktemp("company")
    return home, write_company(home, until=UNTIL, seed=SEED, parties=PARTIES)


@pytest.fixture(scope="session")
def company_home(written: tuple[Path, CompanySummary]) -> Path:
    """The home folder of the small company."""
    return written[0]


@pytest.fixture(scope="session")
def truth(company_home: Path) -> dict[str, str]:
    """The entity of each record."""
    with (company_home / "truth.csv").open(encoding="utf-8", newline="") as lines:
        return {row["record_id"]: row["entity_id"] for row in csv.DictReader(lines)}


@pytest.fixture(scope="session")
def population() -> Population:
    """The world that the small company's systems write about."""
    return populate(PARTIES, Seed(SEED), until=UNTIL)


@pytest.fixture(scope="session")
def systems(company_home: Path, truth: dict[str, str]) -> Iterator[sqlite3.Connection]:
    """All three databases, read only, as `crm`, `erp` and `itsm`, with `truth` beside them."""
    connection = sqlite3.connect("file::memory:", uri=True)
    connection.row_factory = sqlite3.Row
    for source in ("crm", "erp", "itsm"):
        file = company_home / "systems" / f"{source}.db"
        connection.execute(f"attach '{file.as_uri()}?mode=ro' as {source}")
    connection.execute("create table truth(record_id text primary key, entity_id text)")
    connection.executemany("insert into truth values (?, ?)", truth.items())
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def mails(company_home: Path) -> list[EmailMessage]:
    """Every message of every mailbox, read by the standard library."""
    files = sorted(path for path in (company_home / "systems" / "mail").rglob("*") if path.is_file())
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
