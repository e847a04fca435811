from dataclasses import replace

import pytest

from resolution.explain import PairExplanation, Score, Side
from resolution.explain_flips import Flip
from resolution.explain_paths import PathStep
from resolution.explain_words import flip_sentences, probability_text, verdict

SCORE = Score(
    prior=-8.0, parts=(), match_weight=4.0, probability=0.941, method="probabilistic", rule="name",
    veto=None, band="match", is_in_run=True,
)  # fmt: skip
STEP = PathStep("a:party:1", "b:party:2", "probabilistic", "name", 4.0, 0.94)
FLIP = Flip("Phone", "same", "different", False, False, -2.0, True)


def side(number: int, golden_id: str | None, *, party_type: str = "person") -> Side:
    return Side(f"a:party:{number}", "a", party_type, golden_id, {})


TOGETHER = PairExplanation(side(1, "g"), side(2, "g"), SCORE, 0.85, 0.35, (), (STEP,), (FLIP,))
APART = replace(
    TOGETHER, right=side(2, "h"), path=(), score=replace(SCORE, band="no_match", probability=0.02)
)


@pytest.mark.parametrize(
    ("explanation", "beginning"),
    [
        pytest.param(TOGETHER, "One party: probability 0.941 is at or above", id="probable"),
        pytest.param(
            replace(TOGETHER, score=replace(SCORE, method="deterministic", rule="same_tax_number")),
            "One party: the rule same tax number ties them.", id="rule",
        ),
        pytest.param(
            replace(TOGETHER, score=replace(SCORE, band="no_match", probability=0.1), path=(STEP, STEP)),
            "One party, through other records: 2 links join them, and the two themselves score 0.100.",
            id="through-others",
        ),
        pytest.param(
            replace(TOGETHER, score=None), "One party, through other records: 1 links", id="never-compared"
        ),
        pytest.param(
            replace(TOGETHER, score=None, path=()), "One party, though no link joins them", id="must-link"
        ),
        pytest.param(replace(TOGETHER, decisions=("match",)), "One party: a steward decided", id="decided"),
        pytest.param(APART, "Two parties: probability 0.020 is below the review band", id="below"),
        pytest.param(
            replace(APART, score=replace(SCORE, veto="two_tax_ids")),
            "Two parties: the veto two tax ids holds them apart", id="veto",
        ),
        pytest.param(
            replace(APART, score=replace(SCORE, band="review", probability=0.5)),
            "Two parties until someone decides: probability 0.500 is in the review band, 0.35 to 0.85",
            id="review",
        ),
        pytest.param(replace(APART, score=SCORE), "Two parties, although this link alone", id="clustering"),
        pytest.param(replace(APART, score=None), "Two parties: no blocking rule met", id="not-met"),
        pytest.param(
            replace(APART, score=replace(SCORE, is_in_run=False, probability=0.3)),
            "Two parties: no blocking rule met the two; compared now, they score 0.300", id="scored-now",
        ),
        pytest.param(
            replace(APART, right=side(2, "h", party_type="organization")),
            "Two parties: a person and an organization are never one.", id="types",
        ),
        pytest.param(replace(APART, right=side(2, None)), "Not one party: a:party:2", id="removed"),
        pytest.param(replace(TOGETHER, right=TOGETHER.left), "Both ids name the same record.", id="same"),
    ],
)  # fmt: skip
def test_the_verdict_says_what_decides(explanation: PairExplanation, beginning: str) -> None:
    assert verdict(explanation).startswith(beginning)


def test_a_veto_is_flipped_by_no_score() -> None:
    vetoed = replace(APART, score=replace(SCORE, veto="two_tax_ids"))

    assert flip_sentences(vetoed) == (
        "No value of another comparison would flip it: the veto two tax ids stands.",
    )


def test_a_rule_is_named_before_what_the_score_alone_would_need() -> None:
    tied = replace(TOGETHER, score=replace(SCORE, method="deterministic", rule="same_tax_number"))

    first, second = flip_sentences(tied)

    assert first == "The rule same tax number decides, not the score; by the score alone:"
    assert second.endswith("no longer a match.")


@pytest.mark.parametrize(("value", "text"), [(0.5, "0.500"), (0.99999, "above .999"), (1e-9, "below .001")])
def test_a_probability_is_never_said_to_be_certain(value: float, text: str) -> None:
    assert probability_text(value) == text
