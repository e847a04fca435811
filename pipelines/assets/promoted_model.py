"""The promoted resolution model of a home folder: learned once, then the same for every run.

Only promotion changes it (DESIGN.md section 4): delete the file, and the next run learns and promotes anew.
"""

import json
import os
from pathlib import Path

from pipelines.errors import BrokenModel
from resolution.domain.errors import InputError
from resolution.matching.model import ResolutionModel, from_json, to_json


def promoted_model(path: Path) -> ResolutionModel | None:
    """Return the promoted model, None when none was promoted yet.

    Raises:
        BrokenModel: the file is there and is no model.
    """
    if not path.exists():
        return None
    try:
        return from_json(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError, OSError, InputError) as error:
        raise BrokenModel(path, error) from error


def promote(model: ResolutionModel, path: Path) -> None:
    """Put a model in force, all at once."""
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(to_json(model), file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
