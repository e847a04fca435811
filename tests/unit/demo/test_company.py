import hashlib
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path

import pytest

from demo.company import CompanySummary, change_company, write_company
from demo.systems.truth import correspondent_id

UNTIL = date(2026, 6, 30)
PARTY_TABLES = {
    "crm:company": "select id from crm.companies",
    "crm:contact": "select id from crm.contacts",
    "erp:customer": "select customer_no from erp.customers",
    "erp:customer_contact": "select customer_no from erp.customers where contact_name is not null",
    "erp:supplier": "select supplier_no from erp.suppliers",
    "erp:supplier_contact": "select supplier_no from erp.suppliers where contact_name is not null",
    "itsm:organisation": "select org_id from itsm.organisations",
    "itsm:requester": "select user_id from itsm.requesters",
}


def content(home: Path) -> Iterator[tuple[str, str]]:
    """Every file of a sandbox with a hash of what it says; of a database, of its dump."""
    for path in sorted(home.rglob("*")):
        if path.suffix == ".db":
            with closing(sqlite3.connect(path)) as connection:
                said = "\n".join(connection.iterdump()).encode()
        elif path.is_file():
            said = path.read_bytes()
        else:
            continue
        yield str(path.relative_to(home)), hashlib.sha256(said).hexdigest()


def test_the_same_seed_and_day_write_the_same_company(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_company(tmp_path / name, until=UNTIL, seed="s", parties=110)
        change_company(tmp_path / name, day=date(2026, 7, 1), seed="s")

    assert dict(content(tmp_path / "a")) == dict(content(tmp_path / "b"))


def test_another_seed_writes_another_company(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_company(tmp_path / name, until=UNTIL, seed=name, parties=110)

    assert dict(content(tmp_path / "a")) != dict(content(tmp_path / "b"))


def test_an_older_sandbox_is_replaced(tmp_path: Path) -> None:
    write_company(tmp_path, until=UNTIL, parties=110)
    first = dict(content(tmp_path))
    (tmp_path / "systems" / "mail" / "left over").mkdir()

    write_company(tmp_path, until=UNTIL, parties=110)

    assert dict(content(tmp_path)) == first


@pytest.mark.parametrize("source", ["crm", "erp", "itsm"])
def test_references_between_rows_hold(source: str, company_home: Path) -> None:
    with closing(sqlite3.connect(company_home / "systems" / f"{source}.db")) as connection:
        assert connection.execute("pragma foreign_key_check").fetchall() == []


def test_references_between_systems_hold(systems: sqlite3.Connection) -> None:
    deals = (
        "select count(*) from erp.orders where cast(deal_ref as integer) not in (select id from crm.deals)"
    )
    tickets = "select count(*) from erp.invoices where ticket_ref not in (select ticket_no from itsm.tickets)"

    assert systems.execute(deals).fetchone()[0] == 0
    assert systems.execute(tickets).fetchone()[0] == 0


def test_the_summary_counts_what_is_there(
    written: tuple[Path, CompanySummary], systems: sqlite3.Connection, mails: list[EmailMessage]
) -> None:
    summary = written[1]
    counted = {
        name: systems.execute(f"select count(*) from {name}").fetchone()[0]
        for name in summary.tables
        if not name.startswith("email")
    }

    assert {**counted, "email.messages": len(mails)} == summary.tables


def test_a_company_of_3000_parties_has_about_12000_records(written: tuple[Path, CompanySummary]) -> None:
    """By proportion; the smallest companies have a few more records to a party."""
    summary = written[1]

    assert 3.5 < summary.records / summary.parties < 5


def test_activity_spans_years_and_ends_on_the_last_day(systems: sqlite3.Connection) -> None:
    sql = "select min(ordered_on), max(ordered_on) from erp.orders where ordered_on < '2030'"
    first, last = systems.execute(sql).fetchone()

    assert first < "2022"
    assert "2026-05" < last <= UNTIL.isoformat()


def test_the_truth_covers_every_party_record(
    systems: sqlite3.Connection, truth: dict[str, str], mails: list[EmailMessage]
) -> None:
    records = {f"{kind}:{row[0]}" for kind, sql in PARTY_TABLES.items() for row in systems.execute(sql)}
    headers = [str(mail[name]) for mail in mails for name in ("From", "To", "Cc") if mail[name]]
    records |= {correspondent_id(address) for _, address in getaddresses(headers)}

    assert set(truth) == records


def test_a_record_type_is_that_of_its_entity(company_home: Path) -> None:
    lines = (company_home / "truth.csv").read_text(encoding="utf-8").splitlines()

    assert lines[0] == "record_id,entity_id,record_type"
    assert {line.rsplit(",", 1)[1] for line in lines[1:]} == {"person", "organization", "mailbox"}
    assert all(line.split(",")[1].startswith(line.rsplit(",", 1)[1]) for line in lines[1:])


def test_no_file_of_the_systems_hints_at_the_truth(company_home: Path) -> None:
    entity = re.compile(rb"(?:person|organization|mailbox)-\d{6}")

    for path in (company_home / "systems").rglob("*"):
        assert not (path.is_file() and entity.search(path.read_bytes())), path


def test_scale_multiplies(tmp_path: Path) -> None:
    single = write_company(tmp_path / "1", until=UNTIL, parties=150)
    triple = write_company(tmp_path / "3", until=UNTIL, parties=150, scale=3)

    assert 2.5 < triple.parties / single.parties < 3.5
    assert 2.2 < triple.records / single.records < 3.8


def test_a_day_changes_every_system_and_keeps_the_truth_complete(company_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(company_home, home)
    before = dict(content(home))

    change_company(home, day=date(2026, 7, 1), seed="tests")

    after = dict(content(home))
    assert [
        f for f in ("crm.db", "erp.db", "itsm.db") if before[f"systems/{f}"] == after[f"systems/{f}"]
    ] == []
    assert len(after) == len(before) + 2
    entities = {line.split(",")[0] for line in (home / "truth.csv").read_text("utf-8").splitlines()[1:]}
    with closing(sqlite3.connect(home / "systems" / "crm.db")) as crm:
        contacts = {f"crm:contact:{row[0]}" for row in crm.execute("select id from contacts")}
    with closing(sqlite3.connect(home / "systems" / "erp.db")) as erp:
        customers = {f"erp:customer:{row[0]}" for row in erp.execute("select customer_no from customers")}
    assert contacts == {record for record in entities if record.startswith("crm:contact:")}
    assert customers == {record for record in entities if record.startswith("erp:customer:")}
