"""Processes that read a store until they are told to stop, and tell what they saw.

    python -m benchmarks.store_readers URL FOLDER READERS PAUSE_SECONDS

PAUSE_SECONDS lie between two answers, so that readers do not only compete for the processor. FOLDER holds
`parties.json` (golden ids whose primary city is the same in every version) and `key`, what the store is
sealed with. Reading begins at once and ends when `stop` is there; each process then writes `reader-N.json`.
One process imports everything and is forked, so that fifty of them start within a second.
"""

import json
import os
import random
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from context_api.store.engine import open_store, reading
from context_api.store.reading import golden_record, version_at
from context_api.store.sealing import Sealer

TOGETHER = 4  # golden records of one answer


@dataclass(slots=True)
class Seen:
    """What one process saw: answers that mixed versions or went back in time, errors, and how long each took.

    `answers` are (monotonic time at the start, seconds).
    """

    markers: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    answers: list[tuple[float, float]] = field(default_factory=list)


def read_until_stopped(url: str, folder: Path, *, number: int, pause_seconds: float) -> Seen:
    """Read golden records of one answer again and again; each must be of one version, and none older."""
    parties: list[str] = json.loads((folder / "parties.json").read_text("utf-8"))
    sealer = Sealer((folder / "key").read_bytes(), "default")
    engine = open_store(url)
    chance = random.Random(number)  # noqa: S311 - which parties are read
    seen, last = Seen(), 0
    while not (folder / "stop").exists():
        began = time.monotonic()
        try:
            with reading(engine) as connection:
                snapshot = version_at(connection, sealer)
                asked = chance.sample(parties, min(TOGETHER, len(parties)))
                found = {str(golden_record(snapshot, party).primary("city")) for party in asked}
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
            seen.errors.append(repr(error))
            continue
        seen.answers.append((began, time.monotonic() - began))
        if len(found) > 1 or snapshot.version < last:
            seen.mixed.append(f"version {snapshot.version} after {last}: {sorted(found)}")
        last = snapshot.version
        seen.markers = sorted({*seen.markers, *found})
        time.sleep(pause_seconds)
    engine.dispose()
    return seen


def main(arguments: list[str]) -> int:
    """Fork the readers and wait for them; exit code 1 when one of them could not tell what it saw."""
    url, folder, readers, pause = arguments[0], Path(arguments[1]), int(arguments[2]), float(arguments[3])
    children = []
    for number in range(readers):
        child = os.fork()
        if child == 0:
            seen = read_until_stopped(url, folder, number=number, pause_seconds=pause)
            part = folder / f"reader-{number}.part"
            part.write_text(json.dumps(asdict(seen)), "utf-8")
            part.rename(folder / f"reader-{number}.json")
            os._exit(0)
        children.append(child)
    (folder / "started").touch()
    ended = [os.waitpid(child, 0)[1] for child in children]
    return 1 if any(ended) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
