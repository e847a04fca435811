"""Resolution in three stages, for pipelines that keep its tables in a warehouse of their own.

The same code that `concord resolve` runs (`resolution/run.py`), cut where a pipeline materialises:

1. `standardise_parties`: the modelled table of parties to `party_records`, `claims`, `quarantine`, and how
   dates were read to `date_readings`.
2. `score_links`: a model (learned when there is none) and `links`.
3. `settle_parties`: `membership`, `ledger`, `redirects`, `first_seen`, `golden_values`, `conflicts`.

All tables are in the connection's current schema, where `decisions` and the ledger of before stand too.
"""

import json
from dataclasses import replace
from datetime import datetime

import duckdb

from resolution import matching_run, state
from resolution.domain.attributes import SourceMapping
from resolution.domain.clustering import Bridge
from resolution.files.quarantine import create_quarantine
from resolution.matching.model import ResolutionModel
from resolution.party_table import load_party_table
from resolution.settle import Terms, settle_all
from resolution.standardise.standardise import StandardiseSummary, standardise
from resolution.survivorship_rules import SurvivorshipRules, default_rules


def standardise_parties(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    *,
    model: ResolutionModel | None = None,
    now: datetime | None = None,
) -> StandardiseSummary:
    """Standardise the parties of `table` (`resolution.party_table`); dates are read as `model` read them.

    Raises:
        InputError: The table does not keep the contract.
    """
    sources = load_party_table(connection, table)
    create_quarantine(connection)
    readings = state.readings_from_json(model.date_readings) if model else ()
    summary = standardise(connection, sources, readings=readings, today=now.date() if now else None)
    for source in sources:
        connection.execute(f"drop table {source.table}")
    document = json.dumps(state.readings_json(summary.readings))
    connection.execute("create or replace table date_readings as select $1::varchar as readings", [document])
    return summary


def score_links(
    connection: duckdb.DuckDBPyConnection,
    model: ResolutionModel | None,
    *,
    options: matching_run.MatchingOptions | None = None,
) -> ResolutionModel:
    """Write `links` with the model given, or learn one; return the model that scored.

    Table `decisions` (record_id_l, record_id_r, decision) is made where there is none.
    """
    if "decisions" not in state.tables_of(connection):
        state.write_decisions(connection, ())
    state.check_decisions(connection)
    if model is not None:
        return matching_run.score(connection, matching_run.take(connection, model)).model
    chosen = options or matching_run.MatchingOptions()
    learned = matching_run.learn(connection, options=chosen, sources=_sources(connection))
    scored = matching_run.score(connection, learned).model
    (readings,) = connection.execute("select readings from date_readings").fetchone() or ("[]",)
    return replace(scored, date_readings=tuple(json.loads(readings)))


def _sources(connection: duckdb.DuckDBPyConnection) -> tuple[SourceMapping, ...]:
    rows = connection.execute("select distinct source from party_records order by 1").fetchall()
    return tuple(SourceMapping(source, source, ()) for (source,) in rows)


def settle_parties(
    connection: duckdb.DuckDBPyConnection,
    model: ResolutionModel,
    *,
    now: datetime,
    cause: str,
    rules: SurvivorshipRules | None = None,
) -> None:
    """Settle every live record under the model's terms; the ledger of before carries on.

    `now` is a UTC time without zone, `cause` what the ledger says of changes.
    """
    terms = Terms(Bridge(**model.bridge), model.clean_sources, rules or default_rules(), now, cause)
    settle_all(connection, terms)
