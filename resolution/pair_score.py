"""The score of one pair of a finished run, met by a blocking rule or not, for explanations.

The run's database is read, never written: the two records are copied into a database in memory and
scored there by the same engine with the same model.
"""

from collections.abc import Callable, Mapping
from typing import Any

import duckdb

from resolution.domain.attributes import PartyType
from resolution.matching import scoring, semantic
from resolution.matching.model import party_from_json

PairScorer = Callable[[str, str], dict[str, Any] | None]


def pair_scorer(connection: duckdb.DuckDBPyConnection, model: Mapping[str, Any]) -> PairScorer:
    """Return a function that scores a pair of records of the run as a row of `links`."""

    def score(record_l: str, record_r: str) -> dict[str, Any] | None:
        left, right = sorted((record_l, record_r))
        found = connection.execute(
            "SELECT DISTINCT party_type FROM party_records WHERE record_id IN (?, ?)", [left, right]
        ).fetchall()
        if len(found) != 1 or found[0][0] not in model["parties"]:
            return None
        party_type = PartyType(found[0][0])
        party = party_from_json(model["parties"][party_type.value])
        if not party.comparisons:
            return None
        table = f"match_{party_type.value}"
        rows = connection.execute(
            f"SELECT * FROM {table} WHERE record_id IN (?, ?)", [left, right]
        ).to_arrow_table()
        if rows.num_rows != 2:
            return None
        with duckdb.connect() as memory:
            memory.register("two_records", rows)
            memory.execute(f"CREATE TABLE {table} AS SELECT * FROM two_records")
            memory.execute(
                "CREATE TABLE one_pair (match_key VARCHAR, join_key_l VARCHAR, join_key_r VARCHAR)"
            )
            memory.execute("INSERT INTO one_pair VALUES ('-1', ?, ?)", [left, right])
            scoring.create_links(memory, [c.name for c in party.comparisons])
            scoring.add_links(
                memory, table, pairs="one_pair", party_type=party_type, model=party, least_weight=None
            )
            semantic.add_meaning(memory, table, model=party)
            if party_type is PartyType.ORGANIZATION:
                semantic.add_meaning(memory, table, model=party)
            scored = memory.execute("SELECT * FROM links")
            names = [column[0] for column in scored.description or ()]
            row = scored.fetchone()
        return dict(zip(names, row, strict=True)) if row else None

    return score
