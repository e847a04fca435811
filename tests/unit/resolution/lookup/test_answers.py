"""Answers explain themselves: what is said of a link adds up."""

import pytest

from resolution.lookup.answers import candidate_of
from resolution.matching.model import Calibration, PartyModel, TrainedComparison, TrainedLevel

NAME = TrainedComparison(
    "name",
    "Name",
    ("name",),
    (
        TrainedLevel(1, "same", "a", 0.9, 0.1, 5.0, "name", 1.0, 0.01),
        TrainedLevel(0, "different", "", 0.1, 0.9, -3.0),
        TrainedLevel(-1, "missing", "b", None, None, 0.0),
    ),
)
MODEL = PartyModel(
    status="fitted", status_reason="a test", prior_weight=-2.0, comparisons=(NAME,), blocking_rules=(),
    term_frequencies={}, word_weights={}, default_word_weight=0.0, calibration=Calibration("none"),
    match_threshold=0.9, review_threshold=0.1,
)  # fmt: skip


@pytest.mark.parametrize(
    ("level", "weight", "base", "rarity", "outcome"),
    [
        pytest.param(1, 6.5, 5.0, 1.5, "same", id="rare-value"),
        pytest.param(0, -3.0, -3.0, 0.0, "different", id="different"),
        pytest.param(-1, 0.0, 0.0, 0.0, "missing", id="missing"),
    ],
)
def test_a_share_is_its_level_and_the_rarity_of_the_value(
    level: int, weight: float, base: float, rarity: float, outcome: str
) -> None:
    link = {
        "match_weight": -2.0 + weight, "match_probability": 0.5, "method": "probabilistic", "rule": "email",
        "veto": None, "band": "review", "level_name": level, "weight_name": weight,
    }  # fmt: skip

    candidate = candidate_of(link, "crm:contact:1", "crm", MODEL)

    (share,) = candidate.shares
    assert (share.base, share.rarity, share.outcome) == (base, rarity, outcome)
    assert candidate.prior + sum(share.weight for share in candidate.shares) == candidate.match_weight
    assert (candidate.record_id, candidate.source, candidate.verdict) == ("crm:contact:1", "crm", "review")
