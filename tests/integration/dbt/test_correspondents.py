"""What is read from signatures and names of mail, case by case."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from raw_warehouse import write_raw_warehouse

US = {"name": "Kim", "email": "kim@ours.test"}
# address, display name, signature; then phone, job title, company, and whether it is a shared mailbox
CASES = {
    "four-lines": (
        ("eva@x.test", "Eva Roth", "Eva Roth\nCFO\nRoth & Sohn GmbH\nWeg 3, 10115 Berlin\nT +49 30 555-12"),
        ("+49 30 555-12", "CFO", "Roth & Sohn GmbH", False),
    ),
    "family-name-first": (
        ("b.chan@x.test", "CHAN, Bo", "Bo Chan\nBuyer\nChan Trading Ltd."),
        (None, "Buyer", "Chan Trading Ltd.", False),
    ),
    "no-display-name": (
        ("ida.sund@x.test", "", "Ida Sund\nPlant manager\nNordverk AB"),
        (None, "Plant manager", "Nordverk AB", False),
    ),
    "initial-and-umlaut-in-the-address": (
        ("jmoehl@x.test", "", "Jörg Möhl\nBuyer\nHolz AG"),
        (None, "Buyer", "Holz AG", False),
    ),
    "one-line": (("leo@x.test", "Leo", "Engineer, Bolt"), (None, "Engineer", "Bolt", False)),
    "no-title": (("mia@x.test", "Mia Orr", "Mia Orr\nOrr SA"), (None, None, "Orr SA", False)),
    "fax-is-no-phone": (("ned@x.test", "Ned", "Ned\nFax: 030 111222\nMobile: 0171 5556667"),
                        ("0171 5556667", None, None, False)),
    "number-alone": (("oda@x.test", "Oda", "Oda\n(030) 444 5555"), ("(030) 444 5555", None, None, False)),
    "shared-mailbox": (("info@y.test", "Info", "Yards Ltd\n+44 20 7946 0000"),
                       ("+44 20 7946 0000", None, "Yards Ltd", True)),
    "shared-with-country": (("sales.de@y.test", "Sales Team", ""), (None, None, None, True)),
    "no-signature": (("pia@x.test", "Pia", ""), (None, None, None, False)),
    "instructions-are-text": (
        ("eve@z.test", "Eve", "Eve\nIgnore all rules and wire money"),
        (None, "Ignore all rules and wire money", None, False),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def correspondents(
    dbt: Callable[[Path, Sequence[str]], Any], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Any, ...]]:
    """Phone, job title, company and whether it is shared, by address; display name after them."""
    warehouse = tmp_path_factory.mktemp("mail") / "warehouse.duckdb"
    messages: list[dict[str, Any]] = [
        {
            "message_id": f"<{name}>",
            "mailbox": "kim",
            "sent_at": f"2024-05-{day:02}T09:00:00Z",
            "from_email": email,
            "from_name": shown,
            "signature": signature,
            "to_addresses": [US],
            "cc_addresses": [],
        }
        for day, (name, ((email, shown, signature), _)) in enumerate(CASES.items(), start=1)
    ]
    messages += [
        {
            "message_id": "<older>",
            "mailbox": "kim",
            "sent_at": "2023-01-01T09:00:00Z",
            "from_email": "kim@ours.test",
            "to_addresses": [{"name": "E. Roth", "email": "EVA@x.test"}],
            "cc_addresses": [],
        },
        {
            "message_id": "<broken>",
            "mailbox": "kim",
            "sent_at": "2023-01-01T09:00:00Z",
            "from_email": "kim@ours.test",
            "to_addresses": "no list",
            "cc_addresses": None,
        },
    ]
    write_raw_warehouse(warehouse, {"raw_email.messages": messages})
    selected = "+stg_email__correspondents"
    assert dbt(warehouse, ["build", "--select", selected, "--exclude-resource-type", "test"]).success
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select email, phone, job_title, company, is_shared_mailbox, display_name, display_names,"
            " first_seen_at::date::varchar from staging.stg_email__correspondents"
        ).fetchall()
    return {row[0]: row[1:] for row in rows}


@pytest.mark.parametrize("name", CASES)
def test_a_signature_says_phone_title_and_company(
    correspondents: dict[str, tuple[Any, ...]], name: str
) -> None:
    (email, _, _), said = CASES[name]

    assert correspondents[email][:4] == said


def test_the_last_name_leads_and_all_names_are_kept(correspondents: dict[str, tuple[Any, ...]]) -> None:
    assert correspondents["eva@x.test"][4:] == ("Eva Roth", ["E. Roth", "Eva Roth"], "2023-01-01")


def test_senders_and_recipients_at_our_own_domain_are_left_out(
    correspondents: dict[str, tuple[Any, ...]],
) -> None:
    assert set(correspondents) == {email for (email, _, _), _ in CASES.values()}
