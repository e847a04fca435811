"""A settled warehouse of any size, written by SQL alone: what publish reads, with nothing to resolve.

parties     seven in ten are people; two and a half records each, from four sources
claims      eight per record; every third record writes its name otherwise, which makes a conflict
links       every pair of a party's records, and one in the review band for every third party
activities  three per party, each with a text of some 90 characters
"""

from pathlib import Path

import duckdb

from resolution.domain.ids import SEED_ID_SQL
from resolution.matching.model import Calibration, PartyModel, ResolutionModel

THREADS = 2  # what a laptop of two cores has; memory and order depend on it
PARTY = PartyModel(
    status="fitted", status_reason="a benchmark", prior_weight=0.0, comparisons=(), blocking_rules=(),
    term_frequencies={}, word_weights={}, default_word_weight=0.0, calibration=Calibration("none"),
    match_threshold=4.0, review_threshold=-2.0,
)  # fmt: skip
MODEL = ResolutionModel(
    records=0,
    parties={"person": PARTY, "organization": PARTY},
    bridge={"least_mean": -1.0, "unscored": -2.0, "most": 8.0},
)
SOURCES = ("crm:contact", "erp:customer", "itsm:requester", "email:correspondent")

PARTIES = """
create schema resolution; create schema intermediate; create schema sync;
use resolution;
create temp macro syllable(n) as
    ['ba', 'den', 'fal', 'gor', 'hin', 'kel', 'lu', 'mar', 'no', 'per', 'ras', 'tor'][1 + (n % 12)::bigint];
create temp macro word(n) as
    upper(syllable(n)[1]) || syllable(n)[2:] || syllable(n // 12) || syllable(n // 144);
create temp table records as
select
    p as party, i, if(p % 10 < 7, 'person', 'organization') as party_type,
    ['crm', 'erp', 'itsm', 'email'][1 + i % 4] as source, (10 * p + i)::varchar as source_id,
    ['crm:contact:', 'erp:customer:', 'itsm:requester:', 'email:correspondent:'][1 + i % 4]
        || (10 * p + i) as record_id,
    timestamp '2020-01-01' + interval (hash(p, i) % 1728) day as observed_at,
    word(hash(p, 'g') % 1728) as given, word(hash(p, 'f') % 1728) as family,
    word(hash(p, 'c') % 300) as city
from range({parties}) as parties (p), unnest(range([1, 2, 2, 3, 3, 3, 4, 2, 3][1 + p % 9])) as t (i);
create table party_records as
select record_id, source, source_id, party_type, observed_at, false as is_deleted from records;
create table claims as
select record_id, party_type, attribute, value, lower(value) as key, 0::smallint as position from (
    select record_id, party_type, unnest([
        {'attribute': 'full_name', 'value': if(i % 3 = 1, given[1] || '. ', given || ' ') || family},
        {'attribute': 'email', 'value': lower(given) || '.' || lower(family) || party || '@example.com'},
        {'attribute': 'phone', 'value': '49' || (1000000000 + party)},
        {'attribute': 'street', 'value': word(hash(party, 's') % 900) || ' street'},
        {'attribute': 'postcode', 'value': (10000 + party % 80000)::varchar},
        {'attribute': 'city', 'value': city},
        {'attribute': 'country', 'value': 'Germany'},
        {'attribute': 'employer', 'value': word(hash(party, 'e') % 1728) || ' Ltd'}
    ], recursive := true) from records where party_type = 'person'
    union all
    select record_id, party_type, unnest([
        {'attribute': 'organization_name', 'value': given || ' ' || family || if(i % 3 = 1, '', ' Ltd')},
        {'attribute': 'web_domain', 'value': lower(given) || party || '.example'},
        {'attribute': 'phone', 'value': '49' || (1000000000 + party)},
        {'attribute': 'street', 'value': word(hash(party, 's') % 900) || ' street'},
        {'attribute': 'postcode', 'value': (10000 + party % 80000)::varchar},
        {'attribute': 'city', 'value': city},
        {'attribute': 'country', 'value': 'Germany'},
        {'attribute': 'identifier.tax', 'value': 'DE' || (100000000 + party * 7)}
    ], recursive := true) from records where party_type = 'organization'
);
"""
SETTLED = """
create table membership as
select record_id, golden_id, party_type from records inner join (
    select party, {seed_id} as golden_id from records where i = 0
) using (party);
create table ledger as
select record_id, golden_id, timestamp '2026-01-01' as valid_from, null::timestamp as valid_to,
    'run' as cause, 'new' as change, null::varchar as heir from membership;
create table redirects (
    golden_id_from varchar, golden_id_to varchar, valid_from timestamp, valid_to timestamp, cause varchar);
create temp table said as
select golden_id, attribute, key, any_value(party_type) as party_type,
    min({
        'i': i, 'value': value, 'record_id': record_id, 'source': source, 'observed_at': observed_at
    }) as first,
    count(*)::integer as support
from claims inner join records using (record_id, party_type)
inner join membership using (record_id, party_type)
group by all;
create temp table ranked as
select golden_id, party_type, attribute, first.value, key, first.record_id, first.source, first.observed_at,
    support, sum(support) over (partition by golden_id, attribute)::integer as claiming,
    row_number() over (partition by golden_id, attribute order by support desc, key) as rank
from said;
create table golden_values as
select golden_id, party_type, attribute, 0 as position, value, key, record_id, source, observed_at,
    'most_frequent' as rule, support / claiming as confidence, support, claiming, true as is_current
from ranked where rank = 1;
create table conflicts as
select golden_id, party_type, attribute, value, key, record_id, source, observed_at,
    'most_frequent' as rule, support / claiming as confidence, support, claiming
from ranked where rank > 1;
create table store_base as
select 0::bigint as version, 0::bigint as decision_sequence, 0::bigint as confirmed;
create table links as
select
    least(a.record_id, b.record_id) as record_id_l, greatest(a.record_id, b.record_id) as record_id_r,
    a.party_type,
    if(a.party = b.party, 9::double, 1::double) + (hash(a.record_id) % 997) / 1000 as match_weight,
    0.99::double as match_probability, 'probabilistic' as method, 'email' as rule, null::varchar as veto,
    if(a.party = b.party, 'match', 'review') as band,
    5::tinyint as level_email, 17.25::double as weight_email, 2::tinyint as level_family_name,
    5.87::double as weight_family_name, 3::tinyint as level_phone, 5.34::double as weight_phone,
    -1::tinyint as level_address, 0::double as weight_address, -1::tinyint as level_identifiers,
    0::double as weight_identifiers
from (
    select a, b from records as a inner join records as b on a.party = b.party and a.i < b.i
    union all
    select a, b from records as a inner join records as b on b.party = a.party + 10 and a.i = b.i
    where a.i = 0 and a.party % 3 = 0
);
"""
AROUND = """
create table intermediate.int_activities as
select
    'erp:order:' || n as activity_id, 'erp' as source, 'order' as object, 'order' as kind,
    timestamp '2021-01-01' + interval (hash(n) % 100000000) second as occurred_at,
    'Order ' || n || ' of ' || word(hash(n, 't') % 1728) as title,
    'Please deliver ' || word(hash(n, 'a') % 1728) || ' and '
        || word(hash(n, 'b') % 1728) || ' before the end of the month' as body,
    'paid' as status, (hash(n, 'm') % 1000000)::bigint as amount_cents, 'EUR' as currency,
    null::timestamp as due_at, null::varchar as priority, null::varchar as thread_id,
    null::varchar as references_activity_id, null::varchar as terms, null::varchar as attributes,
    timestamp '2026-01-01' as source_time, false as is_deleted
from range(3 * {parties}) as t (n);
create table intermediate.int_activity_parties as
select 'erp:order:' || (3 * party + k) as activity_id, record_id, if(i = 0, 'customer', 'contact') as role
from records, range(3) as t (k) where i = 0 or (i = 1 and k = 0);
create table intermediate.int_relationships as
select 'r' || party as relationship_id, 'works_for' as kind, record_id as from_record_id,
    'crm:contact:' || (10 * (party - party % 10 + 7)) as to_record_id, 'employee' as role,
    null::timestamp as valid_from, null::timestamp as valid_to, source, observed_at as source_time
from records where i = 0 and party_type = 'person' and party - party % 10 + 7 < {parties};
create table sync.loads as
select s as load_id, s as source, 'contact' as object, timestamp '2026-01-01' as started_at,
    timestamp '2026-01-01' as ended_at, 1::bigint as pages, 1::bigint as rows_read,
    1::bigint as rows_upserted,
    0::bigint as rows_deleted, 0::bigint as rows_quarantined, 'complete' as status, null::varchar as error
from unnest(['crm', 'erp', 'itsm', 'email']) as t (s);
"""
MATCHED = """
create table match_{party_type} as
select record_id, r.source, r.observed_at, lower(given) as given_name, lower(family) as family_name,
    lower(given || ' ' || family) as full_name, lower(city) as city, 'street ' || party % 900 as street,
    lower(given || family) || party || '@example.com' as email, '49' || (1000000000 + party) as phone,
    hash(party, 1) as bk_email, hash(party, 2) as bk_phone, hash(given, family) as bk_name,
    hash(family, city) as bk_family_city, hash(given, city) as bk_given_city,
    hash(party % 900, city) as bk_street
from records as r where party_type = '{party_type}';
"""


def make_company(path: Path, parties: int) -> None:
    """Write the warehouse file of a company of so many parties; the same size gives the same file."""
    with duckdb.connect(str(path), config={"threads": THREADS}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for script in (PARTIES, SETTLED, AROUND):
            connection.execute(script.replace("{parties}", str(parties)).replace("{seed_id}", SEED_ID_SQL))
        for party_type in ("person", "organization"):
            connection.execute(MATCHED.replace("{party_type}", party_type))
        connection.execute("use main")


def change_company(path: Path, *, per_mille: int) -> None:
    """Let such a share of records state another phone, as a run after a sync would leave the warehouse."""
    with duckdb.connect(str(path), config={"threads": THREADS}) as connection:
        for table in ("claims", "golden_values"):
            connection.execute(
                f"update resolution.{table} set value = '5' || value, key = '5' || key"
                f" where attribute = 'phone' and hash(record_id) % 1000 < {per_mille}"
            )


def move_company(path: Path, city: str) -> None:
    """Let every party be in one city, as a run would leave the warehouse: all golden records change."""
    with duckdb.connect(str(path), config={"threads": THREADS}) as connection:
        for table in ("claims", "golden_values"):
            connection.execute(
                f"update resolution.{table} set value = $1, key = lower($1) where attribute = 'city'", [city]
            )
        connection.execute("delete from resolution.conflicts where attribute = 'city'")
