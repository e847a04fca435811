from pathlib import Path

from pipelines.vectors.readiness import advice


def test_what_was_never_embedded_is_told_with_the_command(tmp_path: Path) -> None:
    assert "concord vectors drain" in str(advice(tmp_path, {}))


def test_an_index_that_stands_there_needs_nothing(tmp_path: Path) -> None:
    (tmp_path / "vectors" / "00000001").mkdir(parents=True)

    assert advice(tmp_path, {}) is None


def test_a_server_that_does_not_answer_is_told_without_its_address(tmp_path: Path) -> None:
    found = advice(tmp_path, {"QDRANT_URL": "http://127.0.0.1:1"})

    assert found == "start the Qdrant server, or mend QDRANT_URL"
