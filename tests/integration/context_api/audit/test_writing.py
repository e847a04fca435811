from sqlalchemy import Engine, text

from context_api.audit.entries import Entry, Receipt, genesis
from context_api.audit.writing import Head, append, head_of
from context_api.store.engine import reading

AT = "2026-01-01T00:00:00+00:00"
ENTRY = Entry(
    "ours", "crm's sync", "k1", "/v1/customers/{golden_id}", "full", 200, "r-1", "c-1", AT, 1_000_000,
    "support", 'Zoë "%s" Müller', (Receipt("g-1", 2, ("email", "name")),),
)  # fmt: skip


def test_a_batch_is_kept_as_it_was_given_and_the_chain_goes_on_from_it(audit: Engine) -> None:
    start = Head(0, genesis("w"))

    head = append(audit, "w", append(audit, "w", start, [ENTRY, ENTRY]), [ENTRY])

    assert head.sequence == 3
    assert head_of(audit, "w") == head
    assert head_of(audit, "nobody").sequence == 0
    with reading(audit) as connection:
        rows = connection.execute(
            text("select sequence, on_behalf_of, version, status from audit_entries order by sequence")
        ).all()
        receipts = connection.execute(
            text("select tenant_id, golden_id, entity_version, facts from read_receipts")
        )
        assert set(receipts.all()) == {("ours", "g-1", 2, "email name")}
    assert [tuple(row) for row in rows] == [
        (number, 'Zoë "%s" Müller', 1_000_000, 200) for number in (1, 2, 3)
    ]
