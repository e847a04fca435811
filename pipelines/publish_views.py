"""The views of a version: facts of the parties that it changes, from the warehouse, rendered and staged.

The small form of the same facts is `context_api.rendering.loading`; a test holds the two equal.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import duckdb
from sqlalchemy import Connection
from sqlmodel import col, select

from context_api.policy.classification import classifications
from context_api.rendering.facts import NAME_ATTRIBUTE, Claim, Doing, Edge, PartyFacts
from context_api.rendering.party_views import RenderedView, View, render
from context_api.settling_publish import Publication
from context_api.settling_views import COLUMNS, view_row
from context_api.store.bulk import chunked
from context_api.store.engine import reading
from context_api.store.golden_records import GoldenRecord
from context_api.store.ranges import in_version
from context_api.store.stale_views import lacks_views, outdated_parties, stale_parties
from pipelines.publish_ledger import append
from resolution.domain.attributes import PartyType

PARTIES = 20_000  # rendered at a time: some 200 MB of facts
BATCH = 2_000  # rows in one transaction

Head = Sequence[Any]  # golden id, entity version, party type
T = TypeVar("T")
NEXT_HEADS = (
    "select golden_id, entity_version, party_type from golden_records"
    " where tenant_id = ? and published_to is null and golden_id > ? order by golden_id limit ?"
)
ERASED = "select record_id from record_keys where tenant_id = ? and erased_at is not null"
CLAIM_COLUMNS = (
    "attribute", "position", "value", "record_id", "source", "observed_at", "rule", "confidence", "support",
    "claiming",
)  # fmt: skip
HEADS = "select golden_id, entity_version, party_type from rendered order by golden_id"
RECORDS = """
select golden_id, record_id, source from membership semi join rendered using (golden_id)
inner join party_records using (record_id) order by golden_id, record_id"""
VALUE = "if(record_id in (select record_id from erased), null, value)"


def _claims(table: str, position: str) -> str:
    columns = ", ".join(
        {"position": f"{position} as position", "value": f"{VALUE} as value"}.get(c, c) for c in CLAIM_COLUMNS
    )
    return f"select golden_id, {columns} from {table} semi join rendered using (golden_id) order by 1, 2, 3"


VALUES = _claims("golden_values", "position")
CONFLICTS = _claims("conflicts", "row_number() over (partition by golden_id, attribute order by key) - 1")
EDGES = f"""
with sides as (
    select own.golden_id, r.kind, true as is_outgoing, other.golden_id as other_id, other.party_type,
        r.role, r.valid_from, r.valid_to, r.source
    from intermediate.int_relationships as r
    inner join membership as own on own.record_id = r.from_record_id
    inner join membership as other on other.record_id = r.to_record_id
    where own.golden_id in (select golden_id from rendered)
    union all
    select own.golden_id, r.kind, false, other.golden_id, other.party_type,
        r.role, r.valid_from, r.valid_to, r.source
    from intermediate.int_relationships as r
    inner join membership as own on own.record_id = r.to_record_id
    inner join membership as other on other.record_id = r.from_record_id
    where own.golden_id in (select golden_id from rendered)
), names as (
    select golden_id, attribute, {VALUE} as name from golden_values where position = 0
    and golden_id in (select other_id from sides)
)
select s.golden_id, s.kind, s.is_outgoing, s.other_id, n.name, s.party_type, s.role, s.valid_from, s.valid_to,
    s.source
from sides as s left join names as n on n.golden_id = s.other_id and n.attribute = case s.party_type
    {" ".join(f"when '{party}' then '{name}'" for party, name in NAME_ATTRIBUTE.items())} end
where s.other_id != s.golden_id order by s.golden_id"""
DOINGS = """
with taking_part as (
    select distinct golden_id, activity_id from intermediate.int_activity_parties
    inner join membership using (record_id) where golden_id in (select golden_id from rendered)
)
select golden_id, activity_id, kind, source, occurred_at, status,
    if(activity_id in (select record_id from erased), null, title),
    if(activity_id in (select record_id from erased), null, terms),
    amount_cents, currency, due_at, priority, references_activity_id
from taking_part inner join intermediate.int_activities using (activity_id)
where not coalesce(is_deleted, false) order by golden_id, activity_id"""


def stage_views(connection: duckdb.DuckDBPyConnection, publication: Publication) -> tuple[int, int]:
    """Render and stage the views that the staged version changes; return how many were written and ended.

    Everything else of the version is staged already: its rows say which parties differ. Views of another
    format are rendered anew whatever else changed.
    """
    connection.execute("create or replace temp table erased (record_id varchar)")
    for rows in publication.rows(ERASED):
        append(connection, "erased", rows)
    with reading(publication.engine) as store:
        is_first = lacks_views(store, publication.tenant_id)
        stale = frozenset() if is_first else _stale(store, publication)
    ended = _end(publication, stale)
    written = 0
    heads = _all_heads(publication) if is_first else _heads(publication, stale)
    for batch in heads:
        for views in _batches(_rendered(connection, batch), BATCH):
            rows = [
                (publication.tenant_id, publication.version, *view_row(v, publication.sealer)) for v in views
            ]
            with publication.batch() as store:
                publication.insert(store, "rendered_views", columns=COLUMNS, rows=rows)
            written += len(rows)
    return written, ended


def _stale(store: Connection, publication: Publication) -> frozenset[str]:
    tenant_id = publication.tenant_id
    return stale_parties(store, tenant_id, publication.version) | outdated_parties(store, tenant_id)


def _all_heads(publication: Publication) -> Iterator[Sequence[Head]]:
    """Yield all golden records of the staged version.

    Each batch is a transaction of its own: one that stayed open while views are written would keep all that
    is written in SQLite's log.
    """
    last = ""
    while heads := [
        row for rows in publication.rows(NEXT_HEADS, (publication.tenant_id, last, PARTIES)) for row in rows
    ]:
        yield heads
        last = heads[-1][0]


def _heads(publication: Publication, golden_ids: Iterable[str]) -> Iterator[Sequence[Head]]:
    """Yield those of some golden ids that are golden records of the staged version."""
    for chunk in _batches(sorted(golden_ids), PARTIES):
        with reading(publication.engine) as store:
            asked = select(GoldenRecord.golden_id, GoldenRecord.entity_version, GoldenRecord.party_type)
            current = asked.where(in_version(GoldenRecord, publication.tenant_id, publication.version))
            yield [
                tuple(row)
                for few in chunked(chunk)
                for row in store.execute(current.where(col(GoldenRecord.golden_id).in_(few)))
            ]


def _end(publication: Publication, golden_ids: Iterable[str]) -> int:
    """End the views of parties that are written anew or are no more."""
    ended = 0
    for batch in _batches(sorted(golden_ids), BATCH):
        with publication.batch() as store:
            rows = [(golden_id, view.value) for golden_id in batch for view in View]
            publication.end(store, "rendered_views", keys=("golden_id", "view"), rows=rows)
        ended += len(rows)
    return ended


def _rendered(connection: duckdb.DuckDBPyConnection, heads: Sequence[Head]) -> Iterator[RenderedView]:
    """Yield the views of some parties."""
    classes = classifications()
    for few in _batches(heads, PARTIES):
        for facts in warehouse_facts(connection, few):
            yield from render(facts, classes)


def warehouse_facts(connection: duckdb.DuckDBPyConnection, heads: Sequence[Head]) -> Iterator[PartyFacts]:
    """Yield the facts of some parties, given by golden id, entity version and party type; ordered by id.

    The current schema is `resolution`, and table `erased` names the records whose keys are erased.
    """
    connection.execute(
        "create or replace temp table rendered (golden_id varchar, entity_version bigint, party_type varchar)"
    )
    append(connection, "rendered", list(heads))
    records, values, conflicts, edges, doings = (
        _grouped(connection, statement) for statement in (RECORDS, VALUES, CONFLICTS, EDGES, DOINGS)
    )
    for golden_id, entity_version, party_type in connection.execute(HEADS).fetchall():
        yield PartyFacts(
            golden_id=golden_id,
            entity_version=entity_version,
            party_type=PartyType(party_type),
            records=tuple((record_id, source) for record_id, source in records[golden_id]),
            values=tuple(Claim(*row) for row in values[golden_id]),
            conflicts=tuple(Claim(*row) for row in conflicts[golden_id]),
            edges=tuple(_edge(row) for row in edges[golden_id]),
            activities=tuple(Doing(*row) for row in doings[golden_id]),
        )


def _grouped(connection: duckdb.DuckDBPyConnection, statement: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of a query by their first column, without it."""
    grouped: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for golden_id, *rest in connection.execute(statement).fetchall():
        grouped[golden_id].append(tuple(rest))
    return grouped


def _edge(row: tuple[Any, ...]) -> Edge:
    kind, is_outgoing, golden_id, name, party_type, *rest = row
    return Edge(kind, is_outgoing, golden_id, name, PartyType(party_type), *rest)


def _batches(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch
