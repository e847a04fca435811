import sqlite3
from collections import Counter

import pytest

from demo.business.purchasing import Mismatch, mismatch_of

PAPERS = """select po_no, total_cents,
        (select sum(quantity) from erp.receipts r where r.po_no = o.po_no) as received,
        (select min(unit_price_cents) from erp.receipts r join erp.products using (sku)
            where r.po_no = o.po_no) as price,
        (select count(*) from erp.supplier_invoices i where i.po_no = o.po_no) as bills,
        (select max(amount_cents) from erp.supplier_invoices i where i.po_no = o.po_no) as billed
    from erp.purchase_orders o"""
MISMATCHES = {
    "fewer goods than ordered": "received is not null and received * round(price * 0.6) < total_cents * 0.9",
    "more billed than agreed": "billed > total_cents",
    "billed and never received": "bills > 0 and received is null",
    "billed twice": "bills = 2",
}


@pytest.mark.parametrize("condition", MISMATCHES.values(), ids=MISMATCHES)
def test_three_papers_disagree(condition: str, systems: sqlite3.Connection) -> None:
    assert systems.execute(f"select count(*) from ({PAPERS}) where {condition}").fetchone()[0] > 0


def test_most_papers_agree(systems: sqlite3.Connection) -> None:
    agree = "bills = 1 and billed = total_cents and abs(received * round(price * 0.6) - total_cents) < 2"
    count = systems.execute(f"select avg({agree}) from ({PAPERS}) where bills > 0").fetchone()[0]

    assert count > 0.6


def test_each_kind_of_mismatch_is_as_frequent() -> None:
    kinds = Counter(mismatch_of(number) for number in range(17 * 10))

    assert {kind: kinds[kind] for kind in Mismatch if kind is not Mismatch.NONE} == dict.fromkeys(
        set(Mismatch) - {Mismatch.NONE}, 10
    )
