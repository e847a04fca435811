"""What the models keep when a source overwrites it, and what they warn of when a source is wrong."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from raw_warehouse import write_raw_warehouse

at = datetime.fromisoformat
Dbt = Callable[[Path, Sequence[str]], Any]
Rows = Mapping[str, Sequence[Mapping[str, Any]]]

CHANGED = {"changed_on": "2024-06-01T00:00:00Z"}
FAULTY: Rows = {
    "raw_crm.deals": [{"id": 1, "company_id": 99, "renewal_date": "soon", "created_at": "yesterday"}],
    "raw_erp.customers": [{"customer_no": "C1", "company": "Acme", "changed_on": "2024-06-01"}],
    "raw_erp.orders": [
        {"order_no": "R1", "customer_no": "C1", "total_cents": 100_00, "ordered_on": "2024-01-01", **CHANGED},
        {"order_no": "R2", "customer_no": "C1", "total_cents": 99_99, "ordered_on": "2024-01-01", **CHANGED},
        {"order_no": "R3", "customer_no": None, "total_cents": 1, "ordered_on": "2024-01-01", **CHANGED},
    ],
    "raw_erp.order_lines": [
        {"order_no": "R1", "line_no": 1, "quantity": 1, "unit_price_cents": 90_00, **CHANGED},
        {"order_no": "R2", "line_no": 1, "quantity": 1, "unit_price_cents": 100_00, **CHANGED},
    ],
    "raw_erp.invoices": [
        {
            "invoice_no": f"I{number}",
            "order_no": "R1",
            "customer_no": "C1",
            "kind": "invoice",
            "status": status,
            "issued_on": "2024-01-02",
            "due_on": "2024-02-01",
            "amount_cents": 100_00,
            **CHANGED,
        }
        for number, status in enumerate(("paid", "paid", "overpaid"), start=1)
    ],
    "raw_erp.payments": [
        {
            "payment_no": f"Y{number}",
            "invoice_no": f"I{number}",
            "paid_on": "2024-02-01",
            "amount_cents": cents,
            **CHANGED,
        }
        for number, cents in enumerate((100_01, 120_00, 120_00), start=1)
    ],
}


def test_a_contact_moved_to_another_company_keeps_the_former_one_with_its_end(
    dbt: Dbt, tmp_path: Path
) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    moves = [(1, "2024-01-10T08:00:00Z"), (2, "2024-03-01T08:00:00Z")]

    for company, updated_at in moves:
        write_raw_warehouse(warehouse, _one_contact(company, updated_at))
        build = ["build", "--select", "+int_relationships", "--exclude-resource-type", "test"]
        assert dbt(warehouse, build).success

    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select to_record_id, valid_from, valid_to from intermediate.int_relationships order by 1"
        ).fetchall()
    assert rows == [
        ("crm:company:1", at("2020-05-01"), at("2024-03-01 08:00")),
        ("crm:company:2", at("2024-03-01 08:00"), None),
    ]


def _one_contact(company: int, updated_at: str) -> Rows:
    contact = {"id": 7, "company_id": company, "created_at": "2020-05-01T00:00:00Z", "updated_at": updated_at}
    companies = [{"id": number, "name": f"Firm {number}", "updated_at": updated_at} for number in (1, 2)]
    return {"raw_crm.companies": companies, "raw_crm.contacts": [contact]}


def test_faults_of_sources_are_warned_of_and_stop_nothing(dbt: Dbt, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    write_raw_warehouse(warehouse, FAULTY)

    result = dbt(warehouse, ["build", "--exclude", "tag:marts"])

    warned = {row.node.name: row.failures for row in result.result if row.status == "warn"}
    assert result.success
    assert warned == {
        "values_could_be_read": 2,  # the deal's dates; `2024-06-01` is a time at midnight
        "stg_crm__deals_is_plausible": 1,  # company 99 is none
        "int_activity_parties_is_plausible": 1,
        "order_total_equals_its_lines": 1,  # R2 is a cent off, and a line may round
        "payments_do_not_exceed_the_invoice": 1,  # I1 is a cent over, I3 says that it is overpaid
        "int_activities_is_plausible": 1,  # the deal has no time
        "has_a_party_int_activities_": 1,  # order R3 names no customer
    }
