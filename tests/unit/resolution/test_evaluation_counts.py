import numpy as np

from resolution.evaluation_counts import Bootstrap, RecordOverlap, score_records


def overlap_of(entity: list[int], cluster: list[int]) -> RecordOverlap:
    unlabelled = np.zeros(max(cluster) + 1, dtype=np.int64)
    return RecordOverlap.count(np.array(entity), np.array(cluster), unlabelled=unlabelled)


def test_perfect_clusters_have_an_interval_of_one_point() -> None:
    entity = [i // 2 for i in range(100)]

    scores = score_records(overlap_of(entity, entity), bootstrap=Bootstrap())

    assert (scores.pair_f1.low, scores.pair_f1.value, scores.pair_f1.high) == (1.0, 1.0, 1.0)


def test_one_component_that_holds_everything_still_has_an_interval_around_its_value() -> None:
    """A chain of clusters, each over two entities, ties all records into one component."""
    entity = [i // 4 for i in range(4000)]
    cluster = [(i + 2) // 4 for i in range(4000)]

    found = score_records(overlap_of(entity, cluster), bootstrap=Bootstrap()).pair_precision

    assert found.low <= found.value <= found.high
    assert found.high - found.low < 0.05


def test_errors_of_one_component_are_drawn_together() -> None:
    """Two entities in one wrong cluster: the interval is as wide as over their 50 components."""
    entity = [i // 2 for i in range(400)]
    cluster = [i // 4 if i < 200 else i // 2 for i in range(400)]

    found = score_records(overlap_of(entity, cluster), bootstrap=Bootstrap(replicates=2000)).pair_precision

    shares = [(2, 6)] * 50 + [(1, 1)] * 100  # right and predicted pairs by component
    generator = np.random.default_rng(0)
    drawn = [np.array(shares)[generator.integers(0, 150, 150)].sum(axis=0) for _ in range(2000)]
    low, high = np.percentile([right / predicted for right, predicted in drawn], [2.5, 97.5])
    assert abs(found.low - low) < 0.01
    assert abs(found.high - high) < 0.01
