from datetime import UTC, datetime

from resolution.domain.ledger import Change, Ledger, LedgerRow, Redirect

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LEDGER = Ledger(
    rows=(
        LedgerRow("a", "g-1", NOW, "run", Change.NEW),
        LedgerRow("b", "g-2", NOW, "run", Change.NEW, valid_to=NOW),
        LedgerRow("b", "g-1", NOW, "run", Change.MERGED),
        LedgerRow("c", "g-3", NOW, "run", Change.NEW, valid_to=NOW),
        LedgerRow("c", None, NOW, "run", Change.TOMBSTONED),
    ),
    redirects=(Redirect("g-2", "g-1", NOW, "run"), Redirect("g-3", "g-1", NOW, "run", valid_to=NOW)),
)


def test_membership_holds_live_records_only() -> None:
    assert LEDGER.membership() == {"a": "g-1", "b": "g-1"}


def test_an_id_leads_to_the_one_in_use_or_to_none_when_its_party_is_gone() -> None:
    assert [LEDGER.current_id(golden_id) for golden_id in ("g-1", "g-2", "g-3", "g-9")] == [
        "g-1",
        "g-1",
        None,
        None,
    ]
