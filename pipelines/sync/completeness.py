"""The proof of a sync: what the source counts, and whole rows of it found again, by key and content."""

from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa

from pipelines.connectors.port import Deletes, SourceObject
from pipelines.sync.contract import SEQUENCE, Contract
from pipelines.sync.deletes import LABELS
from pipelines.sync.fitting import Fitted
from pipelines.sync.tables import Load
from pipelines.sync.upsert import raw_table, versions

# A row that is missing in the sample may have changed after it was read; in two in a row, it was missed. What
# two readings of all did not bring (an older backup at the source, rows that share a key) is left alone.
MISSED_FROM, MISSED_TO = 2, 5


@dataclass(frozen=True, slots=True)
class Proof:
    """What was compared. Rows in quarantine count as not proven; nothing is rounded up."""

    counted_source: int
    counted_warehouse: int
    sampled_keys: int
    matching_keys: int
    still_missing: int = 0  # of the sample, as in the sample before

    @property
    def share(self) -> float:
        """The share of the source that is proven to be here: of the sample, and never over the count."""
        sampled = self.matching_keys / self.sampled_keys if self.sampled_keys else 1.0
        counted = min(1.0, self.counted_warehouse / self.counted_source) if self.counted_source else 1.0
        return min(sampled, counted)


def prove(
    connection: duckdb.DuckDBPyConnection, source: str, *, contract: Contract, counted: int, sample: Fitted
) -> Proof:
    """Compare the source's count and sample with the raw table as it stands in this transaction."""
    table = raw_table(source, contract.object_.name)
    present = connection.execute(
        f"select count(*) from {table} where {_counted(contract.object_)}"
    ).fetchone()
    numbered = sample.batch.append_column(SEQUENCE, pa.array(range(sample.batch.num_rows), pa.int64()))
    connection.register("_sample", pa.Table.from_batches([numbered]))
    connection.execute(
        f"""
        create or replace temp table _proofs as
        select s._record_key, s._content_hash, r._record_key is not null as is_here
        from ({versions(contract, "_sample")}) as s
        left join {table} as r on r._record_key = s._record_key and r._content_hash = s._content_hash
            and r._is_deleted = s._is_deleted
        where not s.is_timeless
        """
    )
    connection.unregister("_sample")
    matching = connection.execute("select count(*) from _proofs where is_here").fetchone()
    sampled = sample.batch.num_rows + len(sample.bad)
    missing = _still_missing(connection, source, object_name=contract.object_.name)
    return Proof(counted, present[0] if present else 0, sampled, matching[0] if matching else 0, missing)


def _still_missing(connection: duckdb.DuckDBPyConnection, source: str, *, object_name: str) -> int:
    """Note what the sample showed in vain, and return how much of it the sample before did too."""
    names = {"source": source, "object": object_name}
    connection.execute(
        """
        create or replace temp table _unproven as
        select $source as source, $object as object, p._record_key as record_key,
            p._content_hash as content_hash, coalesce(u.seen, 0) + 1 as seen
        from _proofs as p
        left join sync.unproven as u on u.source = $source and u.object = $object
            and u.record_key = p._record_key and u.content_hash = p._content_hash
        where not p.is_here
        """,
        names,
    )
    connection.execute("delete from sync.unproven where source = $source and object = $object", names)
    connection.execute("insert into sync.unproven select * from _unproven")
    found = connection.execute(
        "select count(*) from _unproven where seen between ? and ?", [MISSED_FROM, MISSED_TO]
    ).fetchone()
    return int(found[0]) if found else 0


def missed_rows(connection: duckdb.DuckDBPyConnection, load: Load, *, object_name: str, proof: Proof) -> int:
    """Return how many rows of the source came neither here nor into quarantine, as far as a proof tells."""
    found = connection.execute(
        """
        select
            (select count(*) from sync.quarantine
                where source = $source and object = $object and replayed_at is null),
            (select count(*) from (
                select * from sync.completeness where source = $source and object = $object
                order by checked_at desc limit $tries
            ) where counted_source - counted_warehouse = $missing)
        """,
        {
            "source": load.source, "object": object_name, "tries": MISSED_TO - 1,
            "missing": proof.counted_source - proof.counted_warehouse,
        },
    ).fetchone()  # fmt: skip
    waiting, tried = found or (0, 0)
    shortfall = proof.counted_source - proof.counted_warehouse - waiting
    return max(proof.still_missing, shortfall if tried < MISSED_TO - 1 else 0)


def _counted(object_: SourceObject) -> str:
    # A source that shows deletions by a column still counts those rows.
    return "true" if object_.deletes is Deletes.OBSERVED else "not _is_deleted"


def write_proof(
    connection: duckdb.DuckDBPyConnection, load: Load, *, object_: SourceObject, proof: Proof, now: datetime
) -> None:
    """Store a proof beside its load."""
    connection.execute(
        "insert into sync.completeness values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [load.load_id, load.source, object_.name, proof.counted_source, proof.counted_warehouse,
         proof.sampled_keys, proof.matching_keys, proof.share, LABELS[object_.deletes], now],
    )  # fmt: skip
