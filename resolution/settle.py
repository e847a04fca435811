"""Settle: from records, links and decisions to clusters, golden ids and golden records.

Reads `party_records`, `claims`, `links`, `decisions` of a database and the model; writes `membership`,
`ledger`, `redirects`, `golden_values`, `conflicts`. It works on whole components, so the outcome for a
record depends on nothing outside its component (DESIGN.md section 4), and settling only the components
that a change touches gives what settling everything would give.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
import numpy as np
import pyarrow as pa

from resolution import ledger_bulk, survivorship_bulk
from resolution.clustering import NO_SOURCE, Constraints, Links, cluster
from resolution.domain.clustering import STRICT_WEIGHT, Bridge
from resolution.survivorship_rules import SurvivorshipRules


@dataclass(frozen=True, slots=True)
class Terms:
    """What settling goes by, besides the data: part of the model and of the configuration."""

    bridge: Bridge
    clean_sources: tuple[str, ...]
    rules: SurvivorshipRules
    now: datetime
    cause: str


def settle_all(connection: duckdb.DuckDBPyConnection, terms: Terms) -> None:
    """Settle every live record."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE scope AS"
        " SELECT record_id FROM party_records WHERE NOT coalesce(is_deleted, false)"
    )
    write_clusters(connection, terms)
    ledger_bulk.write_ledger(connection, now=terms.now, cause=terms.cause)
    survivorship_bulk.survive(connection, terms.rules)


def settle_changed(
    connection: duckdb.DuckDBPyConnection, terms: Terms, *, changed: str, removed: str, loosened: str
) -> None:
    """Settle the components that a change touches; the records of table `removed` are gone.

    Touched are the records of table `changed`, former companions of changed and removed records (their
    cluster may fall apart), and the records of table `loosened`, which a joining link or decision that is
    gone or new once tied to them (what is left of their component may now settle otherwise). Table
    `golden_settled` names the golden records of all these, those that are no more among them.
    """
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE touched AS
        SELECT record_id FROM {changed} UNION SELECT record_id FROM {loosened} UNION
        SELECT m.record_id FROM membership m WHERE m.golden_id IN (
            SELECT golden_id FROM membership
            WHERE record_id IN (SELECT record_id FROM {changed} UNION ALL SELECT record_id FROM {removed}))
        """
    )
    _spread(connection, removed=removed)
    write_clusters(connection, terms)
    ledger_bulk.write_ledger(connection, now=terms.now, cause=terms.cause, removed=removed)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE golden_changed AS SELECT golden_id FROM changed_goldens UNION"
        f" SELECT golden_id FROM membership WHERE record_id IN (SELECT record_id FROM {changed})"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE golden_settled AS SELECT golden_id FROM changed_goldens UNION"
        " SELECT golden_id FROM membership SEMI JOIN scope USING (record_id)"
    )
    survivorship_bulk.survive(connection, terms.rules, changed="golden_changed")


def _spread(connection: duckdb.DuckDBPyConnection, *, removed: str) -> None:
    """Create table `scope`: the touched records and all that joining links tie to them.

    Records go by the hash of their id, which costs half as much; two of one hash only widen the scope.
    """
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE ties AS
        WITH joining AS (
            SELECT hash(record_id_l) AS a, hash(record_id_r) AS b FROM links WHERE band = 'match'
            UNION ALL SELECT hash(record_id_l), hash(record_id_r) FROM decisions WHERE decision = 'match'
        )
        SELECT a, b FROM joining UNION ALL SELECT b, a FROM joining;
        CREATE OR REPLACE TEMP TABLE scope AS
        WITH RECURSIVE reached AS (
            SELECT hash(record_id) AS record FROM touched
            UNION
            SELECT ties.b FROM reached JOIN ties ON ties.a = reached.record
        )
        SELECT record_id FROM party_records
        WHERE NOT coalesce(is_deleted, false) AND hash(record_id) IN (SELECT record FROM reached)
            AND record_id NOT IN (SELECT record_id FROM {removed});
        DROP TABLE ties
        """
    )


def write_clusters(connection: duckdb.DuckDBPyConnection, terms: Terms) -> None:
    """Create table `clusters` (record_id, component_id) of the records in `scope`."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE numbered AS"
        " SELECT record_id, source, row_number() OVER (ORDER BY record_id) - 1 AS n"
        " FROM party_records JOIN scope USING (record_id)"
    )
    records = connection.execute("SELECT record_id, source FROM numbered ORDER BY n").to_arrow_table()
    numbers = cluster(
        records.num_rows,
        _links(connection),
        constraints=_constraints(connection, records, clean_sources=terms.clean_sources),
        bridge=terms.bridge,
    )
    assigned = pa.table({"record_id": records["record_id"], "component_id": numbers})
    connection.register("assigned", assigned)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE clusters AS"
        " SELECT record_id, component_id::VARCHAR AS component_id FROM assigned"
    )
    connection.unregister("assigned")


def _links(connection: duckdb.DuckDBPyConnection) -> Links:
    rows = connection.execute(
        "SELECT a.n AS l, b.n AS r, match_weight AS w, band = 'match' AS joins,"
        " CASE WHEN method = 'deterministic' THEN 1 ELSE 0 END AS strict FROM links"
        " JOIN numbered a ON a.record_id = record_id_l JOIN numbered b ON b.record_id = record_id_r"
        " ORDER BY l, r"
    ).fetchnumpy()
    weight = np.asarray(rows["w"], dtype=np.float64)
    strict = np.asarray(rows["strict"]) == 1
    return Links(
        left=np.asarray(rows["l"], dtype=np.int64),
        right=np.asarray(rows["r"], dtype=np.int64),
        weight=np.where(strict, np.maximum(weight, STRICT_WEIGHT), weight),
        joins=np.asarray(rows["joins"], dtype=bool),
    )


def _constraints(
    connection: duckdb.DuckDBPyConnection, records: pa.Table, *, clean_sources: Sequence[str]
) -> Constraints:
    def pairs(sql: str) -> list[tuple[int, int]]:
        return [(int(a), int(b)) for a, b in connection.execute(sql).fetchall()]

    joined = "JOIN numbered a ON a.record_id = record_id_l JOIN numbered b ON b.record_id = record_id_r"
    must = pairs(f"SELECT a.n, b.n FROM decisions {joined} WHERE decision = 'match' ORDER BY 1, 2")
    cannot = pairs(
        f"SELECT a.n, b.n FROM decisions {joined} WHERE decision = 'no_match' UNION"
        f" SELECT a.n, b.n FROM links {joined} WHERE veto IS NOT NULL ORDER BY 1, 2"
    )
    clean = None
    if clean_sources:
        numbers = {name: i for i, name in enumerate(clean_sources)}
        clean = np.array([numbers.get(s, NO_SOURCE) for s in records["source"].to_pylist()], dtype=np.int64)
    return Constraints(must, cannot, clean)
