from collections.abc import Callable
from pathlib import Path

from pipelines.assets.home import RESOLUTION, HomeFolder
from pipelines.assets.promoted_model import promoted_model
from pipelines.settling_on_store import settle_on_store

Query = Callable[[Path, str], list[tuple[object, ...]]]
MEMBERS = "select record_id, golden_id from resolution.membership order by all"


def settle(home: Path) -> None:
    folder = HomeFolder(path=str(home))
    model = promoted_model(folder.model)
    assert model is not None
    with folder.connect("a test", schema=RESOLUTION) as connection, folder.store() as (engine, _):
        settle_on_store(connection, engine, "default", model=model)


def test_settling_again_begins_from_the_store_whatever_was_left_half_way(copied: Path, query: Query) -> None:
    before = query(copied, MEMBERS)
    with HomeFolder(path=str(copied)).connect("a test", schema=RESOLUTION) as connection:
        connection.execute("delete from ledger; update membership set golden_id = 'lost'")

    settle(copied)

    assert query(copied, MEMBERS) == before


def test_links_are_scored_again_when_somebody_decided_meanwhile(copied: Path, query: Query) -> None:
    with HomeFolder(path=str(copied)).connect("a test", schema=RESOLUTION) as connection:
        connection.execute("update links_base set decision_sequence = -1; delete from links")

    settle(copied)

    assert query(copied, "select count(*) > 0 from resolution.links") == [(True,)]
