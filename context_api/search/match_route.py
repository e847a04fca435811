"""POST /v1/match: who given records are, with the same answer as a batch and the evidence for it.

Who may not see personal values is told whom a person may be and how sure that is in one word, and nothing of
what agrees: else values that are masked could be tried out.
"""

from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, Field

from context_api.answer_freshness import by_source_of
from context_api.auth import Scope
from context_api.customers.customer_schema import SourceFreshnessOut
from context_api.customers.seen import Masked, seen_record_id
from context_api.errors import MatchUnavailable, NothingPublished, UnmatchableRecord
from context_api.policy.classification import Classification, classifications
from context_api.rendering.loading import NamedParty
from context_api.routing import Call, CallDep, reads, slice_router
from context_api.search.given_records import GivenRecordIn, KnownNamesOnly
from context_api.search.matching import Matched, MatchedCandidate, find_matches, without_evidence
from context_api.search.parties import shown_name
from context_api.search.snapshots import MatchSnapshots
from resolution.domain.attributes import PartyType

MOST_RECORDS = 100
MOST_CANDIDATES = 50
CANDIDATES = 10
MASKED = Masked(masked=str(Classification.PII))
router = slice_router("match")


class MatchIn(KnownNamesOnly):
    """Records to be matched, 100 at most."""

    records: Annotated[list[GivenRecordIn], Field(min_length=1, max_length=MOST_RECORDS)]
    limit: Annotated[int, Field(ge=1, le=MOST_CANDIDATES, description="Candidates of each record.")] = (
        CANDIDATES
    )


class ComparisonOut(BaseModel):
    """What one comparison adds, in bits: `base` for its level, `rarity` for how rare the value is."""

    comparison: str
    label: str
    level: int
    outcome: str
    base: float
    rarity: float
    weight: float


class EvidenceOut(BaseModel):
    """Why a candidate is one: `prior` and the weights of comparisons add up to `match_weight`."""

    match_weight: Annotated[float, Field(description="log2 of the odds.")]
    match_probability: float
    method: str
    rule: str
    veto: Annotated[str | None, Field(description="What forbids it, whatever the weight.")]
    prior: float
    comparisons: list[ComparisonOut]


class PartyOut(BaseModel):
    """A golden record."""

    golden_id: str
    type: PartyType
    name: str | Masked | None


class CandidateOut(PartyOut):
    """A record that the given one may be, and its golden record."""

    record_id: str | Masked
    source: str
    verdict: Annotated[str, Field(description="`match`, `review` or `no_match`.")]
    evidence: EvidenceOut | Masked


class MatchedOut(BaseModel):
    """Who one given record is."""

    record_id: str
    type: PartyType
    verdict: Annotated[str, Field(description="`match`, `review` or `no_match`.")]
    joins: Annotated[
        list[PartyOut] | None,
        Field(
            description="The parties that it would be one with; several would become one. Null where that"
            " takes too long to say."
        ),
    ]
    candidates: Annotated[list[CandidateOut], Field(description="Best first.")]
    compared: Annotated[int | Masked, Field(description="Records that it was compared with.")]


class MatchAnswer(BaseModel):
    """Who the records are, in their order."""

    version: int
    snapshot_version: Annotated[
        int, Field(description="The version whose records were looked up: the last that a publish made.")
    ]
    records: list[MatchedOut]
    freshness: dict[str, SourceFreshnessOut]


@router.post(
    "/match",
    **reads(Scope.MATCH_RUN, view="match", problems=[NothingPublished, UnmatchableRecord, MatchUnavailable]),
)
def match(call: CallDep, request: Request, body: MatchIn) -> MatchAnswer:
    """Say who each record is: candidates with the evidence for each, and whom it would join."""
    snapshots: MatchSnapshots = request.app.state.matches
    with call.snapshot() as snapshot:
        today = call.serving.now().date()
        found = find_matches(snapshot, snapshots, body.records, limit=body.limit, today=today)
        told = [_told(one, call) for one in found.records]
        sources = {candidate.source for one in told for candidate in one.candidates}
        fresh = by_source_of(snapshot, sources)
        return MatchAnswer(
            version=snapshot.version,
            snapshot_version=found.snapshot_version,
            records=told,
            freshness={name: SourceFreshnessOut(**stated) for name, stated in fresh.items()},
        )


def _told(matched: Matched, call: Call) -> MatchedOut:
    is_seen = matched.party_type is not PartyType.PERSON or Classification.PII in call.principal.clearance
    shown = matched if is_seen else without_evidence(matched)
    for party in {*(shown.joins or ()), *(found.party for found in shown.candidates)}:
        call.saw(party.golden_id, party.entity_version, ("type", "name", "match"))
    joins = None if shown.joins is None else [_party(party, call) for party in shown.joins]
    return MatchedOut(
        record_id=shown.record_id,
        type=shown.party_type,
        verdict=shown.verdict,
        joins=joins,
        candidates=[_candidate(found, call, is_seen=is_seen) for found in shown.candidates],
        compared=shown.compared if is_seen else MASKED,
    )


def _party(party: NamedParty, call: Call) -> PartyOut:
    name = shown_name(party, classifications(), call.principal.clearance)
    return PartyOut(golden_id=party.golden_id, type=party.party_type, name=name)


def _candidate(found: MatchedCandidate, call: Call, *, is_seen: bool) -> CandidateOut:
    party = _party(found.party, call)
    return CandidateOut(
        golden_id=party.golden_id,
        type=party.type,
        name=party.name,
        record_id=seen_record_id(found.candidate.record_id, call.principal.clearance) if is_seen else MASKED,
        source=found.candidate.source,
        verdict=found.candidate.verdict,
        evidence=_evidence(found) if is_seen else MASKED,
    )


def _evidence(found: MatchedCandidate) -> EvidenceOut:
    candidate = found.candidate
    return EvidenceOut(
        match_weight=candidate.match_weight,
        match_probability=candidate.match_probability,
        method=candidate.method,
        rule=candidate.rule,
        veto=candidate.veto,
        prior=candidate.prior,
        comparisons=[
            ComparisonOut(
                comparison=share.comparison,
                label=share.label,
                level=share.level,
                outcome=share.outcome,
                base=share.base,
                rarity=share.rarity,
                weight=share.weight,
            )
            for share in candidate.shares
        ],
    )
