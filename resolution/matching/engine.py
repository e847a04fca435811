"""The only module that knows Splink: blocking and scoring of match inputs.

In: a match input (`resolution/matching/features.py`) with its blocking keys, and a `PartyModel`. Out:
tables of blocked pairs and of scored pairs. Splink turns the model's comparisons into SQL and runs them;
weights are the model's own, so that m and u of the Splink settings are chosen to give exactly
`log2(m / u) = weight`. See Splink 5: `SettingsCreator`, `register_blocked_pairs_for_predict`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

import duckdb
from splink import SettingsCreator, block_on
from splink.internals.comparison_vector_values import compute_comparison_vector_values_from_id_pairs_sqls
from splink.internals.dialects import SplinkDialect
from splink.internals.pipeline import CTEPipeline
from splink.internals.predict import predict_from_comparison_vectors_sqls

from resolution.matching.comparisons import MISSING
from resolution.matching.model import BlockingRule, PartyModel, TrainedComparison, TrainedLevel

KEY_PREFIX = "bk_"
DIALECT = "duckdb"
RECORDS = "__records_to_score"  # stands for the match input
PAIRS = "__splink__blocked_id_pairs"  # Splink's name for the pairs
_UNSET_U = 0.5  # any value: only log2(m / u) counts where there is no term frequency


def _level_dict(level: TrainedLevel) -> dict[str, object]:
    if level.level == MISSING:
        return {"sql_condition": level.sql, "label_for_charts": level.label, "is_null_level": True}
    u = level.tf_reference or _UNSET_U
    settings: dict[str, object] = {
        "sql_condition": level.sql or "ELSE",
        "label_for_charts": level.label,
        "m_probability": u * 2.0**level.weight,
        "u_probability": u,
    }
    if level.tf_column is not None and level.tf_weight and level.tf_reference:
        settings |= {
            "tf_adjustment_column": level.tf_column,
            "tf_adjustment_weight": level.tf_weight,
            "disable_tf_exact_match_detection": True,
        }
    return settings


def _comparison_dict(comparison: TrainedComparison) -> dict[str, object]:
    ordered = sorted(comparison.levels, key=lambda level: (level.level != MISSING, -level.level))
    return {
        "output_column_name": comparison.name,
        "comparison_levels": [_level_dict(level) for level in ordered],
    }


def splink_settings(model: PartyModel, *, rules: Sequence[BlockingRule] | None = None) -> SettingsCreator:
    """Return the Splink settings that score exactly as `model` says."""
    chosen = model.blocking_rules if rules is None else rules
    comparisons = [_comparison_dict(c) for c in model.comparisons]
    return _settings(comparisons, prior_weight=model.prior_weight, rules=chosen)


def _settings(
    comparisons: Sequence[dict[str, object]], *, prior_weight: float, rules: Sequence[BlockingRule]
) -> SettingsCreator:
    prior = 2.0**prior_weight / (1.0 + 2.0**prior_weight)
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        blocking_rules_to_generate_predictions=[block_on(KEY_PREFIX + rule.name) for rule in rules],
        comparisons=list(comparisons),
        probability_two_random_records_match=prior,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
    )


def block_pairs(connection: duckdb.DuckDBPyConnection, table: str, *, model: PartyModel, target: str) -> int:
    """Create table `target` (match_key, join_key_l, join_key_r) of the pairs that the rules meet.

    `match_key` is the position of the first rule that met the pair. Returns the number of pairs. The very
    pairs that Splink blocks by `splink_settings` (a test holds them equal), in two thirds of its time: it
    goes by record numbers, and looks for the first rule of a pair once, where Splink asks each rule whether
    an earlier one met it.
    """
    keys = [KEY_PREFIX + rule.name for rule in model.blocking_rules]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE record_keys AS SELECT record_id, {', '.join(keys)},"
        f" (row_number() OVER (ORDER BY record_id))::INTEGER AS n FROM {table}"
    )
    met = " UNION ALL ".join(
        f"SELECT {i}::SMALLINT AS rule, a.n AS l, b.n AS r"
        f" FROM record_keys a JOIN record_keys b ON a.{key} = b.{key} WHERE a.n < b.n"
        for i, key in enumerate(keys)
    )
    connection.execute(
        f"CREATE OR REPLACE TABLE {target} AS SELECT rule::VARCHAR AS match_key, a.record_id AS join_key_l,"
        f" b.record_id AS join_key_r FROM (SELECT min(rule) AS rule, l, r FROM ({met}) GROUP BY l, r)"
        " JOIN record_keys a ON a.n = l JOIN record_keys b ON b.n = r"
    )
    connection.execute("DROP TABLE record_keys")
    row = connection.execute(f"SELECT count(*) FROM {target}").fetchone()
    return int(row[0]) if row else 0


def score_pairs(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    *,
    pairs: str,
    model: PartyModel,
    target: str,
    least_weight: float | None = None,
    always_kept: str | None = None,
) -> None:
    """Create temporary table `target` with Splink's score of every pair in table `pairs`.

    Columns: record_id_l, record_id_r, match_key, match_weight, match_probability and for each comparison
    `gamma_<name>` (level), `mw_<name>` (weight), `mw_tf_adj_<name>` where term frequencies count. Pairs
    below `least_weight` are left out, but for those that meet the condition `always_kept`.

    `Linker.inference.predict` drops the levels unless it also copies every compared column, so its two
    steps are called here (splink/internals/linker_components/inference.py, `_predict_chunk`). To be
    replaced when Splink can retain levels alone.
    """
    query = scoring_sql(table, pairs=pairs, model=model, least_weight=least_weight, always_kept=always_kept)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {target} AS {query}")


def scoring_sql(
    table: str,
    *,
    pairs: str,
    model: PartyModel,
    least_weight: float | None = None,
    always_kept: str | None = None,
) -> str:
    """Return the query that `score_pairs` runs; tables of the same columns may stand in for its own."""
    comparisons = json.dumps([_comparison_dict(c) for c in model.comparisons])
    pair_values = json.dumps({name: sql for c in model.comparisons for name, sql in c.pair_values.items()})
    sql = _scoring_sql(comparisons, model.prior_weight, pair_values)
    scored = sql.replace(RECORDS, table).replace(PAIRS, pairs)
    kept = (
        "true" if least_weight is None else f"match_weight >= {least_weight!r} OR ({always_kept or 'false'})"
    )
    return f"SELECT COLUMNS(c -> NOT starts_with(c, 'tf_')) FROM ({scored}) WHERE {kept}"


def take_compared(
    connection: duckdb.DuckDBPyConnection, table: str, *, pairs: str, model: PartyModel, target: str
) -> None:
    """Create temporary table `target`: what scoring reads of `table`, of the records in table `pairs`.

    Scoring reads all rows once for each side of a pair, which costs more than few pairs do.
    """
    sql = scoring_sql(table, pairs=pairs, model=model)
    names = [name for name, *_ in connection.execute(f"DESCRIBE {table}").fetchall()]
    read = [name for name in names if re.search(rf"\b{name}(_[lr])?\b", sql)]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {target} AS SELECT {', '.join(read)} FROM {table} WHERE record_id IN"
        f" (SELECT join_key_l FROM {pairs} UNION SELECT join_key_r FROM {pairs})"
    )


def _selected(columns: Sequence[str], pair_values: Mapping[str, str]) -> list[str]:
    """Return Splink's list of columns of both rows, with the pair values computed instead of read."""
    read = [c for c in columns if not any(re.search(rf"\b{name}_[lr]\b", c) for name in pair_values)]
    return [*read, *(f"{sql} AS {name}" for name, sql in pair_values.items())]


@lru_cache(maxsize=8)
def _scoring_sql(comparisons: str, prior_weight: float, pair_values: str) -> str:
    """Return Splink's SQL for the score of the pairs of table `PAIRS`: comparison levels, then weights.

    Kept by what it is made from, for Splink takes longer to spell it than to score a small sample with it.
    """
    creator = _settings(json.loads(comparisons), prior_weight=prior_weight, rules=())
    settings, pipeline = creator.get_settings(DIALECT), CTEPipeline()
    columns = settings.column_info_settings
    pipeline.enqueue_list_of_sqls(
        compute_comparison_vector_values_from_id_pairs_sqls(
            _selected(settings._columns_to_select_for_blocking, json.loads(pair_values)),
            settings._columns_to_select_for_comparison_vector_values,
            input_tablename_l=RECORDS,
            input_tablename_r=RECORDS,
            source_dataset_input_column=None,
            unique_id_input_column=columns.unique_id_input_column,
        )
    )
    pipeline.enqueue_list_of_sqls(
        predict_from_comparison_vectors_sqls(
            unique_id_input_columns=columns.unique_id_input_columns,
            core_model_settings=settings.core_model_settings,
            sql_dialect=SplinkDialect.from_string(DIALECT),
            retain_intermediate_calculation_columns=True,
            training_mode=True,
        )
    )
    return pipeline.generate_cte_pipeline_sql()
