from context_api.store.records import PartyRecord, RecordKey

OPEN = {"source", "object", "source_id", "party_type", "observed_at", "synced_at", "is_deleted"}
HOUSEKEEPING = {"tenant_id", "record_id", "published_from", "published_to", "content_hash"}


def test_what_a_party_record_states_stands_only_under_its_seal() -> None:
    assert set(PartyRecord.model_fields) == OPEN | HOUSEKEEPING | {"sealed_claims"}


def test_a_key_can_be_erased_and_the_row_stays() -> None:
    assert not RecordKey.model_fields["salt"].is_required()
    assert "erased_at" in RecordKey.model_fields
