import numpy as np
import pyarrow as pa
import pytest

from resolution.evaluation import evaluate
from resolution.evaluation_calibration import CalibrationError
from resolution.evaluation_truth import Truth, truth_from_table


def run_of(probabilities: list[float], is_match: list[bool]) -> tuple[pa.Table, Truth, pa.Table]:
    """One labelled pair per probability: records l0-r0, l1-r1, … of one entity or of two."""
    number = range(len(probabilities))
    sides = [(f"{side}{i}", i) for side in "lr" for i in number]
    entity = [f"e{i}" if name[0] == "l" or is_match[i] else f"other{i}" for name, i in sides]
    ids = {"source": ["crm"] * len(sides), "source_id": [name for name, _ in sides]}
    links = pa.table(
        {
            "record_id_l": [f"crm:party:l{i}" for i in number],
            "record_id_r": [f"crm:party:r{i}" for i in number],
            "match_probability": probabilities,
        }
    )
    return (
        pa.table(ids | {"cluster_id": entity}),
        truth_from_table(pa.table(ids | {"entity_id": entity})),
        links,
    )


def calibration_of(probabilities: list[float], is_match: list[bool]) -> CalibrationError:
    clusters, truth, links = run_of(probabilities, is_match)
    found = evaluate(clusters, truth, links=links).calibration
    assert found is not None
    return found


def test_the_error_equals_a_hand_calculation() -> None:
    """Bin .05-.14: stated .1, none true. Bin .59-.68: stated .6 and .66, half true. Outside: ignored."""
    found = calibration_of([0.1, 0.6, 0.66, 0.99, 0.01], [False, True, False, False, True])

    assert found.pairs == 3
    assert found.error == pytest.approx((1 * 0.1 + 2 * (0.63 - 0.5)) / 3)
    assert [(b.low, b.high, b.pairs) for b in found.bins] == [
        (0.0, 0.05, 1),
        (0.05, 0.14, 1),
        (0.59, 0.68, 2),
        (0.95, 1.0, 1),
    ]


@pytest.mark.parametrize("probability", [0.05, 0.95], ids=["lower-edge", "upper-edge"])
def test_the_edges_of_the_range_count(probability: float) -> None:
    assert calibration_of([probability], [True]).pairs == 1


def test_probabilities_that_mean_what_they_say_have_a_small_error() -> None:
    generator = np.random.default_rng(3)
    probabilities = generator.uniform(0.05, 0.95, 20_000)
    is_match = generator.random(20_000) < probabilities

    found = calibration_of(probabilities.tolist(), is_match.tolist())

    assert found.error is not None
    assert found.error < 0.02
    assert all(b.true_share_low < b.true_share < b.true_share_high for b in found.bins)


def test_pairs_without_a_label_are_ignored() -> None:
    clusters, truth, links = run_of([0.5, 0.5], [True, True])
    unlabelled = Truth("entities", truth.table.filter(pa.compute.not_equal(truth.table["source_id"], "r1")))

    found = evaluate(clusters, unlabelled, links=links).calibration

    assert found is not None
    assert found.pairs == 1


def test_without_a_pair_in_range_there_is_no_error_to_state() -> None:
    assert calibration_of([0.999], [True]).error is None


def test_a_truth_of_pairs_calibrates_the_pairs_between_its_sources() -> None:
    truth = truth_from_table(
        pa.table({"source_l": ["b"], "source_id_l": ["1"], "source_r": ["a"], "source_id_r": ["1"]})
    )
    clusters = pa.table(
        {
            "source": ["a", "a", "b", "c"],
            "source_id": ["1", "2", "1", "1"],
            "cluster_id": ["x", "y", "x", "x"],
        }
    )
    links = pa.table(
        {
            "record_id_l": ["a:party:1", "a:party:2", "a:party:1", "a:party:1"],
            "record_id_r": ["b:party:1", "b:party:1", "c:party:1", "a:party:2"],
            "match_probability": [0.8, 0.3, 0.5, 0.5],
        }
    )

    found = evaluate(clusters, truth, links=links).calibration

    assert found is not None
    assert found.pairs == 2
    assert found.error == pytest.approx((0.2 + 0.3) / 2)


def test_a_perfect_forecaster_of_few_pairs_errs_by_chance_as_often_as_coins_do() -> None:
    """One pair at .5 is always half away from the truth; four at .5: 0, .25 and .5 away, 6, 8 and 2 in 16."""
    assert calibration_of([0.5], [True]).by_chance == pytest.approx(0.5)
    assert calibration_of([0.5] * 4, [True] * 4).by_chance == pytest.approx(3 / 16, abs=0.02)


def test_chance_explains_the_error_of_true_probabilities_and_not_of_false_ones() -> None:
    generator = np.random.default_rng(7)
    probabilities = generator.uniform(0.05, 0.95, 2_000)
    is_match = (generator.random(2_000) < probabilities).tolist()

    fair = calibration_of(probabilities.tolist(), is_match)
    bold = calibration_of(np.minimum(probabilities + 0.15, 0.95).tolist(), is_match)

    assert fair.error is not None
    assert fair.by_chance is not None
    assert bold.error is not None
    assert bold.by_chance is not None
    assert 0.4 * fair.by_chance < fair.error < 1.8 * fair.by_chance
    assert bold.error > 3 * bold.by_chance


def test_without_a_pair_in_range_there_is_no_chance_either() -> None:
    assert calibration_of([0.999], [True]).by_chance is None
