from pathlib import Path

import pytest

from pipelines.vectors.errors import DrainBusy
from pipelines.vectors.lock import drain_lock


def test_two_drains_of_one_home_do_not_run_at_once(tmp_path: Path) -> None:
    with drain_lock(tmp_path), pytest.raises(DrainBusy, match="wait"), drain_lock(tmp_path):
        pass

    with drain_lock(tmp_path):
        pass
