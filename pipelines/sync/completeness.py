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
from pipelines.sync.upsert import versions


@dataclass(frozen=True, slots=True)
class Proof:
    """What was compared. Rows in quarantine count as not proven; nothing is rounded up."""

    counted_source: int
    counted_warehouse: int
    sampled_keys: int
    matching_keys: int

    @property
    def share(self) -> float:
        """The share of the source that is proven to be here: of the sample, and never over the count."""
        sampled = self.matching_keys / self.sampled_keys if self.sampled_keys else 1.0
        counted = min(1.0, self.counted_warehouse / self.counted_source) if self.counted_source else 1.0
        return min(sampled, counted)


def prove(
    connection: duckdb.DuckDBPyConnection, contract: Contract, *, counted: int, sample: Fitted, table: str
) -> Proof:
    """Compare the source's count and sample with a raw table as it stands in this transaction."""
    present = connection.execute(
        f"select count(*) from {table} where {_counted(contract.object_)}"
    ).fetchone()
    numbered = sample.batch.append_column(SEQUENCE, pa.array(range(sample.batch.num_rows), pa.int64()))
    connection.register("_sample", pa.Table.from_batches([numbered]))
    matching = connection.execute(
        f"""
        select count(*) from ({versions(contract, "_sample")}) as s
        join {table} as r on r._record_key = s._record_key and r._content_hash = s._content_hash
            and r._is_deleted = s._is_deleted
        """
    ).fetchone()
    connection.unregister("_sample")
    sampled = sample.batch.num_rows + len(sample.bad)
    return Proof(counted, present[0] if present else 0, sampled, matching[0] if matching else 0)


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
