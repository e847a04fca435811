"""Learning from stewards' decisions: the same additive weights, moved by what people said.

In: decided pairs. Out: weights that fit them, starting from the unsupervised ones and pulled towards
them, so that ten decisions move little and three hundred move much.
"""

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from resolution.matching import engine, sampling
from resolution.matching.additive import AdditiveWeights, fit_additive
from resolution.matching.comparisons import Comparison
from resolution.matching.model import PartyModel

DECISION_PULL = 0.3  # per squared bit against one decision; found on labelled sets
FEWEST_DECISIONS = 20  # fewer bind, but do not train


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decided pairs of records: `is_match[i]` says whether left[i] and right[i] are one party."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    is_match: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.left)


def learn_from_decisions(
    connection: duckdb.DuckDBPyConnection,
    decisions: Decisions,
    *,
    table: str,
    comparisons: tuple[Comparison, ...],
    draft: PartyModel,
    weights: AdditiveWeights,
) -> tuple[AdditiveWeights, int]:
    """Return the weights after the decisions on records of `table`, and how many decisions counted."""
    pairs = pa.table(
        {
            "match_key": ["0"] * len(decisions),
            "join_key_l": [min(a, b) for a, b in zip(decisions.left, decisions.right, strict=True)],
            "join_key_r": [max(a, b) for a, b in zip(decisions.left, decisions.right, strict=True)],
            "is_match": list(decisions.is_match),
        }
    )
    connection.register("decided", pairs)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE decided_pairs AS SELECT * FROM decided"
        f" WHERE join_key_l IN (SELECT record_id FROM {table})"
        f" AND join_key_r IN (SELECT record_id FROM {table})"
    )
    connection.unregister("decided")
    usable = sampling.count(connection, "decided_pairs")
    if usable < FEWEST_DECISIONS:
        return weights, 0
    engine.score_pairs(connection, table, pairs="decided_pairs", model=draft, target="decided_levels")
    vectors = sampling.vectors_of(connection, "decided_levels", comparisons=comparisons)
    said = connection.execute(
        "SELECT is_match FROM decided_pairs ORDER BY join_key_l, join_key_r"
    ).fetchnumpy()["is_match"]
    targets = np.asarray(said, dtype=float)
    return fit_additive(vectors, targets, start=weights, pull=DECISION_PULL), usable
