"""Which record is about whom: kept beside the systems, where nothing that reads them looks."""

import csv
from hashlib import sha256
from pathlib import Path

COLUMNS = ("record_id", "entity_id", "record_type")


def correspondent_id(address: str) -> str:
    """Return the record id of who writes from a mail address: a digest, as ids stand in the clear."""
    return f"email:correspondent:{sha256(address.lower().encode()).hexdigest()[:32]}"


class Truth:
    """The true entity of every party record; an entity id begins with its type."""

    def __init__(self) -> None:
        self.entities: dict[str, str] = {}

    def note(self, record_id: str, entity_id: str) -> None:
        """Hold that a record is about an entity."""
        self.entities[record_id] = entity_id

    def forget(self, record_id: str) -> None:
        """Drop a record that is gone; one that never was is no fault."""
        self.entities.pop(record_id, None)

    def write(self, path: Path) -> None:
        """Write the table, ordered by record."""
        with path.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.writer(lines, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(
                (record_id, entity_id, entity_id.partition("-")[0])
                for record_id, entity_id in sorted(self.entities.items())
            )


def read_truth(path: Path) -> Truth:
    """Return a truth as it was written."""
    truth = Truth()
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            truth.note(row["record_id"], row["entity_id"])
    return truth
