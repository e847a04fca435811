import json
import threading
from pathlib import Path

from benchmarks.store_readers import read_until_stopped


def test_a_reader_tells_of_a_store_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "parties.json").write_text(json.dumps(["g-1"]))
    (tmp_path / "key").write_bytes(b"k" * 32)
    stopping = threading.Timer(0.2, (tmp_path / "stop").touch)
    stopping.start()

    seen = read_until_stopped(f"sqlite:///{tmp_path / 'none.db'}", tmp_path, number=0, pause_seconds=0.01)

    stopping.join()
    assert seen.errors
    assert seen.answers == []
