from pathlib import Path

import pytest

from pipelines.assets.promoted_model import promote, promoted_model
from pipelines.errors import BrokenModel
from resolution.matching.model import ResolutionModel


def test_what_was_promoted_is_read_back_equal(tmp_path: Path) -> None:
    model = ResolutionModel(3, {}, ("crm",), {}, {"cut": 1.0})

    promote(model, tmp_path / "model.json")

    assert promoted_model(tmp_path / "model.json") == model
    assert [path.name for path in tmp_path.iterdir()] == ["model.json"]


def test_nothing_is_promoted_before_the_first_run(tmp_path: Path) -> None:
    assert promoted_model(tmp_path / "model.json") is None


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 0}'], ids=["cut-off", "no-model", "another-version"])
def test_a_file_that_is_no_model_says_what_to_do(text: str, tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text(text, encoding="utf-8")

    with pytest.raises(BrokenModel, match=r"delete the file and the next run learns a new one"):
        promoted_model(tmp_path / "model.json")
