from context_api.store.decisions import DecisionEntry, Verdict


def test_a_decision_keeps_who_when_and_why_also_of_its_end() -> None:
    assert {"author", "reason", "decided_at"} <= set(DecisionEntry.model_fields)
    assert {"superseded_by", "superseded_reason", "superseded_at"} <= set(DecisionEntry.model_fields)


def test_verdicts_are_those_of_the_design() -> None:
    assert [str(verdict) for verdict in Verdict] == ["match", "no_match", "defer"]
