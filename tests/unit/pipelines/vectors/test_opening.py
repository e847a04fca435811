from pathlib import Path

from pipelines.vectors.local import LocalPlace
from pipelines.vectors.opening import open_place
from pipelines.vectors.server import ServerPlace


def test_the_index_is_in_the_home_folder_unless_a_server_is_named(tmp_path: Path) -> None:
    assert isinstance(open_place(tmp_path, {}), LocalPlace)
    assert isinstance(open_place(tmp_path, {"QDRANT_URL": ""}), LocalPlace)
    assert isinstance(open_place(tmp_path, {"QDRANT_URL": "http://127.0.0.1:1"}), ServerPlace)
