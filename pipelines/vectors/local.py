"""The local index: a folder per finished drain, so that readers never meet one that is being written.

    vectors/
        00000041/  00000042/     published: never written again; the highest number is the newest
        building-<process>/      being written; left over by a crash, and removed by the next drain
        embeddings.db            pipelines/vectors/cache.py
        drain.lock

A drain copies the newest folder, changes the copy and renames it to the next number: readers see all of a
drain or nothing. `index.json` inside holds the checksum of each file, so that damage is seen when it is
opened (0.2 s for 160 MB). Two are kept: a reader that just looked up the newest still finds it after the
next drain. After a rebuild one is left, since what was deleted lies in the older files until then.

A reader (`LatestFolder`) looks before each search whether a newer folder stands there, for some
microseconds, and moves on to it: what was deleted is never returned once the drain has ended.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from pipelines.vectors.edge import EdgeIndex
from pipelines.vectors.errors import IndexDamaged, IndexMissing, IndexOutdated
from pipelines.vectors.folder_files import checksums, copy_sparse
from pipelines.vectors.index import ReadableIndex, VectorIndex, VectorPlace
from pipelines.vectors.lock import drain_lock
from pipelines.vectors.points import Hit, PointRef, SearchFilter, Vectors

FORMAT = 1  # of a folder; one with another number has to be built anew
KEPT = 2
DIGITS = 8
SHOWN = 3  # names of damaged files in a message
MANIFEST = "index.json"
SHARD = "shard"
BUILDING = "building-"


class LocalPlace(VectorPlace):
    """The folders under `home/vectors`."""

    def __init__(self, home: Path, *, model: str, dimensions: int) -> None:
        self.home = home
        self.folder = home / "vectors"
        self.model = model
        self.dimensions = dimensions

    def exists(self) -> bool:
        """Return whether a folder was published."""
        return self.newest() is not None

    def newest(self) -> Path | None:
        """Return the newest published folder."""
        published = self._published()
        return published[-1] if published else None

    @contextmanager
    def changing(self) -> Iterator[VectorIndex]:
        """Open a copy of the newest folder; it is published once the block has ended."""
        with drain_lock(self.home):
            newest = self.newest()
            building = self._clear_building()
            if newest is None:
                index = EdgeIndex.create(building / SHARD, dimensions=self.dimensions)
            else:
                self.check(newest)
                shutil.copytree(newest / SHARD, building / SHARD, copy_function=copy_sparse)
                index = EdgeIndex.load(building / SHARD)
            yield from self._publishing(index, building)
            self._prune(KEPT)

    @contextmanager
    def rebuilding(self) -> Iterator[VectorIndex]:
        """Open an empty folder; once the block has ended, it is the only one."""
        with drain_lock(self.home):
            building = self._clear_building()
            index = EdgeIndex.create(building / SHARD, dimensions=self.dimensions)
            yield from self._publishing(index, building)
            self._prune(1)

    def reading(self) -> "LatestFolder":
        """Open the newest folder, and each newer one as it comes."""
        return LatestFolder(self)

    def open_newest(self) -> tuple[Path, EdgeIndex]:
        """Open the newest folder.

        Raises:
            IndexMissing: none was published.
            IndexDamaged: it cannot be opened, or holds other than it should.
            IndexOutdated: another model or version built it.
        """
        while True:
            newest = self.newest()
            if newest is None:
                raise IndexMissing(f"there are no vectors in {self.folder}; {self._remedy()}")
            try:
                return newest, self._open(newest)
            except IndexDamaged:
                if newest == self.newest():
                    raise  # else it was pruned while we opened it

    def check(self, folder: Path) -> int:
        """Return how many points a published folder holds, after comparing its files with what was written.

        qdrant-edge maps its files into memory: a damaged one gives wrong answers, or ends the process.
        """
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            made = (manifest["format"], manifest["model"], manifest["dimensions"])
            points, written = int(manifest["points"]), dict(manifest["checksums"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexDamaged(f"{folder / MANIFEST} cannot be read ({error}); {self._remedy()}") from error
        if made != (FORMAT, self.model, self.dimensions):
            found = f"format {made[0]}, {made[1]}, {made[2]} dimensions"
            raise IndexOutdated(f"{folder} was built otherwise ({found}); {self._remedy()}")
        differing = {name for name, _ in written.items() ^ checksums(folder / SHARD).items()}
        if differing:
            names = ", ".join(sorted(differing)[:SHOWN])
            message = f"{len(differing)} files of {folder} are not as they were written ({names})"
            raise IndexDamaged(f"{message}; {self._remedy()}")
        return points

    def _open(self, folder: Path) -> EdgeIndex:
        self.check(folder)
        return EdgeIndex.load(folder / SHARD)

    def _publishing(self, index: EdgeIndex, building: Path) -> Iterator[VectorIndex]:
        try:
            yield index
            index.settle()
        finally:
            index.close()
        opened = EdgeIndex.load(building / SHARD)  # the first opening tidies up; later ones change no file
        points = opened.count()
        opened.close()
        manifest = {
            "format": FORMAT,
            "model": self.model,
            "dimensions": self.dimensions,
            "points": points,
            "checksums": checksums(building / SHARD),
        }
        (building / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
        newest = self.newest()
        number = 1 if newest is None else int(newest.name) + 1
        building.rename(self.folder / f"{number:0{DIGITS}}")
        _sync_folder(self.folder)

    def _published(self) -> list[Path]:
        try:
            with os.scandir(self.folder) as entries:  # looked at before each search
                names = sorted(entry.name for entry in entries)
        except FileNotFoundError:
            return []
        return [self.folder / name for name in names if len(name) == DIGITS and name.isdecimal()]

    def _clear_building(self) -> Path:
        for left_over in self.folder.glob(f"{BUILDING}*"):
            shutil.rmtree(left_over)
        building = self.folder / f"{BUILDING}{os.getpid()}"
        building.mkdir()
        return building

    def _prune(self, kept: int) -> None:
        for old in self._published()[:-kept]:
            shutil.rmtree(old)

    def _remedy(self) -> str:
        return f"run `concord vectors rebuild --home {self.home}`"


class LatestFolder(ReadableIndex):
    """The newest published folder, read only; safe to share between threads."""

    def __init__(self, place: LocalPlace) -> None:
        self._place = place
        self._swap = Lock()
        self._folder, self._index = place.open_newest()

    def nearest(self, vector: Vectors, *, tenant_id: str, where: SearchFilter, limit: int) -> list[Hit]:
        """Return the points of one tenant with the highest cosine, best first."""
        return self._latest().nearest(vector, tenant_id=tenant_id, where=where, limit=limit)

    def refs(self) -> Iterator[PointRef]:
        """Yield the name of every point."""
        return self._latest().refs()

    def count(self) -> int:
        """Return how many points there are."""
        return self._latest().count()

    def close(self) -> None:
        """Let go of the files."""
        self._index.close()

    def _latest(self) -> EdgeIndex:
        if self._place.newest() != self._folder:
            with self._swap:
                if self._place.newest() != self._folder:
                    # The former one is not closed here: a thread may be searching it. It goes with its
                    # last user.
                    self._folder, self._index = self._place.open_newest()
        return self._index


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
