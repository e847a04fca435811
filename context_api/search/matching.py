"""Who given records are: looked up in the match snapshot, told by the ledger and the names in force.

The snapshot knows records as they were compared, never golden ids. Candidates that were deleted or erased
since are left out, and decisions made since count for whom a record would join.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from context_api.errors import MatchUnavailable, UnmatchableRecord
from context_api.rendering.loading import NamedParty, named_parties
from context_api.search.given_records import GivenRecordIn
from context_api.search.snapshots import MatchSnapshots
from context_api.settings import DEFAULT_TENANT
from context_api.store.reading import golden_ids_of
from context_api.store.reading_matches import decisions_since, last_publish, unerased
from context_api.store.views import Snapshot
from resolution.domain.attributes import PartyType
from resolution.domain.errors import NothingToLookUp

if TYPE_CHECKING:
    from resolution.lookup.answers import Candidate, LookupAnswer
    from resolution.lookup.given import GivenRecord

MATCH, REVIEW, NO_MATCH = "match", "review", "no_match"


@dataclass(frozen=True, slots=True)
class MatchedCandidate:
    """A record that a given one may be, and the golden record it belongs to."""

    candidate: "Candidate"
    party: NamedParty


@dataclass(frozen=True, slots=True)
class Matched:
    """The answer for one given record.

    `joins` are the golden records that it would be one party with, None where there are too many records to
    say at once; the verdict is `match` when there is one, `review` when a candidate is worth a look.
    """

    record_id: str
    party_type: PartyType
    verdict: str
    joins: tuple[NamedParty, ...] | None
    candidates: tuple[MatchedCandidate, ...]
    compared: int


@dataclass(frozen=True, slots=True)
class Matches:
    """The answers, in the order of the records, and the version whose snapshot they were looked up in."""

    snapshot_version: int
    records: tuple[Matched, ...]


def find_matches(
    snapshot: Snapshot,
    snapshots: MatchSnapshots,
    records: Sequence[GivenRecordIn],
    *,
    limit: int,
    today: date,
) -> Matches:
    """Return who the records are.

    Raises:
        MatchUnavailable: The snapshot is being opened, missing or damaged, or the tenant has none.
        UnmatchableRecord: A record holds nothing to compare, or has the id of another.
    """
    version = last_publish(snapshot)
    if version is None or snapshot.tenant_id != DEFAULT_TENANT:  # a home folder is of one tenant
        raise MatchUnavailable("there is no match snapshot of this tenant here", state="missing")
    opened = snapshots.of(version)
    given = [_given(record) for record in records]
    _refuse_doubles(given)
    decided = decisions_since(snapshot, opened.version)
    try:
        since = opened.lookup.since(decisions=decided)
        answers = opened.lookup.find(given, limit=limit, since=since, today=today)
    except NothingToLookUp as error:
        raise UnmatchableRecord(str(error), record=error.position, field=error.field) from error
    return Matches(opened.version, _told(snapshot, answers))


def _given(record: GivenRecordIn) -> "GivenRecord":
    from resolution.lookup.given import GivenAddress, GivenIdentifier, GivenRecord

    stated: dict[str, Any] = {name: getattr(record, name) for name in GivenRecordIn.model_fields}
    stated["party_type"] = stated.pop("type")
    stated["addresses"] = [GivenAddress(**address.model_dump()) for address in record.addresses]
    stated["identifiers"] = [GivenIdentifier(**known.model_dump()) for known in record.identifiers]
    return GivenRecord(**stated)


def _refuse_doubles(records: Sequence["GivenRecord"]) -> None:
    from resolution.lookup.given import given_id

    seen: dict[str, int] = {}
    for place, record in enumerate(records):
        first = seen.setdefault(given_id(record, place), place)
        if first != place:
            raise UnmatchableRecord(
                f"record {place} has the record_id of record {first}; give each its own",
                record=place,
                field="record_id",
            )


def _told(snapshot: Snapshot, answers: Sequence["LookupAnswer"]) -> tuple[Matched, ...]:
    found = {candidate.record_id for answer in answers for candidate in answer.candidates}
    joined = {record for answer in answers for record in answer.joins or ()}
    owners = golden_ids_of(snapshot, unerased(snapshot, found | joined))
    named = named_parties(snapshot, set(owners.values()))
    parties = {record: named[owner] for record, owner in owners.items() if owner in named}
    return tuple(_matched(answer, parties) for answer in answers)


def _matched(answer: "LookupAnswer", parties: dict[str, NamedParty]) -> Matched:
    candidates = tuple(
        MatchedCandidate(candidate, parties[candidate.record_id])
        for candidate in answer.candidates
        if candidate.record_id in parties
    )
    joins = None
    if answer.joins is not None:
        joined = {parties[record].golden_id: parties[record] for record in answer.joins if record in parties}
        joins = tuple(joined[golden_id] for golden_id in sorted(joined))
    verdicts = {found.candidate.verdict for found in candidates}
    is_match = bool(joins) if joins is not None else MATCH in verdicts
    is_near = bool(verdicts & {MATCH, REVIEW})
    return Matched(
        record_id=answer.record_id,
        party_type=answer.party_type,
        verdict=MATCH if is_match else REVIEW if is_near else NO_MATCH,
        joins=joins,
        candidates=candidates,
        compared=answer.compared,
    )


def without_evidence(matched: Matched) -> Matched:
    """Return an answer that says whom, and nothing of why: candidates worth a look, in order of their ids."""
    rank = {MATCH: 0, REVIEW: 1}
    near = [found for found in matched.candidates if found.candidate.verdict in rank]
    near.sort(key=lambda found: (rank[found.candidate.verdict], found.party.golden_id))
    return replace(matched, candidates=tuple(near))
