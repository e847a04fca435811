import time
from pathlib import Path

import pytest
from qdrant_client import QdrantClient

from pipelines.vectors.errors import IndexUnreachable
from pipelines.vectors.server import ServerPlace, connect

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")


def test_a_server_that_is_down_is_said_so_within_a_second(tmp_path: Path) -> None:
    client = connect("http://127.0.0.1:9", is_for_searching=True)
    place = ServerPlace(client, home=tmp_path, model="small", dimensions=4)
    before = time.monotonic()

    with pytest.raises(IndexUnreachable, match="nothing is lost"):
        place.reading()

    assert time.monotonic() - before < 1
    client.close()


def test_a_rebuild_leaves_one_collection_of_the_model(tmp_path: Path) -> None:
    client = QdrantClient(":memory:")
    place = ServerPlace(client, home=tmp_path, model="small", dimensions=4)
    for _ in range(3):
        with place.rebuilding():
            pass

    names = [found.name for found in client.get_collections().collections]

    assert len(names) == 1
    assert names[0].startswith("concord-small-")
