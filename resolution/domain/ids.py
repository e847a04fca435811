"""Record ids and seed ids.

`record_id = source:object:source_id`. The seed id of a record is a keyed hash of its record id; a
golden record carries the seed id of its member first seen (DESIGN.md, law 4). `SEED_ID_SQL` computes
the same value in SQL; a test holds the two equal.
"""

import hashlib

DEFAULT_OBJECT = "party"
SEED_KEY = "concord:seed:1"  # names the id space; changing it changes every golden id
SEED_LENGTH = 20  # hex digits, 80 bits: a collision among 10^9 records has a chance below 10^-6


def record_id(source: str, source_id: str, *, record_object: str = DEFAULT_OBJECT) -> str:
    """Return the id of a source record, unique over all sources."""
    return f"{source}:{record_object}:{source_id}"


def seed_id(record: str) -> str:
    """Return the golden id that a record founds when it is the first seen of its party."""
    digest = hashlib.sha256(f"{SEED_KEY}:{record}".encode()).hexdigest()
    return f"g-{digest[:SEED_LENGTH]}"


SEED_ID_SQL = f"'g-' || substr(sha256('{SEED_KEY}:' || record_id), 1, {SEED_LENGTH})"
