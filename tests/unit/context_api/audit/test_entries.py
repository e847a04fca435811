import hashlib

from context_api.audit.entries import Entry, Receipt, chained, genesis, receipt_fields


def entry(*receipts: Receipt) -> Entry:
    at = "2026-01-01T00:00:00+00:00"
    return Entry("ours", "crm", "k1", "/v1/x", "full", 200, "r", "c", at, receipts=receipts)


def test_the_hash_is_that_of_the_one_before_and_of_the_canonical_bytes() -> None:
    before = genesis("w")
    by_hand = hashlib.sha256(f'{before}[1,["a",null],[["t","g-1",2,"email"]]]'.encode()).hexdigest()

    assert chained(before, 1, ["a", None], [["t", "g-1", 2, "email"]]) == by_hand


def test_receipts_of_one_golden_record_become_one_with_the_facts_of_both() -> None:
    given = entry(Receipt("g-2", 1, ("phone",)), Receipt("g-1", 3, ("name",)), Receipt("g-2", 1, ("email",)))

    assert receipt_fields(given) == [["ours", "g-1", 3, "name"], ["ours", "g-2", 1, "email phone"]]
