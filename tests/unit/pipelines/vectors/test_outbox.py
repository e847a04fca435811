from pipelines.vectors.outbox import OutboxRow


def test_a_row_is_the_latest_of_its_key_unless_said_otherwise() -> None:
    assert OutboxRow("a", 1, "activity", "k", None, {}).is_latest
