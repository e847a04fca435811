"""The decisions in force, found by the records that they name: asking costs by what is asked about."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, or_, text
from sqlmodel import col, select

from context_api.store.bulk import chunked
from context_api.store.decisions import DecisionEntry, Verdict
from resolution.decisions import Decision

TIED = text("""
with recursive tied (record_id) as (
    values (cast(:left as varchar)), (cast(:right as varchar))
    union
    select case when d.record_id_l = t.record_id then d.record_id_r else d.record_id_l end
    from tied as t
    inner join decisions as d
        on d.tenant_id = :tenant and (d.record_id_l = t.record_id or d.record_id_r = t.record_id)
    where d.verdict = 'match' and d.superseded_at is null
)
select record_id from tied
""")

# What was settled at once has a version of its own number; what a publish took in lies at or below the
# number that its version names.
WAITING = text("""
with changes (sequence) as (
    select sequence from decisions
    where tenant_id = :tenant and verdict <> 'defer' and superseded_at is null
    union
    select superseded_sequence from decisions
    where tenant_id = :tenant and verdict <> 'defer' and superseded_sequence is not null
)
select c.sequence from changes as c
where
    c.sequence > (
        select coalesce(max(v.decision_sequence), 0) from versions as v
        where
            v.tenant_id = :tenant and v.kind = 'publish'
            and v.status in ('visible', 'superseded', 'unchanged')
    )
    and not exists (
        select 1 from versions as v
        where v.tenant_id = :tenant and v.kind = 'decision' and v.decision_sequence = c.sequence
    )
order by c.sequence
""")


def decisions_in_force(connection: Connection, tenant_id: str, records: Iterable[str]) -> Iterator[Decision]:
    """Yield the binding decisions that name any of the records, some twice."""
    asked = (
        select(DecisionEntry.record_id_l, DecisionEntry.record_id_r, DecisionEntry.verdict)
        .where(DecisionEntry.tenant_id == tenant_id, col(DecisionEntry.superseded_at).is_(None))
        .where(DecisionEntry.verdict != Verdict.DEFER)
        .order_by(col(DecisionEntry.sequence))
    )
    left, right = col(DecisionEntry.record_id_l), col(DecisionEntry.record_id_r)
    for chunk in chunked(records):
        for row in connection.execute(asked.where(or_(left.in_(chunk), right.in_(chunk)))):
            yield Decision(row.record_id_l, row.record_id_r, row.verdict == Verdict.MATCH)


def decisions_beside(connection: Connection, tenant_id: str, pair: tuple[str, str]) -> list[Decision]:
    """Return the decisions in force that can contradict one on a pair.

    Those are the ones that name a record which matches tie to either end; no others are read.
    """
    left, right = pair
    which = {"tenant": tenant_id, "left": left, "right": right}
    tied: set[str] = set(connection.execute(TIED, which).scalars())
    found = decisions_in_force(connection, tenant_id, tied)
    return list({(d.left, d.right, d.is_match): d for d in found}.values())


def waiting_changes(connection: Connection, tenant_id: str) -> tuple[int, ...]:
    """Return the numbers of decisions and undoings that wait for the next publish, in their order."""
    return tuple(connection.execute(WAITING, {"tenant": tenant_id}).scalars())
