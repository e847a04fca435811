from pathlib import Path

import pytest
from small_warehouse import MODEL

from pipelines.assets.promoted_model import promote, promoted_model
from pipelines.errors import BrokenModel


def test_the_model_in_force_is_the_one_promoted(tmp_path: Path) -> None:
    promote(MODEL, tmp_path / "model.json")

    found = promoted_model(tmp_path / "model.json")

    assert found is not None
    assert found.model_id == MODEL.model_id
    assert [path.name for path in tmp_path.iterdir()] == ["model.json"]


def test_before_the_first_promotion_there_is_no_model(tmp_path: Path) -> None:
    assert promoted_model(tmp_path / "model.json") is None


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"format": 2, "recor', id="cut short"),
        pytest.param(b"\xff\xfe", id="no text"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"{}", id="no format"),
        pytest.param(b'{"format": 1}', id="of an earlier version"),
    ],
)
def test_what_is_no_model_is_refused_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.json").write_bytes(content)

    with pytest.raises(BrokenModel, match="put the model back from a copy"):
        promoted_model(tmp_path / "model.json")


def test_a_promotion_that_breaks_off_leaves_the_last_model_in_force(tmp_path: Path) -> None:
    promote(MODEL, tmp_path / "model.json")
    (tmp_path / "model.json.part").mkdir()  # what a full disk would do

    with pytest.raises(IsADirectoryError):
        promote(MODEL, tmp_path / "model.json")

    assert promoted_model(tmp_path / "model.json") == MODEL
