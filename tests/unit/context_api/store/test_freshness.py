from context_api.store.freshness import SourceFreshness


def test_freshness_tells_what_is_proven_and_how_deletes_are_known() -> None:
    assert {"last_synced_at", "proven_share", "deletes", "checked_at"} <= set(SourceFreshness.model_fields)
