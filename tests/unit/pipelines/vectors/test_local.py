import shutil
from pathlib import Path

import numpy as np
import pytest

from pipelines.vectors.errors import DrainBusy, IndexDamaged, IndexMissing, IndexOutdated
from pipelines.vectors.local import KEPT, LocalPlace
from pipelines.vectors.points import IndexPoint, PointRef, SearchFilter, Vectors

SMALL = 16
HERE: Vectors = np.full(SMALL, 0.25, dtype=np.float32)


def put(place: LocalPlace, key: str) -> None:
    with place.changing() as index:
        payload = {"tenant_id": "a", "kind": "activity", "key": key}
        index.put([IndexPoint(PointRef("a", "activity", key), HERE, payload)])


def published(place: LocalPlace) -> list[str]:
    return sorted(path.name for path in place.folder.iterdir() if path.is_dir())


def newest(place: LocalPlace) -> Path:
    found = place.newest()
    assert found is not None
    return found


def test_each_change_is_a_folder_of_its_own_and_two_are_kept(place: LocalPlace) -> None:
    for key in ("k1", "k2", "k3"):
        put(place, key)

    assert published(place) == ["00000002", "00000003"]
    assert KEPT == 2


def test_a_reader_moves_on_to_what_was_published_after_it_was_opened(place: LocalPlace) -> None:
    put(place, "k1")
    reader, other = place.reading(), place.reading()
    for key in ("k2", "k3"):
        put(place, key)
    with place.changing() as index:
        index.remove([PointRef("a", "activity", "k1")])

    keys = {hit.ref.key for hit in reader.nearest(HERE, tenant_id="a", where=SearchFilter(), limit=9)}

    assert keys == {"k2", "k3"}
    assert other.count() == 2


def test_a_change_that_breaks_off_is_never_seen_and_is_cleared_away(place: LocalPlace) -> None:
    put(place, "k1")
    with pytest.raises(AttributeError), place.changing() as index:
        index.remove([PointRef("a", "activity", "k1"), None])  # type: ignore[list-item]  # breaks it off
    left_over = [name for name in published(place) if name.startswith("building-")]
    put(place, "k2")

    assert len(left_over) == 1
    assert published(place) == ["00000001", "00000002"]
    assert place.reading().count() == 2


def test_a_rebuild_leaves_one_folder(place: LocalPlace) -> None:
    put(place, "k1")
    put(place, "k2")
    with place.rebuilding():
        pass

    assert published(place) == ["00000003"]


def test_opening_changes_no_file(place: LocalPlace) -> None:
    put(place, "k1")
    for _ in range(3):
        reader = place.reading()
        reader.nearest(HERE, tenant_id="a", where=SearchFilter(), limit=1)
        reader.close()


def test_changes_at_once_are_refused(place: LocalPlace) -> None:
    with place.changing(), pytest.raises(DrainBusy), place.changing():
        pass


FILES = ("index.json", "segment.json", "mutable_id_tracker.mappings", "chunk_0.mmap")


@pytest.mark.parametrize("harm", ["emptied", "cut", "flipped", "removed"])
def test_damage_is_seen_before_the_engine_maps_it(place: LocalPlace, harm: str) -> None:
    put(place, "k1")
    for file in FILES:
        (victim,) = newest(place).rglob(file)
        content = victim.read_bytes()
        if harm == "removed":
            victim.unlink()
        else:
            middle = len(content) // 2
            harmed = {"emptied": b"", "cut": content[:middle], "flipped": b"\xff" + content[1:]}
            victim.write_bytes(harmed[harm])

        with pytest.raises(IndexDamaged, match="concord vectors rebuild --home"):
            place.reading()
        with pytest.raises(IndexDamaged, match="concord vectors rebuild --home"):
            put(place, "k2")
        victim.write_bytes(content)


def test_an_index_of_another_model_is_refused(place: LocalPlace) -> None:
    put(place, "k1")

    with pytest.raises(IndexOutdated, match=r"small, 16 dimensions.*concord vectors rebuild"):
        LocalPlace(place.home, model="other", dimensions=SMALL).reading()


def test_an_index_that_was_taken_away_is_missing(place: LocalPlace) -> None:
    put(place, "k1")
    shutil.rmtree(place.folder)

    with pytest.raises(IndexMissing, match="concord vectors rebuild --home"):
        place.reading()
