"""A pair is scored for an explanation as it was, or would have been, in the run."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from resolution.pair_score import pair_scorer
from resolution.run_folder import STATE


@pytest.fixture
def connection(sample_run: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(sample_run / STATE), read_only=True) as connection:
        yield connection


@pytest.fixture
def model(sample_run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((sample_run / "model.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("party_type", ["person", "organization"])
def test_a_pair_of_the_run_scores_as_in_the_run(
    connection: duckdb.DuckDBPyConnection, model: dict[str, Any], party_type: str
) -> None:
    links = connection.execute(
        "SELECT * FROM links WHERE party_type = ? ORDER BY hash(record_id_l || record_id_r) LIMIT 5",
        [party_type],
    )
    names = [name for name, *_ in links.description or ()]
    scorer = pair_scorer(connection, model)

    for values in links.fetchall():
        link = dict(zip(names, values, strict=True))
        scored = scorer(link["record_id_r"], link["record_id_l"])
        assert scored is not None
        for name in scored.keys() - {"rule"}:
            assert scored[name] == pytest.approx(link[name]), name


def test_a_pair_that_no_rule_met_is_scored_too(
    connection: duckdb.DuckDBPyConnection, model: dict[str, Any]
) -> None:
    unmet = connection.execute(
        "SELECT a.record_id, b.record_id FROM party_records a JOIN party_records b"
        " ON a.party_type = b.party_type AND a.record_id < b.record_id"
        " WHERE NOT EXISTS (FROM links WHERE record_id_l = a.record_id AND record_id_r = b.record_id)"
        " ORDER BY ALL LIMIT 1"
    ).fetchone()
    assert unmet is not None

    scored = pair_scorer(connection, model)(*unmet)

    assert scored is not None
    prior = model["parties"][scored["party_type"]]["prior_weight"]
    parts = [value for name, value in scored.items() if name.startswith("weight_")]
    assert scored["match_weight"] == pytest.approx(prior + sum(parts))
    assert scored["band"] != "match"


def test_records_that_cannot_be_compared_have_no_score(
    connection: duckdb.DuckDBPyConnection, model: dict[str, Any]
) -> None:
    mixed = connection.execute(
        "SELECT min(record_id) FROM party_records GROUP BY party_type ORDER BY party_type"
    ).fetchall()
    scorer = pair_scorer(connection, model)

    assert scorer(mixed[0][0], mixed[1][0]) is None
    assert scorer(mixed[0][0], "crm:party:nobody") is None
    assert pair_scorer(connection, {"parties": {}})(mixed[0][0], mixed[0][0]) is None
