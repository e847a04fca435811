"""Survivorship for every golden record at once, in the run's DuckDB; says what `survivorship` says.

Reads `claims`, `party_records`, `membership`; writes

- `golden_values`, grain (golden_id, attribute, position): what survived, `position` 0 being the
  primary value and the only one with `is_current`; `support` of `claiming` records agree on it.
- `conflicts`, grain (golden_id, attribute, key): live values of single-valued attributes that did
  not survive.

Everything is done on small integers: a claim's criteria are packed, in the order that the rule of its
attribute gives, into one number, and the claim with the greatest number of each group survives.
Texts come back only for what is written.
"""

import duckdb

from resolution.domain.attributes import PartyType
from resolution.domain.claims import IS_PARTIAL_SQL, IS_WELL_WRITTEN_SQL
from resolution.survivorship_rules import Criterion, FieldRule, SurvivorshipRules

# Widths in bits. `strength` holds 63 of them: is whole, the criteria, position; frequency is known only
# per value and is set in between by `frequency_shift`. Above `strength` stands the nearness to the
# leader, below it the record (27 bits, smaller id first) and the claim's row (32 bits).
POSITION_BITS = 8
CRITERION_BITS = {
    Criterion.MOST_TRUSTED: 8,
    Criterion.MOST_RECENT: 27,
    Criterion.MOST_FREQUENT: 0,
    Criterion.MOST_COMPLETE: 18,  # length of the key, then of the value, nine bits each
    Criterion.BEST_WRITTEN: 1,
}

TABLES = """
create table if not exists golden_values (
    golden_id varchar, party_type varchar, attribute varchar, position integer, value varchar, key varchar,
    record_id varchar, source varchar, observed_at timestamp, rule varchar, confidence double,
    support integer, claiming integer, is_current boolean);
create table if not exists conflicts (
    golden_id varchar, party_type varchar, attribute varchar, value varchar, key varchar,
    record_id varchar, source varchar, observed_at timestamp, rule varchar, confidence double,
    support integer, claiming integer);
"""

FIELDS_TABLE = """
create or replace temp table survivorship_fields (
    party_type varchar, attribute varchar, field smallint, leader smallint, rule varchar, is_union boolean,
    only_follows boolean, trust_shift integer, recency_shift integer, frequency_shift integer,
    completeness_shift integer, writing_shift integer)
"""

LIVE_RECORDS = """
create or replace temp table survivorship_live as
with chosen as (
    select record_id, golden_id from membership
    where not $is_partial_run or golden_id in (select golden_id from survivorship_scope)
), goldens as (
    select golden_id, row_number() over () as golden from (select distinct golden_id from chosen)
), records as (
    select record_id, golden_id, party_type, source, observed_at
    from chosen inner join party_records using (record_id)
), times as (
    select observed_at, row_number() over (order by observed_at) as recency
    from (select distinct observed_at from records where observed_at is not null)
)
select
    record_id, golden_id, party_type, source, observed_at, golden::integer as golden,
    coalesce(recency, 0)::bigint as recency, coalesce(rank, 0)::bigint as trust,
    (134217727 - row_number() over (order by record_id))::integer as record
from records
inner join goldens using (golden_id)
left join times using (observed_at)
left join survivorship_trust using (source)
"""

# The claims of these records, `claim` being the row: of some golden records they are few, and read once.
CLAIMS = """
create or replace temp {kind} survivorship_claims as
select c.*, c.rowid as claim from claims as c
"""
OF_LIVE = "semi join survivorship_live as l on c.record_id = l.record_id"

STATED = f"""
create or replace temp table survivorship_stated as
with stated as (
    select
        golden, field, leader, hash(key) as key_hash, record, c.position, c.claim,
        ((not {IS_PARTIAL_SQL})::bigint << 62)
        + if(writing_shift is null, 0, {IS_WELL_WRITTEN_SQL}::bigint << writing_shift)
        + (trust << trust_shift) + (recency << recency_shift)
        + (((least(length(key), 511) << 9) + least(length(value), 511))::bigint << completeness_shift)
        + 255 - least(c.position, 255) as strength
    from survivorship_claims as c
    inner join survivorship_fields using (party_type, attribute)
    inner join survivorship_live using (record_id)
), repeated as (
    select distinct record, field from stated where position > 0
), numbered as (
    select
        claim,
        row_number() over (partition by record, field order by position, claim) = 1 as is_first,
        row_number() over (partition by record, field, key_hash order by position, claim) = 1 as is_new
    from stated semi join repeated using (record, field)
)
select stated.*, coalesce(is_first, true) as is_first, coalesce(is_new, true) as is_new
from stated left join numbered using (claim)
"""

# Who states a value of an attribute that others follow: 2 the chosen one, 0 another. Who states none
# stands between.
OWNERS = """
create or replace temp table survivorship_owners as
with winners as (
    select golden, field, key_hash from survivorship_ranked
    where rank = 0 and field in (select leader from survivorship_fields)
)
select
    record, field as leader, least(s.position, 255)::utinyint as position,
    max(if(w.golden is null, 0, 2)) as nearness
from survivorship_stated as s left join winners as w using (golden, field, key_hash)
where field in (select leader from survivorship_fields)
group by all
"""

RANKED_TABLE = """
create or replace temp table survivorship_ranked (
    golden integer, field smallint, key_hash ubigint, record integer, claim bigint, rank integer,
    support integer, claiming integer, survives boolean)
"""

RANKED = """
insert into survivorship_ranked
with stated as (
    select * from survivorship_stated where (leader is not null) = $are_followers
), led as (
    select s.*, coalesce(o.nearness, 1) as nearness
    from stated as s left join survivorship_owners as o
    on s.record = o.record and s.leader = o.leader and least(s.position, 255) = o.position
), groups as (
    select
        golden, field, key_hash,
        count_if(is_new)::integer as support, count_if(is_first)::integer as firsts,
        max(
            (((nearness::hugeint << 63) + strength) << 59) + ((record::bigint << 32) + claim)::hugeint
        ) as best
    from led group by all
)
select
    golden, field, key_hash, ((best >> 32) & 134217727::hugeint)::integer as record,
    (best & 4294967295::hugeint)::bigint as claim,
    (row_number() over (
        partition by golden, field
        order by best >> (59 + frequency_shift) desc, support desc, best desc
    ) - 1)::integer as rank,
    support, (sum(firsts) over (partition by golden, field))::integer as claiming,
    is_union or (rank = 0 and not (only_follows and best >> 122 = 0)) as survives
from groups inner join survivorship_fields using (field)
"""

OUTCOME = """
create or replace temp view survivorship_outcome as
select
    l.golden_id, l.party_type, c.attribute, r.rank as position, c.value, c.key, c.record_id, l.source,
    l.observed_at, f.rule, (r.support + 0.5) / (r.claiming + 1) as confidence, r.support, r.claiming,
    r.survives
from survivorship_ranked as r
inner join survivorship_fields as f using (field)
inner join survivorship_claims as c on r.claim = c.claim
inner join survivorship_live as l using (record);
"""

WRITE = """
insert into golden_values by name
select * exclude (survives), position = 0 as is_current from survivorship_outcome where survives;
insert into conflicts by name
select * exclude (survives, position) from survivorship_outcome where not survives;
"""

DROP_TEMPORARIES = """
drop view survivorship_outcome;
drop {kind} survivorship_claims;
drop table survivorship_ranked;
drop table survivorship_owners;
drop table survivorship_live;
drop table survivorship_fields;
drop table survivorship_trust;
drop view survivorship_scope;
"""

CLEAR_ALL = """
drop table if exists golden_values;
drop table if exists conflicts;
create or replace temp view survivorship_scope as select null::varchar as golden_id where false;
"""

CLEAR_SCOPE = """
delete from golden_values where golden_id in (select golden_id from survivorship_scope);
delete from conflicts where golden_id in (select golden_id from survivorship_scope);
"""


def survive(
    connection: duckdb.DuckDBPyConnection, rules: SurvivorshipRules, *, changed: str | None = None
) -> None:
    """Write `golden_values` and `conflicts`.

    `changed` names a table with a column `golden_id`: only these golden records are written anew,
    and those that have no member any more lose their rows. Without it both tables are built from
    nothing.
    """
    if changed is None:
        connection.execute(CLEAR_ALL + TABLES)
    else:
        connection.table(changed).select("golden_id").distinct().to_view("survivorship_scope")
        connection.execute(TABLES + CLEAR_SCOPE)
    _insert_trust(connection, rules)
    connection.execute(LIVE_RECORDS, {"is_partial_run": changed is not None})
    kind = "view" if changed is None else "table"
    connection.execute(CLAIMS.format(kind=kind) + ("" if changed is None else OF_LIVE))
    _insert_fields(connection, rules)
    connection.execute(STATED)
    connection.execute(RANKED_TABLE)
    for are_followers in (False, True):
        connection.execute(OWNERS)
        connection.execute(RANKED, {"are_followers": are_followers})
    connection.execute("drop table survivorship_stated")
    connection.execute(OUTCOME + WRITE + DROP_TEMPORARIES.format(kind=kind))


def _insert_fields(connection: duckdb.DuckDBPyConnection, rules: SurvivorshipRules) -> None:
    """Write one row per field that claims speak of."""
    connection.execute(FIELDS_TABLE)
    stated = connection.execute(
        "select distinct party_type, attribute from survivorship_claims order by all"
    ).fetchall()
    numbers = {field: number for number, field in enumerate(stated)}
    rows = [_field_row(rules, field, numbers=numbers) for field in stated]
    if rows:
        connection.executemany(f"insert into survivorship_fields values ({', '.join('?' * 12)})", rows)


def _insert_trust(connection: duckdb.DuckDBPyConnection, rules: SurvivorshipRules) -> None:
    """Write one row per source with a rank of trust."""
    connection.execute("create or replace temp table survivorship_trust (source varchar, rank integer)")
    if rules.trust:
        connection.executemany("insert into survivorship_trust values (?, ?)", list(rules.trust.items()))


def _field_row(
    rules: SurvivorshipRules, field: tuple[str, str], *, numbers: dict[tuple[str, str], int]
) -> tuple[object, ...]:
    party_type, attribute = field
    rule = rules.rule(PartyType(party_type), attribute)
    leader = None if rule.follows is None else numbers.get((party_type, rule.follows))
    shifts = _shifts(rule)
    return (
        party_type, attribute, numbers[field], leader, rule.name, rule.is_union, rule.only_follows,
        shifts[Criterion.MOST_TRUSTED], shifts[Criterion.MOST_RECENT],
        shifts[Criterion.MOST_FREQUENT], shifts[Criterion.MOST_COMPLETE], shifts.get(Criterion.BEST_WRITTEN),
    )  # fmt: skip


def _shifts(rule: FieldRule) -> dict[Criterion, int]:
    """Return how far left each criterion stands in `strength`, above `POSITION_BITS`."""
    shifts: dict[Criterion, int] = {}
    shift = POSITION_BITS
    for criterion in reversed(rule.criteria):
        shifts[criterion] = shift
        shift += CRITERION_BITS[criterion]
    return shifts
