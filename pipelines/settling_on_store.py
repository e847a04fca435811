"""Scoring and settling in the warehouse, on the ledger and the decisions that the context store holds.

Decisions bind both, and people go on deciding while a run is under way. `links_base` notes which decision the
links were scored with; when there is a later one at the time of settling, they are scored again.
"""

from datetime import UTC, datetime

import duckdb
from sqlalchemy import Engine

from pipelines.publish_ledger import ledger_from_store
from resolution.matching.model import ResolutionModel
from resolution.stages import score_links, settle_parties

CAUSE = "pipeline"  # what the ledger says of changes that a run made


def score_on_store(
    connection: duckdb.DuckDBPyConnection, engine: Engine, tenant_id: str, *, model: ResolutionModel | None
) -> ResolutionModel:
    """Write `links` under the decisions of the store; return the model, learned when none is given."""
    base = ledger_from_store(connection, engine, tenant_id)
    scored = score_links(connection, model)
    connection.execute(
        f"create or replace table links_base as select {base.decision_sequence}::bigint as decision_sequence"
    )
    return scored


def settle_on_store(
    connection: duckdb.DuckDBPyConnection, engine: Engine, tenant_id: str, *, model: ResolutionModel
) -> None:
    """Settle every live record; the ledger of the store carries on, whatever an earlier attempt left here."""
    base = ledger_from_store(connection, engine, tenant_id)
    (scored_with,) = connection.execute("from links_base").fetchone() or (None,)
    if scored_with != base.decision_sequence:
        score_on_store(connection, engine, tenant_id, model=model)
    settle_parties(connection, model, now=datetime.now(UTC).replace(tzinfo=None), cause=CAUSE)
