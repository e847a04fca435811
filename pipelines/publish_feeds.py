"""What the warehouse gives to the context store: for each table its rows, and a hash by which they change.

A feed has two queries over the warehouse, whose current schema is `resolution`. `hashes` gives the keys and
content hash of every row that should stand in the store; `rows` the whole rows of table `changed` (the keys
and hashes of those that differ). Times are text as the store writes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from context_api.content_hashes import (
    GOLDEN_LINES_SQL,
    HASH_SQL,
    LEDGER_LINE_SQL,
    REDIRECT_LINE_SQL,
    line_sql,
    moment_sql,
)

NO_LEVELS = "null"


@dataclass(frozen=True, slots=True)
class Feed:
    """One table of the store: its keys, and the columns of `rows` in their order.

    `sources` are the tables it is made of: while they are as they were, so is the feed. `also` are numbers
    that `hashes` gives beside the hash and that are remembered with it.
    """

    table: str
    keys: Sequence[str]
    columns: Sequence[str]
    hashes: str
    rows: str
    sources: Sequence[str]
    also: Sequence[str] = ()

    @property
    def key_list(self) -> str:
        """Return the keys as SQL."""
        return ", ".join(self.keys)


def time_text(column: str) -> str:
    """Return SQL for a time as the store writes it."""
    return f"strftime(({column})::timestamp, '%Y-%m-%d %H:%M:%S.%f')"


def _hash(columns: Sequence[str]) -> str:
    """Return SQL for the hash of one row from SQL of its columns."""
    line = line_sql(*columns)
    return f"(md5_number_lower({line})::varchar || '.' || md5_number_upper({line})::varchar)"


RECORD_COLUMNS = ("source", "party_type", moment_sql("observed_at"), "coalesce(is_deleted, false)")
PARTY_RECORDS = Feed(
    table="party_records",
    keys=("record_id",),
    columns=(
        "record_id", "content_hash", "source", "object", "source_id", "party_type", "observed_at",
        "synced_at", "is_deleted", "salt", "claims",
    ),
    hashes=f"""
select record_id, {HASH_SQL} as content_hash from (
    select record_id, {line_sql("'record'", *RECORD_COLUMNS)} as line from party_records
    union all
    select record_id, {line_sql("'claim'", "attribute", "position", "key", "value")} from claims
    where record_id in (select record_id from party_records)
) group by record_id""",
    rows=f"""
with stated as (
    select
        record_id,
        '[' || string_agg(json_array(attribute, position, value, key)::varchar, ','
            order by attribute, position, key, value) || ']' as claims
    from claims semi join changed using (record_id) group by record_id
), synced as (
    select source, max(last_synced_at) as synced_at from source_states group by source
)
select
    record_id, content_hash, p.source, split_part(record_id, ':', 2) as object, p.source_id, p.party_type,
    {time_text("p.observed_at")} as observed_at, {time_text("synced_at")} as synced_at,
    coalesce(p.is_deleted, false) as is_deleted, salt, coalesce(claims, '[]') as claims
from changed inner join party_records as p using (record_id) left join stated using (record_id)
left join salts using (record_id) left join synced on synced.source = p.source
order by record_id""",
    sources=("party_records", "claims"),
)  # fmt: skip

LEDGER = Feed(
    table="identity_ledger",
    keys=("record_id",),
    columns=(
        "record_id", "content_hash", "golden_id", "change", "cause", "heir", "recorded_from", "valid_from",
    ),
    hashes=f"""
select record_id, {_hash(["line"])} as content_hash
from (select record_id, {LEDGER_LINE_SQL} as line from ledger where valid_to is null)""",
    rows=f"""
select
    record_id, content_hash, golden_id, change, cause, heir, {time_text("valid_from")} as recorded_from,
    case when change = 'tombstoned' then {time_text("observed_at")} end as valid_from
from changed inner join ledger using (record_id) left join party_records using (record_id)
where valid_to is null order by record_id""",
    sources=("ledger",),
)  # fmt: skip

REDIRECTS = Feed(
    table="redirects",
    keys=("golden_id_from",),
    columns=("golden_id_from", "content_hash", "golden_id_to", "cause", "recorded_from"),
    hashes=f"""
select golden_id_from, {_hash(["line"])} as content_hash
from (select golden_id_from, {REDIRECT_LINE_SQL} as line from redirects where valid_to is null)""",
    rows=f"""
select golden_id_from, content_hash, golden_id_to, cause, {time_text("valid_from")} as recorded_from
from changed inner join redirects using (golden_id_from) where valid_to is null order by golden_id_from""",
    sources=("redirects",),
)

GOLDEN_RECORDS = Feed(
    table="golden_records",
    keys=("golden_id",),
    columns=("golden_id", "content_hash", "entity_version", "party_type", "size"),
    hashes=f"select golden_id, {HASH_SQL} as content_hash from ({GOLDEN_LINES_SQL}) group by golden_id",
    rows="""
select golden_id, content_hash, coalesce(entity_version, 0) + 1, any_value(party_type), count(*)
from changed inner join membership using (golden_id) left join entity_versions using (golden_id)
group by all order by golden_id""",
    sources=("membership", "golden_values", "conflicts"),
)
STATED_COLUMNS = (
    "golden_id", "entity_version", "attribute", "position", "sealed_value", "record_id", "source",
    "observed_at", "synced_at", "rule", "support", "claiming", "confidence",
)  # fmt: skip


def stated_sql(table: str, position: str) -> str:
    """Return SQL for what changed golden records state: value and salt in place of the seal."""
    return f"""
with synced as (
    select source, max(last_synced_at) as synced_at from source_states group by source
)
select
    golden_id, coalesce(entity_version, 0) + 1, attribute, {position} as position, value, record_id,
    s.source, {time_text("observed_at")}, {time_text("synced_at")}, rule, support, claiming, confidence, salt
from {table} as s semi join changed using (golden_id) left join entity_versions using (golden_id)
left join salts using (record_id) left join synced on synced.source = s.source
order by golden_id, attribute, position"""


VALUES_SQL = stated_sql("golden_values", "s.position")
CONFLICTS_SQL = stated_sql(
    "conflicts", "row_number() over (partition by golden_id, attribute order by key) - 1"
)

ACTIVITY_FIELDS = (
    "kind", "occurred_at", "status", "amount_cents", "currency", "due_at", "priority", "thread_id",
    "references_activity_id", "source_time",
)  # fmt: skip
ACTIVITY_TIMES = ("occurred_at", "due_at", "source_time")
ACTIVITY_TEXTS = ("title", "body", "terms", "attributes")
ACTIVITIES = Feed(
    table="activities",
    keys=("activity_id",),
    columns=("activity_id", "content_hash", "source", "object", *ACTIVITY_FIELDS, "salt", "texts"),
    hashes=f"""
select activity_id, {_hash([*ACTIVITY_FIELDS, *ACTIVITY_TEXTS])} as content_hash
from intermediate.int_activities where not coalesce(is_deleted, false)""",
    rows=f"""
select
    activity_id, content_hash, source, object,
    {", ".join(time_text(f) if f in ACTIVITY_TIMES else f for f in ACTIVITY_FIELDS)}, salt,
    to_json({{'title': title, 'body': body, 'terms': terms, 'attributes': attributes}})::varchar as texts
from changed inner join intermediate.int_activities using (activity_id)
left join salts on salts.record_id = activity_id order by activity_id""",
    sources=("intermediate.int_activities",),
)  # fmt: skip

ACTIVITY_PARTIES = Feed(
    table="activity_parties",
    keys=("activity_id", "record_id", "role"),
    columns=("activity_id", "record_id", "role", "content_hash", "kind", "occurred_at"),
    hashes=f"""
select activity_id, record_id, role, {_hash(["kind", moment_sql("occurred_at")])} as content_hash
from (select distinct activity_id, record_id, role from intermediate.int_activity_parties)
inner join intermediate.int_activities using (activity_id) where not coalesce(is_deleted, false)""",
    rows=f"""
select activity_id, record_id, role, content_hash, kind, {time_text("occurred_at")} as occurred_at
from changed inner join intermediate.int_activities using (activity_id) order by all""",
    sources=("intermediate.int_activity_parties", "intermediate.int_activities"),
)

RELATIONSHIP_FIELDS = (
    "kind", "from_record_id", "to_record_id", "role", "valid_from", "valid_to", "source", "source_time",
)  # fmt: skip
RELATIONSHIPS = Feed(
    table="relationships",
    keys=("relationship_id",),
    columns=("relationship_id", "content_hash", *RELATIONSHIP_FIELDS),
    hashes=f"""
select relationship_id, {_hash(RELATIONSHIP_FIELDS)} as content_hash from intermediate.int_relationships""",
    rows=f"""
select relationship_id, content_hash, kind, from_record_id, to_record_id, role,
    {time_text("valid_from")}, {time_text("valid_to")}, source, {time_text("source_time")}
from changed inner join intermediate.int_relationships using (relationship_id) order by relationship_id""",
    sources=("intermediate.int_relationships",),
)

FRESHNESS_FIELDS = (
    "last_synced_at", "last_status", "last_error", "counted_source", "counted_warehouse", "proven_share",
    "deletes", "checked_at",
)  # fmt: skip
FRESHNESS_TIMES = ("last_synced_at", "checked_at")
FRESHNESS = Feed(
    table="freshness",
    keys=("source", "object"),
    columns=("source", "object", "content_hash", *FRESHNESS_FIELDS),
    hashes=f"select source, object, {_hash(FRESHNESS_FIELDS)} as content_hash from source_states",
    rows=f"""
select source, object, content_hash,
    {", ".join(time_text(f) if f in FRESHNESS_TIMES else f for f in FRESHNESS_FIELDS)}
from changed inner join source_states using (source, object) order by all""",
    sources=("source_states",),
)  # fmt: skip

SOURCE_STATES = """
create or replace temp table source_states as
with last_good as (
    select source, object, max(ended_at) as last_synced_at from sync.loads
    where status = 'complete' group by all
), latest as (
    select source, object, status as last_status, error as last_error from sync.loads
    qualify row_number() over (partition by source, object order by started_at desc) = 1
), proofs as (
    select source, object, counted_source, counted_warehouse, proven_share, deletes, checked_at
    from sync.completeness
    qualify row_number() over (partition by source, object order by checked_at desc) = 1
)
select * from latest left join last_good using (source, object) left join proofs using (source, object)
"""


def links_feed(levels: Sequence[str]) -> Feed:
    """Return the feed of links as the model sees them; `levels` are the comparisons that they hold.

    A decided pair is written by its weight (table `thresholds`), as the warehouse keeps its verdict in place
    of the band; pairs that were decided and never scored are no links of the model.
    """
    scored = f"coalesce({', '.join(f'level_{name}' for name in levels) or NO_LEVELS}, null) is not null"
    evidence = ", ".join(
        f"case when level_{name} is not null then"
        f" '\"{name}\":[' || level_{name} || ',' || round(weight_{name}, 4) || ']' end"
        for name in levels
    )
    of_model = f"""
select
    record_id_l, record_id_r, party_type, match_weight, match_probability,
    if(method = 'steward', 'probabilistic', method) as method,
    if(method = 'steward', null, rule) as rule, veto,
    case when method != 'steward' then band when match_weight >= match_threshold then 'match'
        when match_weight >= review_threshold then 'review' else 'no_match' end as band,
    '{{' || concat_ws(',', {evidence or "null"}) || '}}' as evidence_json
from links left join thresholds using (party_type) where method != 'steward' or {scored}"""
    fields = (
        "party_type",
        "match_weight",
        "match_probability",
        "method",
        "rule",
        "veto",
        "band",
        "evidence_json",
    )
    return Feed(
        table="links",
        keys=("record_id_l", "record_id_r"),
        columns=("record_id_l", "record_id_r", "content_hash", *fields),
        hashes=f"select record_id_l, record_id_r, {_hash(fields)} as content_hash, match_weight"
        f" from ({of_model})",
        rows=f"select record_id_l, record_id_r, content_hash, {', '.join(fields)}"
        " from (select record_id_l, record_id_r, content_hash from changed)"
        f" inner join ({of_model}) using (record_id_l, record_id_r) order by record_id_l, record_id_r",
        sources=("links",),
        also=("match_weight",),
    )
