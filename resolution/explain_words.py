"""An explanation in words: the verdict first, then what it rests on."""

from resolution.explain import PairExplanation, Score


def verdict(explanation: PairExplanation) -> str:
    """Return in one sentence whether two records are one party, and what decides it."""
    left, right = explanation.left, explanation.right
    if left.record_id == right.record_id:
        return "Both ids name the same record."
    if left.party_type != right.party_type:
        return "Two parties: a person and an organization are never one."
    removed = [side.record_id for side in (left, right) if side.golden_id is None]
    if removed:
        return f"Not one party: {' and '.join(removed)} belongs to no golden record (its source removed it)."
    if explanation.decisions:
        head = "One party" if explanation.is_one_party else "Two parties"
        return f"{head}: a steward decided {' and '.join(explanation.decisions)}."
    return _together(explanation) if explanation.is_one_party else _apart(explanation)


def _together(explanation: PairExplanation) -> str:
    score = explanation.score
    if score is not None and score.band == "match" and score.is_in_run:
        return f"One party: {_tied_by(score, explanation.match_threshold)}."
    links = len(explanation.path)
    if not links:
        return "One party, though no link joins them: a decision does."
    return f"One party, through other records: {links} links join them, and {_own_score(explanation)}."


def _tied_by(score: Score, threshold: float) -> str:
    if score.method == "deterministic":
        return f"the rule {words(score.rule)} ties them"
    if score.method == "steward":
        return "a steward tied them"
    stands = probability_text(score.pair_probability)
    return f"probability {stands} is at or above the match threshold {threshold:.3g}"


def _own_score(explanation: PairExplanation) -> str:
    score = explanation.score
    if score is None:
        return "the two themselves were never compared"
    if score.veto:
        return f"the veto {words(score.veto)} speaks against the two themselves"
    return f"the two themselves score {probability_text(score.pair_probability)}"


def _apart(explanation: PairExplanation) -> str:
    score = explanation.score
    if score is None:
        return "Two parties: no blocking rule met the two, so they were never compared."
    if score.veto:
        return f"Two parties: the veto {words(score.veto)} holds them apart, whatever the score."
    low, high = explanation.review_threshold, explanation.match_threshold
    stands = probability_text(score.pair_probability)
    if not score.is_in_run:
        return (
            f"Two parties: no blocking rule met the two; compared now, they score {stands}"
            f" where a match begins at {high:.3g}."
        )
    if score.band == "review":
        return (
            f"Two parties until someone decides: probability {stands} is in the review band,"
            f" {low:.3g} to {high:.3g}."
        )
    if score.band == "match":
        return (
            "Two parties, although this link alone would join them: elsewhere in the cluster a decision, a"
            " veto, a source that holds each party once, or a weak bridge keeps them apart."
        )
    return f"Two parties: probability {stands} is below the review band, which begins at {low:.3g}."


def flip_sentences(explanation: PairExplanation) -> tuple[str, ...]:
    """Return what single value would change the verdict of the score, in sentences."""
    score = explanation.score
    if score is None:
        return ()
    if score.is_decision_alone:
        return (f"Only another decision than {words(score.band)} would flip it.",)
    if score.veto:
        return (f"No value of another comparison would flip it: the veto {words(score.veto)} stands.",)
    is_match = score.pair_probability >= explanation.match_threshold
    said = [flip.sentence(is_match=is_match) for flip in explanation.flips]
    if score.method in {"deterministic", "steward"} and score.band == "match":
        by = "steward's decision" if score.method == "steward" else f"rule {words(score.rule)}"
        said.insert(0, f"The {by} decides, not the score; by the score alone:")
    return tuple(said)


def probability_text(probability: float) -> str:
    """Return a probability with the digits that say something; never 1.000 or 0.000."""
    if 0.001 <= probability <= 0.999:
        return f"{probability:.3f}"
    return "above .999" if probability > 0.5 else "below .001"


def words(name: str | None) -> str:
    """Return the name of a rule, veto or method as words."""
    return (name or "unnamed").replace("_", " ")
