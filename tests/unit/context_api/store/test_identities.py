from context_api.store.identities import LedgerEntry


def test_the_ledger_knows_both_axes_of_time_and_the_cause() -> None:
    axes = {"valid_from", "valid_to", "recorded_from", "recorded_to"}

    assert axes | {"cause", "change", "heir"} <= set(LedgerEntry.model_fields)
