from context_api.store.receipts import ReadReceipt


def test_a_receipt_says_who_read_which_entity_version_and_what_for() -> None:
    stated = {"caller", "on_behalf_of", "purpose", "view", "entity_version", "facts_json", "correlation_id"}

    assert stated <= set(ReadReceipt.model_fields)
