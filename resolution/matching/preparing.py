"""From records of one party type to a draft of their model: all that is learned before any pair is looked at.

match input -> comparisons that the input can feed -> word weights, term frequencies, blocking keys. The draft
scores levels with weight zero; `resolution.matching.fitting` trains it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from resolution.domain.attributes import PartyType
from resolution.matching import blocking, features, frequencies, sampling
from resolution.matching.comparisons import (
    MISSING,
    ORGANIZATION_KINSHIPS,
    PERSON_KINSHIPS,
    Comparison,
    compose,
)
from resolution.matching.model import (
    BlockingRule,
    Calibration,
    PartyModel,
    TermFrequencies,
    TrainedComparison,
    TrainedLevel,
)
from resolution.matching.organization import ORGANIZATION_BLOCKS, ORGANIZATION_COMPARISONS
from resolution.matching.person import PERSON_BLOCKS, PERSON_COMPARISONS

LEAST_FILLED = 0.01  # share of records that must have a value for a field to be compared
LEAST_FILLED_RECORDS = 2

CATALOGUE: Mapping[PartyType, tuple[tuple[Comparison, ...], Mapping[str, str]]] = {
    PartyType.PERSON: (PERSON_COMPARISONS, PERSON_BLOCKS),
    PartyType.ORGANIZATION: (ORGANIZATION_COMPARISONS, ORGANIZATION_BLOCKS),
}

KINSHIPS = {PartyType.PERSON: PERSON_KINSHIPS, PartyType.ORGANIZATION: ORGANIZATION_KINSHIPS}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A match input with what was learned on the way; `draft` scores levels with weight zero."""

    table: str
    records: int
    comparisons: tuple[Comparison, ...]
    draft: PartyModel
    party_type: PartyType
    kinships: tuple[str, ...]


def draft_model(
    comparisons: Sequence[Comparison],
    rules: tuple[BlockingRule, ...],
    term_frequencies: Mapping[str, TermFrequencies],
    *,
    word_weights: Mapping[str, float],
    default_word_weight: float,
) -> PartyModel:
    """Return an untrained model: every level weighs nothing, term frequencies are in place."""
    return PartyModel(
        status="rules_only",
        status_reason="not trained",
        prior_weight=0.0,
        comparisons=tuple(_untrained(c, term_frequencies) for c in comparisons),
        blocking_rules=rules,
        term_frequencies=term_frequencies,
        word_weights=word_weights,
        default_word_weight=default_word_weight,
        calibration=Calibration("none"),
        match_threshold=1.0,
        review_threshold=1.0,
    )


def _untrained(comparison: Comparison, term_frequencies: Mapping[str, TermFrequencies]) -> TrainedComparison:
    levels = [
        TrainedLevel(
            level=comparison.level_number(i),
            label=level.label,
            sql=level.sql,
            m=None,
            u=None,
            weight=0.0,
            tf_column=level.tf_column,
            tf_weight=1.0 if level.tf_column else 0.0,
            tf_reference=term_frequencies[level.tf_column].reference if level.tf_column else None,
        )
        for i, level in enumerate(comparison.levels)
    ]
    levels.append(TrainedLevel(MISSING, "missing", comparison.missing_sql, None, None, 0.0))
    return TrainedComparison(
        comparison.name, comparison.label, comparison.columns, tuple(levels), comparison.pair_values
    )


def prepare(connection: duckdb.DuckDBPyConnection, party_type: PartyType) -> Prepared | None:
    """Build the match input of one party type and learn its frequencies and blocking; None if empty."""
    catalogue, keys = CATALOGUE[party_type]
    features.register_nicknames(connection)
    words, default = features.learn_word_weights(connection, party_type)
    features.register_word_weights(connection, words)
    bare = features.build_match_input(connection, party_type, default_weight=default)
    records = sampling.count(connection, bare)
    if records < 2:
        return None
    columns = [name for name, *_ in connection.execute(f"DESCRIBE {bare}").fetchall()]
    least = max(LEAST_FILLED, LEAST_FILLED_RECORDS / records)
    filled = features.filled_columns(connection, bare, columns=columns, least_share=least)
    comparisons = compose(catalogue, filled)
    rules = blocking.learn_blocking(connection, bare, keys=keys, records=records)
    learned = frequencies.learn_frequencies(
        connection, bare, columns=frequencies.tf_columns(comparisons), party_type=party_type
    )
    draft = draft_model(comparisons, rules, learned, word_weights=words, default_word_weight=default)
    table = f"match_{party_type.value}"
    complete_input(connection, bare, model=draft, target=table)
    return Prepared(table, records, comparisons, draft, party_type, KINSHIPS[party_type])


def complete_input(
    connection: duckdb.DuckDBPyConnection, bare: str, *, model: PartyModel, target: str
) -> None:
    """Create table `target`: a match input with the model's blocking keys and term frequencies.

    The bare one is dropped.
    """
    keys = blocking.key_columns(connection, rules=model.blocking_rules)
    rarities, joins = frequencies.frequency_columns(connection, frequencies=model.term_frequencies)
    features.add_columns(connection, bare, target=target, columns=keys, looked_up=rarities, joins=joins)
    connection.execute(f"DROP TABLE {bare}")
