"""What is told of changed records and activities besides their rows: words to find them by, texts to embed.

Queries over the warehouse, whose current schema is `resolution`; `changed` holds the keys of what differs.
"""

from collections.abc import Mapping

from context_api.store.asked_terms import SEARCHED_NAMES
from pipelines.publish_feeds import time_text

EMBEDDED_CHARACTERS = 2_000  # of a body; the embedding model reads about as much

# What a party is found by: whole e-mails, phones and identifiers (these also without their country), single
# words of names.
LOOKUPS = f"""
with said as (
    select record_id, attribute, key from claims semi join changed using (record_id)
), words as (
    select record_id, unnest(string_split(key, ' ')) as term from said where attribute in {SEARCHED_NAMES}
)
select distinct record_id, term from (
    from words
    union all
    select record_id, key from said
    where attribute in ('email', 'phone') or starts_with(attribute, 'identifier')
    union all
    select record_id, split_part(key, ':', 2) from said where starts_with(attribute, 'identifier')
) semi join salts using (record_id) where term != ''"""

OUTBOX_ACTIVITIES = f"""
select 'activity' as kind, activity_id as key,
    concat_ws(chr(10), title, left(body, {EMBEDDED_CHARACTERS})) as text,
    to_json({{'kind': kind, 'source': source, 'occurred_at': {time_text("occurred_at")},
        'thread_id': thread_id, 'record_ids': coalesce(record_ids, [])}})::varchar as payload_json
from changed inner join intermediate.int_activities using (activity_id)
left join (
    select activity_id, list_sort(list(distinct record_id)) as record_ids
    from intermediate.int_activity_parties semi join changed using (activity_id) group by activity_id
) using (activity_id) order by activity_id"""
SUMMARY_ATTRIBUTES: Mapping[str, int] = {
    "full_name": 1, "organization_name": 2, "job_title": 3, "employer": 4, "city": 5, "country": 6,
    "web_domain": 7,
}  # fmt: skip
OUTBOX_CUSTOMERS = f"""
with told as (
    select record_id, string_agg(value, ', ' order by rank, c.position, value) as text
    from claims as c semi join changed using (record_id)
    inner join (values {", ".join(f"('{a}', {n})" for a, n in SUMMARY_ATTRIBUTES.items())})
        as summary (attribute, rank) using (attribute)
    group by record_id
)
select 'customer' as kind, record_id as key,
    if(coalesce(is_deleted, false), '', coalesce(text, '')) as text,
    to_json({{'party_type': party_type, 'source': source}})::varchar as payload_json
from changed inner join party_records using (record_id) left join told using (record_id) order by record_id"""
