"""Reading the trail: who read a golden record, and whether the chains are whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import CTE, ColumnElement, Connection, Engine, func, literal_column, select

from context_api.audit.entries import ENTRY_FIELDS, chained, genesis
from context_api.audit.heads import SignedHead, SignedHeads
from context_api.audit.tables import SEGMENT_ENTRIES, entries, receipts
from context_api.audit.writing import Head
from context_api.store.engine import reading

FETCHED = 10_000
HEADLESS = "has no signed head"


@dataclass(frozen=True, slots=True)
class ReadReceipt:
    """One reading of a golden record."""

    golden_id: str
    entity_version: int
    version: int | None
    facts: tuple[str, ...]
    caller: str
    key_id: str
    on_behalf_of: str | None
    purpose: str | None
    view: str
    status: int
    correlation_id: str
    at: str


@dataclass(frozen=True, slots=True)
class ChainFault:
    """The first entry of a writer's chain that is not as it was written."""

    writer: str
    sequence: int
    what: str


@dataclass(frozen=True, slots=True)
class Chains:
    """What was found: how many chains and entries, and the fault of each chain that has one."""

    writers: int
    entries: int
    faults: tuple[ChainFault, ...]


def read_receipts_of(
    engine: Engine, tenant_id: str, golden_id: str, *, limit: int = 200
) -> tuple[ReadReceipt, ...]:
    """Return who read a golden record, newest first."""
    segments = _segments()
    # In the words of the index, so that it is used.
    segment: ColumnElement[int] = literal_column(f"{receipts.name}.sequence / {SEGMENT_ENTRIES}")
    is_in = (receipts.c.writer == segments.c.writer) & (segment == segments.c.segment)
    is_entry = (entries.c.writer == receipts.c.writer) & (entries.c.sequence == receipts.c.sequence)
    stated = [name for name in ReadReceipt.__slots__ if name not in ("golden_id", "entity_version", "facts")]
    asked = (
        select(
            receipts.c.golden_id,
            receipts.c.entity_version,
            receipts.c.facts,
            *(entries.c[name] for name in stated),
        )
        .select_from(segments.join(receipts, is_in).join(entries, is_entry))
        .where(receipts.c.tenant_id == tenant_id, receipts.c.golden_id == golden_id)
        .order_by(entries.c.at.desc(), entries.c.writer, entries.c.sequence.desc())
        .limit(limit)
    )
    with reading(engine) as connection:
        rows = connection.execute(asked).mappings().all()
    return tuple(ReadReceipt(**{**row, "facts": tuple(row["facts"].split())}) for row in rows)


def _segments() -> CTE:
    """Return the segments of every chain: writer and number."""
    first = select(func.min(entries.c.writer).label("writer")).cte("writers", recursive=True)
    later = select(func.min(entries.c.writer)).where(entries.c.writer > first.c.writer).correlate(first)
    writers = first.union_all(select(later.scalar_subquery()).where(first.c.writer.is_not(None)))
    last = select(func.max(entries.c.sequence)).where(entries.c.writer == writers.c.writer)
    ends = last.correlate(writers).scalar_subquery()
    begun = (
        select(writers.c.writer, literal_column("0").label("segment"), ends.label("sequences"))
        .where(writers.c.writer.is_not(None))
        .cte("segments", recursive=True)
    )
    return begun.union_all(
        select(begun.c.writer, begun.c.segment + 1, begun.c.sequences).where(
            (begun.c.segment + 1) * SEGMENT_ENTRIES <= begun.c.sequences
        )
    )


def verify_chain(engine: Engine, heads: SignedHeads | None = None) -> Chains:
    """Return whether every chain is whole.

    Entries that were changed, removed, added or moved show. An end that was cut off, a chain that is gone or
    was written anew and an older file in the place of one show by the signed heads, where these are given.
    """
    signed = {} if heads is None else {found.writer: found for found in heads.all()}  # before what grows
    ends: dict[str, int] = {}
    faults: list[ChainFault] = []
    with reading(engine) as connection:
        for writer, rows in groupby(_rows(connection), key=lambda row: str(row[0])):
            head = signed.get(writer) or (None if heads is None else heads.of(writer))
            ends[writer], fault = _walk(
                writer, rows, head.head if head is not None and head.is_signed else None
            )
            if fault is None and heads is not None:
                fault = _against(writer, ends[writer], head)
            faults += [] if fault is None else [fault]
        faults += _strays(connection)
    gone = [_against(writer, 0, head) for writer, head in signed.items() if writer not in ends]
    return Chains(len(ends), sum(ends.values()), (*faults, *(fault for fault in gone if fault is not None)))


def _against(writer: str, length: int, signed: SignedHead | None) -> ChainFault | None:
    """Return in what a chain that is whole in itself differs from its signed head."""
    if signed is None:
        return ChainFault(writer, length, HEADLESS)
    if not signed.is_signed:
        return ChainFault(
            writer, signed.head.sequence, "has a head that was not signed with the key of the store"
        )
    if length < signed.head.sequence:
        return ChainFault(
            writer, length + 1, f"is missing: the signed head tells of {signed.head.sequence} entries"
        )
    return None


def _walk(
    writer: str, rows: Iterator[tuple[object, ...]], head: Head | None
) -> tuple[int, ChainFault | None]:
    """Return how many entries a chain has, and the first that is not as it was written or signed."""
    count, before, fault = 0, genesis(writer), None
    for _, sequence, *fields, kept, given in rows:
        count += 1
        if fault is None and sequence != count:
            fault = ChainFault(writer, count, "is missing")
        expected = chained(before, count, fields, sorted(given))  # type: ignore[call-overload]
        if fault is None and kept != expected:
            fault = ChainFault(writer, count, "is not as it was written")
        if fault is None and head is not None and count == head.sequence and kept != head.hash:
            fault = ChainFault(writer, count, "is not the one that the head states")
        before = str(kept)
    return count, fault


def _rows(connection: Connection) -> Iterator[tuple[object, ...]]:
    """Yield writer, sequence, fields, hash and receipts of every entry, in order of the chains."""
    columns = [entries.c[name] for name in ("writer", "sequence", *ENTRY_FIELDS, "hash")]
    walk = connection.execution_options(stream_results=True, max_row_buffer=FETCHED)
    for rows in walk.execute(select(*columns).order_by(entries.c.writer, entries.c.sequence)).partitions(
        FETCHED
    ):
        given = _receipts_between(connection, tuple(rows[0][:2]), tuple(rows[-1][:2]))
        for row in rows:
            yield (*row, given.get((row[0], row[1]), []))


def _receipts_between(
    connection: Connection, first: tuple[str, int], last: tuple[str, int]
) -> dict[tuple[str, int], list[list[object]]]:
    keys = (receipts.c.writer, receipts.c.sequence)
    asked = select(
        *keys, receipts.c.tenant_id, receipts.c.golden_id, receipts.c.entity_version, receipts.c.facts
    )
    found: dict[tuple[str, int], list[list[object]]] = {}
    begins = (keys[0] > first[0]) | ((keys[0] == first[0]) & (keys[1] >= first[1]))
    ends = (keys[0] < last[0]) | ((keys[0] == last[0]) & (keys[1] <= last[1]))
    for row in connection.execute(asked.where(begins, ends)):
        found.setdefault((row.writer, row.sequence), []).append(list(row[2:]))
    return found


def _strays(connection: Connection) -> list[ChainFault]:
    """Return receipts of entries that are not there."""
    is_entry = (entries.c.writer == receipts.c.writer) & (entries.c.sequence == receipts.c.sequence)
    asked = (
        select(receipts.c.writer, receipts.c.sequence)
        .outerjoin(entries, is_entry)
        .where(entries.c.writer.is_(None))
        .distinct()
    )
    return [
        ChainFault(row.writer, row.sequence, "has receipts and no entry") for row in connection.execute(asked)
    ]
