import importlib.util
import json
import time
from itertools import combinations
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolution.domain.errors import InputError, RunNotFound
from resolution.evaluation import Bootstrap, Options, evaluate, evaluate_run
from resolution.evaluation_truth import Truth, truth_from_table

SCORE_SCRIPT = Path(__file__).parents[4] / "shared" / "data" / "score.py"
NO_INTERVALS = Options(bootstrap=Bootstrap(replicates=0))

Labels = list[tuple[int, int | None]]  # by record: its entity, and its cluster or None


def clusters_of(labels: Labels) -> pa.Table:
    held = [(i, cluster) for i, (_, cluster) in enumerate(labels) if cluster is not None]
    return pa.table(
        {
            "source": pa.array(["crm" if i % 2 else "erp" for i, _ in held], pa.string()),
            "source_id": pa.array([str(i) for i, _ in held], pa.string()),
            "cluster_id": pa.array([f"g-{cluster}" for _, cluster in held], pa.string()),
        }
    )


def truth_of(labels: Labels) -> Truth:
    return truth_from_table(
        pa.table(
            {
                "source": ["crm" if i % 2 else "erp" for i in range(len(labels))],
                "source_id": [str(i) for i in range(len(labels))],
                "entity_id": [str(entity) for entity, _ in labels],
            }
        )
    )


def brute_force(labels: Labels) -> dict[str, float]:
    cluster = [f"alone-{i}" if c is None else str(c) for i, (_, c) in enumerate(labels)]
    entity = [e for e, _ in labels]
    records = range(len(labels))
    true = {p for p in combinations(records, 2) if entity[p[0]] == entity[p[1]]}
    predicted = {p for p in combinations(records, 2) if cluster[p[0]] == cluster[p[1]]}
    by_entity = [{j for j in records if entity[j] == entity[i]} for i in records]
    by_cluster = [{j for j in records if cluster[j] == cluster[i]} for i in records]
    both = [len(by_entity[i] & by_cluster[i]) for i in records]
    return {
        "pair_precision": len(true & predicted) / max(len(predicted), 1),
        "pair_recall": len(true & predicted) / max(len(true), 1),
        "b3_precision": float(np.mean([both[i] / len(by_cluster[i]) for i in records])),
        "b3_recall": float(np.mean([both[i] / len(by_entity[i]) for i in records])),
        "exact_clusters": len({min(by_entity[i]) for i in records if by_entity[i] == by_cluster[i]}),
    }


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.none() | st.integers(0, 6)), min_size=1, max_size=25).filter(
        lambda labels: any(cluster is not None for _, cluster in labels)
    )
)
def test_scores_equal_a_brute_force_over_all_pairs(labels: Labels) -> None:
    expected = brute_force(labels)

    scores = evaluate(clusters_of(labels), truth_of(labels), options=NO_INTERVALS).overall

    assert scores.pair_precision.value == pytest.approx(expected["pair_precision"])
    assert scores.pair_recall.value == pytest.approx(expected["pair_recall"])
    assert scores.b3_precision is not None
    assert scores.b3_precision.value == pytest.approx(expected["b3_precision"])
    assert scores.b3_recall is not None
    assert scores.b3_recall.value == pytest.approx(expected["b3_recall"])
    assert scores.exact_clusters == expected["exact_clusters"]


def random_labels(records: int, *, seed: int) -> Labels:
    generator = np.random.default_rng(seed)
    entity = generator.integers(0, records // 3, records)
    is_moved = generator.random(records) < 0.1
    cluster = np.where(is_moved, generator.integers(0, records // 3, records), entity)
    return [(int(e), int(c)) for e, c in zip(entity, cluster, strict=True)]


def score_script() -> ModuleType:
    if not SCORE_SCRIPT.is_file():
        pytest.skip(f"{SCORE_SCRIPT} is not on this machine")
    spec = importlib.util.spec_from_file_location("score", SCORE_SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("is_complete", [False, True], ids=["unlabelled-ignored", "truth-is-complete"])
def test_scores_equal_the_scoring_script_of_the_labelled_sets(tmp_path: Path, is_complete: bool) -> None:
    script = score_script()
    labels = random_labels(2000, seed=7)
    truth, clusters = truth_of(labels[:1800]), clusters_of(labels)
    pc.write_csv(truth.table.drop_columns(["record_type"]), tmp_path / "truth.csv")
    pc.write_csv(clusters, tmp_path / "clusters.csv")

    scores = evaluate(clusters, truth, options=Options(is_complete=is_complete)).overall
    expected = script.main(str(tmp_path / "truth.csv"), str(tmp_path / "clusters.csv"), is_complete)

    assert scores.b3_f1 is not None
    assert {
        "pair_P": scores.pair_precision.value,
        "pair_R": scores.pair_recall.value,
        "pair_F1": scores.pair_f1.value,
        "B3_F1": scores.b3_f1.value,
        "exact_clusters": scores.exact_clusters,
        "clusters": scores.clusters,
        "entities": scores.entities,
        "biggest": scores.largest_cluster,
    } == pytest.approx(
        {
            name: expected[name]
            for name in expected
            if name
            in {"pair_P", "pair_R", "pair_F1", "B3_F1", "exact_clusters", "clusters", "entities", "biggest"}
        }
    )


def pairs_truth() -> Truth:
    return truth_from_table(
        pa.table(
            {
                "source_l": ["crm", "crm", "crm"],
                "source_id_l": ["1", "2", "3"],
                "source_r": ["erp", "erp", "erp"],
                "source_id_r": ["1", "2", "3"],
            }
        )
    )


def pair_clusters() -> pa.Table:
    """One true pair, one cluster with a true and a false pair, one record from an unlabelled source."""
    return pa.table(
        {
            "source": ["crm", "erp", "crm", "erp", "erp", "web", "crm"],
            "source_id": ["1", "1", "2", "2", "9", "1", "3"],
            "cluster_id": ["a", "a", "b", "b", "b", "a", "c"],
        }
    )


def test_a_truth_of_pairs_counts_pairs_between_its_sources_only() -> None:
    evaluation = evaluate(pair_clusters(), pairs_truth(), options=NO_INTERVALS)

    assert (evaluation.overall.predicted_pairs, evaluation.overall.true_pairs) == (3, 3)
    assert evaluation.overall.pair_precision.value == pytest.approx(2 / 3)
    assert evaluation.overall.pair_recall.value == pytest.approx(2 / 3)
    assert evaluation.overall.b3_f1 is None
    assert evaluation.records_not_found == 1


def test_a_truth_of_pairs_equals_the_scoring_script(tmp_path: Path) -> None:
    script = score_script()
    pc.write_csv(pairs_truth().table, tmp_path / "truth.csv")
    pc.write_csv(pair_clusters(), tmp_path / "clusters.csv")

    scores = evaluate(pair_clusters(), pairs_truth(), options=NO_INTERVALS).overall

    expected = script.main(str(tmp_path / "truth.csv"), str(tmp_path / "clusters.csv"))
    assert scores.pair_precision.value == pytest.approx(expected["pair_P"])
    assert scores.pair_f1.value == pytest.approx(expected["pair_F1"])


def test_scores_by_type_are_those_of_a_truth_of_that_type_alone() -> None:
    labels = random_labels(300, seed=3)
    truth = truth_of(labels)
    kinds = ["person" if entity % 2 else "organization" for entity, _ in labels]
    by_id = dict(zip((str(i) for i in range(len(labels))), kinds, strict=True))
    typed = truth.table.set_column(
        3, "record_type", [[by_id[i] for i in truth.table["source_id"].to_pylist()]]
    )
    persons = typed.filter(pa.compute.equal(typed["record_type"], "person"))

    evaluation = evaluate(clusters_of(labels), truth_from_table(typed), options=NO_INTERVALS)

    alone = evaluate(clusters_of(labels), truth_from_table(persons), options=NO_INTERVALS)
    assert sorted(evaluation.by_type) == ["organization", "person"]
    assert evaluation.by_type["person"] == alone.overall


def test_without_a_type_in_the_truth_the_type_of_the_golden_record_counts(tmp_path: Path) -> None:
    labels = random_labels(100, seed=6)
    clusters = clusters_of(labels)
    golden_ids = sorted(set(clusters["cluster_id"].to_pylist()))
    kinds = ["person" if number % 2 else "organization" for number in range(len(golden_ids))]
    pq.write_table(clusters, tmp_path / "clusters.parquet")
    pq.write_table(
        pa.table({"golden_id": golden_ids, "party_type": kinds}), tmp_path / "golden_records.parquet"
    )
    pc.write_csv(truth_of(labels).table, tmp_path / "truth.csv")

    evaluation = evaluate_run(tmp_path, tmp_path / "truth.csv")

    assert sorted(evaluation.by_type) == ["organization", "person"]
    assert sum(scores.records for scores in evaluation.by_type.values()) == len(labels)


def test_bands_of_size_add_up_to_the_whole() -> None:
    labels = random_labels(2000, seed=5)

    evaluation = evaluate(clusters_of(labels), truth_of(labels), options=NO_INTERVALS)

    for name in ("predicted_pairs", "true_pairs", "records", "entities", "clusters", "exact_clusters"):
        of_bands = sum(getattr(scores, name) for scores in evaluation.by_size.values())
        assert of_bands == getattr(evaluation.overall, name)


def test_the_interval_holds_the_value_and_narrows_with_more_records() -> None:
    widths = []
    for records in (300, 30_000):
        labels = random_labels(records, seed=11)
        found = evaluate(clusters_of(labels), truth_of(labels)).overall.pair_f1
        assert found.low < found.value < found.high
        widths.append(found.high - found.low)

    assert widths[1] < widths[0] / 4


def test_the_same_seed_gives_the_same_intervals() -> None:
    labels = random_labels(500, seed=2)

    first, again = (evaluate(clusters_of(labels), truth_of(labels)) for _ in range(2))

    assert first == again


def test_fifty_thousand_records_are_measured_in_seconds() -> None:
    labels = random_labels(50_000, seed=1)
    clusters, truth = clusters_of(labels), truth_of(labels)
    start = time.perf_counter()

    evaluate(clusters, truth)

    assert time.perf_counter() - start < 3


def test_the_evaluation_is_json() -> None:
    labels = random_labels(50, seed=2)

    document = evaluate(clusters_of(labels), truth_of(labels)).to_json()

    assert json.loads(json.dumps(document))["overall"]["pair_f1"]["value"] <= 1


def test_a_truth_that_shares_no_record_with_the_run_is_refused() -> None:
    elsewhere = truth_from_table(pa.table({"source": ["CRM"], "source_id": ["7"], "entity_id": ["a"]}))

    with pytest.raises(InputError, match=r"has the sources CRM, the run has crm, erp"):
        evaluate(clusters_of([(1, 1), (1, 1)]), elsewhere)


def test_a_record_in_two_clusters_is_refused() -> None:
    twice = pa.table({"source": ["a", "a"], "source_id": ["1", "1"], "cluster_id": ["x", "y"]})

    with pytest.raises(InputError, match="record 1 of source a is in the clusters twice"):
        evaluate(twice, truth_of([(1, 1)]))


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunNotFound, match="holds no complete run"):
        evaluate_run(tmp_path, tmp_path / "truth.csv")


def test_a_run_is_measured_from_its_files(tmp_path: Path) -> None:
    labels = random_labels(100, seed=4)
    pq.write_table(clusters_of(labels), tmp_path / "clusters.parquet")
    pc.write_csv(truth_of(labels).table, tmp_path / "truth.csv")

    evaluation = evaluate_run(tmp_path, tmp_path / "truth.csv")

    assert evaluation.overall == evaluate(clusters_of(labels), truth_of(labels)).overall
    assert evaluation.calibration is None
