from pathlib import Path

import duckdb
import numpy as np
import pytest

from benchmarks.cluster_evidence import FITTED, Pairs, error, fit, main, read_pairs
from benchmarks.quality_targets import Target
from resolution.cluster_evidence import Terms, stated_links_sql
from resolution.domain.clustering import ClusterEvidence

TARGET = Target("set one", "one", 0.9, 0.97, "")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Three records of one cluster, one of another; a link by a rule does not count."""
    with duckdb.connect(str(tmp_path / "state.duckdb")) as connection:
        connection.execute(
            "create table membership as select 's:party:' || i as record_id, if(i < 4, 'x', 'y') as golden_id"
            " from range(1, 5) t(i)"
        )
        connection.execute(
            "create table links as select 's:party:' || l as record_id_l, 's:party:' || r as record_id_r,"
            " 'person' as party_type, w::double as match_weight, 1 / (1 + pow(2.0, -w)) as match_probability,"
            " method, null::varchar as veto, if(w > 0, 'match', 'no_match') as band from (values"
            " (1, 2, 1, 'probabilistic'), (1, 3, 12, 'probabilistic'), (2, 3, 9.5, 'deterministic'),"
            " (3, 4, -2, 'probabilistic')) t(l, r, w, method)"
        )
    (tmp_path / "truth.csv").write_text(
        "source,source_id,entity_id\ns,1,A\ns,2,A\ns,3,A\ns,4,B\n", encoding="utf-8"
    )
    return tmp_path


def test_parts_times_numbers_are_the_weight_that_a_run_states(run: Path) -> None:
    worth = ClusterEvidence()
    pairs = read_pairs(run, run / "truth.csv", TARGET)
    with duckdb.connect(str(run / "state.duckdb"), read_only=True) as connection:
        stated = connection.execute(
            f"select match_weight from ({stated_links_sql(Terms(worth, ('person',)))})"
            " where weight_cluster is not null order by all"
        ).fetchall()

    weights = pairs.parts @ np.array([getattr(worth, name) for name in FITTED]) + pairs.rest

    assert sorted(weights) == pytest.approx([weight for (weight,) in stated], abs=1e-5)
    assert sorted(pairs.is_match) == [0, 1, 1]


def test_a_fit_finds_the_numbers_that_made_the_truth() -> None:
    generator = np.random.default_rng(5)
    parts = np.zeros((2_000, len(FITTED)))
    slope, apart = FITTED.index("apart_slope"), FITTED.index("apart")
    parts[:, slope], parts[:, apart] = generator.uniform(-6, 6, 2_000), 1
    chance = 1 / (1 + 2 ** -(0.5 * parts[:, slope] - 1.0))
    is_match = (generator.random(2_000) < chance).astype(float)
    row = Pairs("one", parts, np.zeros(2_000), parts[:, slope], is_match)

    found = fit([row])

    assert found[slope] == pytest.approx(0.5, abs=0.08)
    assert found[apart] == pytest.approx(-1.0, abs=0.25)
    assert error(row, found)[0] < error(row, None)[0]


def test_no_set_is_no_measurement(tmp_path: Path) -> None:
    assert main(["--data", str(tmp_path)]) == 2
