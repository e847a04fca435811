from context_api.store.versions import VersionStatus


def test_a_version_is_staged_visible_superseded_failed_or_unchanged() -> None:
    stored = ["staged", "visible", "superseded", "failed", "unchanged"]
    assert [str(status) for status in VersionStatus] == stored
