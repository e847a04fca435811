"""A chain that was tampered with shows where; receipts say who read a golden record."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine, text

from context_api.audit.entries import Entry, Receipt, genesis
from context_api.audit.reading import read_receipts_of, verify_chain
from context_api.audit.tables import SEGMENT_ENTRIES
from context_api.audit.writing import Head, append
from context_api.store.engine import writing

ENTRY = Entry("ours", "tests", "k1", "/v1/x", "full", 200, "r", "c", "2026-01-01T00:00:00+00:00", 5)


@pytest.fixture
def chained(audit: Engine) -> Engine:
    """A database with two chains of ten entries, each with a receipt."""
    for writer in ("one", "two"):
        batch = [
            replace(
                ENTRY,
                request_id=str(number),
                purpose="support",
                at=f"2026-01-{number:02}T00:00:00+00:00",
                receipts=(Receipt(f"g-{number % 3}", number, ("email",)),),
            )
            for number in range(1, 11)
        ]
        append(audit, writer, Head(0, genesis(writer)), batch)
    return audit


def test_untouched_chains_are_whole(chained: Engine) -> None:
    found = verify_chain(chained)

    assert (found.writers, found.entries, found.faults) == (2, 20, ())


SAME_HASH = "hash = (select hash from audit_entries where writer = 'one' and sequence = 5)"


@pytest.mark.parametrize(
    ("tampering", "writer", "sequence"),
    [
        pytest.param("update audit_entries set on_behalf_of = 'x' where {}", "two", 4, id="edit"),
        pytest.param("delete from audit_entries where {}", "one", 7, id="delete"),
        pytest.param("delete from audit_entries where {}", "one", 1, id="delete-the-first"),
        pytest.param(f"update audit_entries set view = 'x', {SAME_HASH} where {{}}", "one", 6, id="forge"),
        pytest.param("update read_receipts set facts = '' where {}", "one", 3, id="edit-receipt"),
        pytest.param("update read_receipts set tenant_id = 't' where {}", "one", 3, id="give-receipt-away"),
        pytest.param("delete from read_receipts where {}", "two", 9, id="delete-receipt"),
        pytest.param(
            "insert into read_receipts select writer, sequence, 'g-9', 1, tenant_id, 'x' from read_receipts"
            " where {}",
            "two",
            2,
            id="insert-receipt",
        ),
    ],
)
def test_tampering_shows_with_the_first_bad_entry(
    tampering: str, writer: str, sequence: int, chained: Engine
) -> None:
    with writing(chained) as connection:
        connection.execute(text(tampering.format(f"writer = '{writer}' and sequence = {sequence}")))

    first = verify_chain(chained).faults[0]

    assert (first.writer, first.sequence) == (writer, sequence)


def test_receipts_tell_who_read_a_golden_record_newest_first(chained: Engine) -> None:
    found = read_receipts_of(chained, "ours", "g-1")

    assert [receipt.entity_version for receipt in found] == [10, 10, 7, 7, 4, 4, 1, 1]
    assert {(r.caller, r.purpose, r.facts, r.version) for r in found} == {("tests", "support", ("email",), 5)}
    assert read_receipts_of(chained, "theirs", "g-1") == ()


def test_receipts_are_found_in_every_segment_of_every_chain(audit: Engine) -> None:
    read_at = (1, SEGMENT_ENTRIES - 1, SEGMENT_ENTRIES, SEGMENT_ENTRIES + 1, 2 * SEGMENT_ENTRIES)
    for writer, length in (("long", 2 * SEGMENT_ENTRIES), ("short", 1), ("until the edge", SEGMENT_ENTRIES)):
        batch = [
            replace(
                ENTRY, receipts=(Receipt("g-1" if number in read_at else f"g-{writer}-{number}", number),)
            )
            for number in range(1, length + 1)
        ]
        append(audit, writer, Head(0, genesis(writer)), batch)

    found = read_receipts_of(audit, "ours", "g-1")

    until_the_edge = read_at[:3]
    assert sorted(receipt.entity_version for receipt in found) == sorted((*read_at, 1, *until_the_edge))
    assert read_receipts_of(audit, "ours", "nobody") == ()


def test_nobody_has_read_anything_where_no_chain_began(audit: Engine) -> None:
    assert read_receipts_of(audit, "ours", "g-1") == ()
