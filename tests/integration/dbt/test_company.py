"""What the models say of the small company of `tests/fixtures/dbt_company.py`, worked out by hand."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from dbt_company import ROWS

from demo.systems.truth import correspondent_id
from resolution.party_table import PARTY_COLUMNS

at = datetime.fromisoformat
Query = Callable[[str], list[tuple[Any, ...]]]


def test_both_builds_pass_and_warn_of_the_one_value_that_could_not_be_read(
    built: tuple[Path, list[Any]],
) -> None:
    _, results = built

    assert [result.success for result in results] == [True, True]
    assert [r.node.name for result in results for r in result.result if r.status == "warn"] == [
        "values_could_be_read"
    ]


def test_a_value_that_cannot_be_read_is_kept_as_it_was(query: Query) -> None:
    rows = query(
        "select source, object, record_key, field, value, expected_type from intermediate.int_cast_failures"
    )

    assert rows == [("erp", "invoices", "I5", "due_on", "31/07/2024", "date")]
    assert query("select due_on from staging.stg_erp__invoices where invoice_no = 'I5'") == [(None,)]


@pytest.mark.parametrize("table", ROWS)
def test_staging_keeps_every_row(query: Query, table: str) -> None:
    source, name = table.removeprefix("raw_").split(".")

    assert query(f"select count(*) from staging.stg_{source}__{name}") == [(len(ROWS[table]),)]


def test_party_records_have_the_columns_that_resolution_reads(query: Query) -> None:
    described = query(
        "select column_name, lower(data_type) from information_schema.columns"
        " where table_schema = 'intermediate' and table_name = 'int_party_records' order by ordinal_position"
    )

    assert described == [(column.name, column.kind) for column in PARTY_COLUMNS]


@pytest.mark.parametrize(
    ("record_id", "columns", "said"),
    [
        pytest.param(
            "crm:company:1",
            "party_type, organization_name, full_name, phones, web_domain",
            ("organization", "Acme GmbH", "Acme", ["+49 30 1234-0"], "acme.test"),
            id="company",
        ),
        pytest.param(
            "crm:contact:10",
            "party_type, given_name, family_name, employer, emails, phones",
            ("person", "Ann", "Lee", "Acme", ["ann@acme.test"], ["0171 1"]),
            id="contact-without-blank-phone",
        ),
        pytest.param(
            "crm:contact:12", "employer, birth_date", ("Bolt", "1.2.1980"), id="birth-date-as-written"
        ),
        pytest.param(
            "erp:customer:C1",
            "party_type, organization_name, emails, phones, address, tax_number",
            ("organization", "ACME GmbH", ["ap@acme.test"], ["030 1234"], "Weg 1, 10115 Berlin", "DE999"),
            id="customer",
        ),
        pytest.param(
            "erp:customer_contact:C1",
            "party_type, full_name, employer, job_title",
            ("person", "Pat Ray", "ACME GmbH", "Accounts payable"),
            id="contact-of-a-customer",
        ),
        pytest.param(
            "erp:supplier:S1", "organization_name, phones", ("Nuts Ltd", []), id="supplier-without-phone"
        ),
        pytest.param(
            "erp:supplier_contact:S1",
            "full_name, employer, emails",
            ("Sam Poe", "Nuts Ltd", ["sam@nuts.test"]),
            id="contact-of-a-supplier",
        ),
        pytest.param(
            "itsm:organisation:O1", "web_domain, address", ("acme.test", "Weg 1 Berlin"), id="organisation"
        ),
        pytest.param(
            "itsm:requester:U2",
            "party_type, full_name, employer, phones",
            ("person", "Lee, Ann", "Acme", ["030 123456"]),
            id="requester",
        ),
        pytest.param(
            correspondent_id("ann@acme.test"),
            "party_type, full_name, employer, job_title, phones",
            ("person", "Ann Lee", "Acme GmbH", "Head of Purchasing", ["+49 30 1234-56"]),
            id="correspondent-with-signature",
        ),
        pytest.param(
            correspondent_id("einkauf@acme.test"),
            "party_type, organization_name, full_name, web_domain",
            ("organization", "Acme Einkauf", None, "acme.test"),
            id="shared-mailbox",
        ),
    ],
)
def test_each_object_becomes_a_party_record(
    query: Query, record_id: str, columns: str, said: tuple[object, ...]
) -> None:
    rows = query(f"select {columns} from intermediate.int_party_records where record_id = '{record_id}'")

    assert rows == [said]


def test_a_customer_without_a_named_contact_has_no_contact_record(query: Query) -> None:
    ids = query("select source_id from intermediate.int_party_records where object = 'customer_contact'")

    assert ids == [("C1",)]


def test_our_own_employees_are_no_parties_and_mail_among_them_no_activity(query: Query) -> None:
    correspondents = query(
        "select emails, record_id from intermediate.int_party_records where source = 'email' order by 1"
    )
    mails = query("select activity_id from intermediate.int_activities where kind = 'email' order by 1")

    assert correspondents == [
        ([address], correspondent_id(address)) for address in ("ann@acme.test", "einkauf@acme.test")
    ]
    assert mails == [(f"email:message:<m{number}>",) for number in (1, 2, 4)]


def test_deleted_rows_stay_marked_until_the_marts_leave_them_out(query: Query) -> None:
    deleted_parties = query(
        "select record_id from intermediate.int_party_records where is_deleted order by 1"
    )
    deleted_activities = query(
        "select activity_id from intermediate.int_activities where is_deleted order by 1"
    )
    shown = query("select activity_id from marts.activities")

    assert deleted_parties == [("crm:company:4",), ("crm:contact:11",)]
    assert deleted_activities == [("email:message:<m4>",), ("erp:order:R4",)]
    assert not set(deleted_activities) & set(shown)


@pytest.mark.parametrize(
    ("activity_id", "reference"),
    [
        pytest.param("erp:order:R1", "crm:deal:5", id="order-to-deal"),
        pytest.param("erp:invoice:I1", "erp:order:R1", id="invoice-to-order"),
        pytest.param("erp:invoice:I3", "itsm:ticket:T1", id="credit-note-to-ticket"),
        pytest.param("erp:payment:Y1", "erp:invoice:I1", id="payment-to-invoice"),
        pytest.param("crm:note:8", "crm:deal:5", id="note-to-deal"),
        pytest.param("erp:supplier_invoice:V1", "erp:purchase_order:B1", id="supplier-invoice-to-purchase"),
    ],
)
def test_an_activity_names_what_it_belongs_to(query: Query, activity_id: str, reference: str) -> None:
    rows = query(
        "select activity.references_activity_id, meant.activity_id"
        " from intermediate.int_activities as activity"
        " left join intermediate.int_activities as meant"
        "   on activity.references_activity_id = meant.activity_id"
        f" where activity.activity_id = '{activity_id}'"
    )

    assert rows == [(reference, reference)]


def test_a_credit_note_is_negative_and_belongs_to_its_customer(query: Query) -> None:
    rows = query(
        "select golden_id, kind, amount_cents, roles from marts.activities where title = 'Credit note I3'"
    )

    assert rows == [("g-acme", "credit_note", -5_000, ["customer"])]


def test_a_job_changer_has_dated_employers(query: Query) -> None:
    stated = query(
        "select from_record_id, to_record_id, valid_from, valid_to from intermediate.int_relationships"
        " where from_record_id in ('crm:contact:11', 'crm:contact:12', 'itsm:requester:U1') order by 1"
    )
    shown = query(
        "select to_golden_id, valid_from, valid_to, is_current from marts.relationships"
        " where from_golden_id = 'g-jo' order by 1"
    )

    assert stated == [
        ("crm:contact:11", "crm:company:1", at("2021-02-01"), at("2024-03-01 08:00")),  # 10:00 at +02:00
        ("crm:contact:12", "crm:company:3", at("2024-03-02"), None),
        ("itsm:requester:U1", "itsm:organisation:O1", None, at("2024-03-05")),
    ]
    assert shown == [
        ("g-acme", None, at("2024-03-05"), False),  # what the deleted contact said is shown to nobody
        ("g-bolt", at("2024-03-02"), None, True),
    ]


def test_a_payer_is_a_relationship_only_between_two_parties(query: Query) -> None:
    rows = query(
        "select kind, from_golden_id, to_golden_id, valid_from from marts.relationships"
        " where kind in ('bills_to', 'subsidiary_of') order by 1"
    )

    assert rows == [
        ("bills_to", "g-acme", "g-holding", at("2024-03-01")),
        ("subsidiary_of", "g-acme", "g-holding", None),
    ]


def test_a_supplier_supplies_us_since_its_first_purchase(query: Query) -> None:
    rows = query(
        "select from_golden_id, to_golden_id, valid_from, is_current, sources from marts.relationships"
        " where kind = 'supplies'"
    )

    assert rows == [("g-nuts", "g-us", at("2024-01-05"), True, ["erp"])]
    assert query("select is_customer, is_supplier from marts.customers where golden_id = 'g-us'") == [
        (False, False)
    ]


def test_a_source_that_names_no_role_takes_none_away(query: Query) -> None:
    rows = query(
        "select role, sources, source_time, statement_count from marts.relationships"
        " where from_golden_id = 'g-ann' and to_golden_id = 'g-acme'"
    )

    assert rows == [("Purchaser", ["crm", "itsm"], at("2024-06-01"), 2)]  # the desk spoke last, of no title


def test_health_is_what_the_books_say(query: Query) -> None:
    columns = (
        "revenue_cents, revenue_12_months_cents, overdue_cents, days_from_due_to_paid, open_orders,"
        " open_tickets, open_tickets_by_priority, renewal_on, last_contact_at, last_contact_kind, contacts"
    )
    health = {row[0]: row[1:] for row in query(f"select golden_id, {columns} from marts.customer_health")}

    assert health == {
        "g-acme": (
            {"EUR": 145_000},  # 1,000 + 500 - 50; the cancelled invoice was never owed
            {"EUR": 45_000},
            {"EUR": 25_000},  # 500 less 200 paid less 50 credited
            6.7,  # 600 ten days early, 400 thirty late, 200 ten late
            1,
            2,
            {"P1": 1, "P3": 1},
            date(2025, 1, 31),
            at("2024-06-20 09:00"),  # the later mail was deleted
            "email",
            2,
        ),
        "g-holding": ({"USD": 70_000}, {"USD": 70_000}, {}, None, 1, 0, {}, None, None, None, 0),
        "g-bolt": ({}, {}, {}, None, 0, 0, {}, None, None, None, 1),
    }


def test_customers_show_leading_values_and_where_they_come_from(query: Query) -> None:
    rows = query(
        "select display_name, is_customer, is_supplier, record_count, sources from marts.customers"
        " where golden_id in ('g-acme', 'g-ann', 'g-nuts') order by golden_id"
    )

    assert rows == [
        ("Acme GmbH", True, False, 3, ["crm", "erp", "itsm"]),
        ("Ann Lee", False, False, 3, ["crm", "email", "itsm"]),
        (None, False, True, 1, ["erp"]),
    ]
