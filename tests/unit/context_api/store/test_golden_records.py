import pytest

from context_api.store.golden_records import Conflict, GoldenValue


@pytest.mark.parametrize("table", [GoldenValue, Conflict])
def test_what_a_golden_record_states_is_sealed_and_bound_to_its_entity_version(
    table: type[GoldenValue | Conflict],
) -> None:
    assert "value" not in table.model_fields
    assert table.model_fields["sealed_value"].annotation is bytes
    assert {"record_id", "source", "observed_at", "synced_at", "rule", "confidence"} <= set(
        table.model_fields
    )
    assert "entity_version" in [column.name for column in table.__table__.primary_key]  # type: ignore[union-attr]
