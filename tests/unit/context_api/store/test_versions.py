from context_api.store.versions import VersionStatus


def test_a_version_is_staged_visible_superseded_or_failed() -> None:
    assert [str(status) for status in VersionStatus] == ["staged", "visible", "superseded", "failed"]
