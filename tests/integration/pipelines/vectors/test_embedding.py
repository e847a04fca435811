import numpy as np
import pytest

from pipelines.vectors.embedding import DIMENSIONS, PackagedModel
from pipelines.vectors.errors import ModelUnusable
from resolution.domain.errors import RunError
from resolution.matching import name_vectors


def test_the_packaged_model_puts_what_means_the_same_close_together() -> None:
    texts = ["The invoice was paid twice", "We were charged two times", "The printer is out of paper"]

    vectors = PackagedModel()(texts)

    assert vectors.shape == (3, DIMENSIONS)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


def test_a_model_that_cannot_be_used_is_an_error_of_the_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise RunError("the weights are not those that were tried")

    monkeypatch.setattr(name_vectors, "load_encoder", refuse)

    with pytest.raises(ModelUnusable, match="weights"):
        PackagedModel()(["text"])
