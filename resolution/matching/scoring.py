"""Scored pairs to `links`: method, rule, veto and band for every pair worth keeping.

Grain of `links`: one row per (record_id_l, record_id_r), l before r, whose match weight is at least
`KEPT_WEIGHT`, or that a rule links. Both party types share the table; `level_*` and `weight_*` are NULL
where a comparison does not exist for the type.
"""

from collections.abc import Iterable

import duckdb

from resolution.domain.attributes import PartyType
from resolution.matching import engine, rules
from resolution.matching.model import PartyModel

KEPT_WEIGHT = -8.0  # log2 odds of pairs kept as evidence against, beside links of the same cluster
FIXED = (
    ("record_id_l", "VARCHAR"),
    ("record_id_r", "VARCHAR"),
    ("party_type", "VARCHAR"),
    ("match_weight", "DOUBLE"),
    ("match_probability", "DOUBLE"),
    ("method", "VARCHAR"),
    ("rule", "VARCHAR"),
    ("veto", "VARCHAR"),
    ("band", "VARCHAR"),
)


def create_links(connection: duckdb.DuckDBPyConnection, comparisons: Iterable[str]) -> None:
    """Create the empty table `links` with a level and a weight for each comparison."""
    fixed = [f"{name} {kind}" for name, kind in FIXED]
    parts = [f"level_{c} TINYINT, weight_{c} DOUBLE" for c in sorted(set(comparisons))]
    connection.execute(f"CREATE OR REPLACE TABLE links ({', '.join([*fixed, *parts])})")


def _levels(scored: str, model: PartyModel, columns: set[str]) -> str:
    """Return a select that renames Splink's columns and adds both parts of each weight."""
    parts = []
    for comparison in model.comparisons:
        adjusted = f"mw_tf_adj_{comparison.name}"
        weight = f"mw_{comparison.name}" + (f" + {adjusted}" if adjusted in columns else "")
        parts.append(f"gamma_{comparison.name}::TINYINT AS level_{comparison.name}")
        parts.append(f"{weight} AS weight_{comparison.name}")
    fixed = "record_id_l, record_id_r, match_key, match_weight, match_probability"
    return f"SELECT {fixed}, {', '.join(parts)} FROM {scored}"


def add_links(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    *,
    pairs: str,
    party_type: PartyType,
    model: PartyModel,
    least_weight: float | None = KEPT_WEIGHT,
) -> None:
    """Score the pairs of table `pairs` with the model and append those worth keeping to `links`."""
    scored = f"scored_{party_type.value}"
    engine.score_pairs(
        connection,
        table,
        pairs=pairs,
        model=model,
        target=scored,
        least_weight=least_weight,
        always_kept=_always_kept(party_type, model),
    )
    columns = {name for name, *_ in connection.execute(f"DESCRIBE {scored}").fetchall()}
    names_of_columns, query = _links_of(scored, party_type=party_type, model=model, columns=columns)
    connection.execute(f"INSERT INTO links ({names_of_columns}) {query} ORDER BY record_id_l, record_id_r")
    connection.execute(f"DROP TABLE {scored}")


def links_sql(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    *,
    pairs: str,
    party_type: PartyType,
    model: PartyModel,
    least_weight: float = KEPT_WEIGHT,
) -> str:
    """Return the query whose rows `add_links` would append to `links`, in no order."""
    scored = engine.scoring_sql(
        table,
        pairs=pairs,
        model=model,
        least_weight=least_weight,
        always_kept=_always_kept(party_type, model),
    )
    columns = {name for name, *_ in connection.execute(f"DESCRIBE {scored}").fetchall()}
    _, query = _links_of(f"({scored})", party_type=party_type, model=model, columns=columns)
    return query


def _always_kept(party_type: PartyType, model: PartyModel) -> str:
    return f"({rules.link_rule_sql(party_type, model).replace('level_', 'gamma_')}) IS NOT NULL"


def _links_of(scored: str, *, party_type: PartyType, model: PartyModel, columns: set[str]) -> tuple[str, str]:
    """Return the columns of `links` that scored pairs fill, and the query that fills them."""
    link_rule = rules.link_rule_sql(party_type, model)
    names = "[" + ", ".join(f"'{rule.name}'" for rule in model.blocking_rules) + "]::VARCHAR[]"
    kept = [f"level_{c.name}, weight_{c.name}" for c in model.comparisons]
    columns_sql = ", ".join([*(name for name, _ in FIXED), *kept])
    fitted = model.status != "rules_only"
    match = f"match_probability >= {model.match_threshold!r}" if fitted else "false"
    query = f"""
        WITH levels AS ({_levels(scored, model, columns)}),
        ruled AS (
            SELECT *, {link_rule} AS link_rule,
                {rules.veto_sql(party_type, model)} AS veto
            FROM levels
        )
        SELECT record_id_l, record_id_r, '{party_type.value}' AS party_type, match_weight, match_probability,
            CASE WHEN link_rule IS NOT NULL AND veto IS NULL THEN 'deterministic' ELSE 'probabilistic' END
                AS method,
            coalesce(CASE WHEN veto IS NULL THEN link_rule END, ({names})[match_key::INTEGER + 1]) AS rule,
            veto,
            CASE WHEN veto IS NOT NULL THEN 'no_match'
                WHEN link_rule IS NOT NULL OR {match} THEN 'match'
                WHEN match_probability >= {model.review_threshold!r} THEN 'review'
                ELSE 'no_match' END AS band,
            {", ".join(kept)}
        FROM ruled
        """
    return columns_sql, query
