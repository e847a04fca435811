from context_api.rendering.loading import NamedParty
from context_api.search.matching import Matched, MatchedCandidate, without_evidence
from resolution.domain.attributes import PartyType
from resolution.lookup.answers import Candidate


def candidate(golden_id: str, verdict: str, weight: float) -> MatchedCandidate:
    found = Candidate("crm:contact:1", "crm", weight, 0.5, "probabilistic", "email", None, verdict, -9.0, ())
    return MatchedCandidate(found, NamedParty(golden_id, PartyType.PERSON, 1, "Ann"))


def test_without_evidence_the_order_says_nothing_of_the_weights() -> None:
    candidates = (
        candidate("g-3", "match", 9.0),
        candidate("g-1", "match", 7.0),
        candidate("g-4", "no_match", 3.0),
        candidate("g-2", "review", 2.0),
    )
    matched = Matched("given:record:0", PartyType.PERSON, "match", (), candidates, 40)

    told = without_evidence(matched)

    assert [found.party.golden_id for found in told.candidates] == ["g-1", "g-3", "g-2"]
