from pipelines.publish_texts import EMBEDDED_CHARACTERS, LOOKUPS, OUTBOX_ACTIVITIES, SUMMARY_ATTRIBUTES
from resolution.domain.attributes import Attribute


def test_a_summary_is_made_of_attributes_that_there_are() -> None:
    assert set(SUMMARY_ATTRIBUTES) <= {attribute.value for attribute in Attribute}
    assert sorted(SUMMARY_ATTRIBUTES.values()) == list(range(1, len(SUMMARY_ATTRIBUTES) + 1))


def test_only_changed_records_and_activities_are_told_of() -> None:
    assert "semi join changed" in LOOKUPS
    assert f"left(body, {EMBEDDED_CHARACTERS})" in OUTBOX_ACTIVITIES
