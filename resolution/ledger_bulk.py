"""The identity ledger for a whole run, in its DuckDB; says what `ledger` says, row for row.

Tables kept from run to run:

- `ledger`, grain (record_id, valid_from): every row that ever was; rows are closed, never removed.
- `membership`, grain record_id: the golden id of every live record.
- `redirects`, grain (golden_id_from, valid_from).
- `first_seen`, grain record_id: when Concord first saw a record, live or not.

The work is in proportion to the clusters given, but for scans of a few columns.
"""

from datetime import UTC, datetime

import duckdb

from resolution.domain.ids import SEED_ID_SQL

TABLES = """
create table if not exists ledger (
    record_id varchar, golden_id varchar, valid_from timestamp, valid_to timestamp, cause varchar,
    change varchar, heir varchar);
create table if not exists membership (record_id varchar, golden_id varchar, party_type varchar);
create table if not exists redirects (
    golden_id_from varchar, golden_id_to varchar, valid_from timestamp, valid_to timestamp, cause varchar);
create table if not exists first_seen (record_id varchar, first_seen timestamp);
"""

# Time never runs backwards in a ledger, whatever the clock does.
MOMENT = """
create or replace temp table ledger_moment as
select greatest(
    $now::timestamp, coalesce((select max(valid_from) from ledger), $now::timestamp)
) as moment, $cause::varchar as cause, $is_partial::boolean as is_partial
"""

GONE = """
insert into first_seen
select record_id, moment from ledger_given anti join first_seen using (record_id) cross join ledger_moment;

create or replace temp table ledger_tombstones as
select record_id, heir from ledger where golden_id is null and valid_to is null;

create or replace temp table ledger_gone as
select record_id, golden_id from membership anti join ledger_given using (record_id)
where not (select is_partial from ledger_moment) or record_id in (select record_id from ledger_removed);
"""

# Everyone in a golden record that the change touches; who is not given stays where it was.
SCOPE = """
create or replace temp table ledger_scope as
with recursive returned as (
    select record_id, heir as host from ledger_tombstones semi join ledger_given using (record_id)
    union all
    select r.record_id, t.heir from returned as r inner join ledger_tombstones as t on r.host = t.record_id
), touched as (
    select record_id from ledger_given
    union all
    select record_id from ledger_gone
    union all
    select host from returned
), affected as (
    select distinct golden_id from membership semi join touched using (record_id)
)
select record_id, 'given:' || component_id as component from ledger_given
union all
select record_id, 'kept:' || golden_id
from membership semi join affected using (golden_id)
anti join ledger_given using (record_id) anti join ledger_gone using (record_id);
"""

# A tombstoned record rests with its heir, the first seen of those it left behind, or the heir's heir.
GHOSTS = """
create or replace temp table ledger_heirs as
with bereaved as (
    select m.golden_id, min({'first_seen': f.first_seen, 'record_id': m.record_id}) as heir
    from membership as m semi join ledger_gone using (golden_id)
    anti join ledger_gone using (record_id)
    inner join first_seen as f using (record_id)
    group by m.golden_id
)
select g.record_id, heir.record_id as heir from ledger_gone as g left join bereaved using (golden_id);

create or replace temp table ledger_ghosts as
with recursive tombstones as (
    select record_id, heir from ledger_tombstones anti join ledger_given using (record_id)
    union all
    select record_id, heir from ledger_heirs
), walk as (
    select record_id, heir as host from tombstones
    union all
    select w.record_id, t.heir from walk as w inner join tombstones as t on w.host = t.record_id
)
select record_id, host from walk
where host is null or host not in (select record_id from tombstones);
"""

# A golden record carries the seed of its founder: the first seen of its live members and of those
# ghosts with it whose seed was once in use.
HOMES = f"""
create or replace temp table ledger_rows as
with present as (
    select record_id from ledger_scope
    union
    select record_id from ledger_ghosts
)
select distinct record_id, golden_id from ledger semi join present using (record_id)
where golden_id is not null;

-- a table of its own, so that seeds are made of these records alone, which takes long for all
create or replace temp table ledger_founders as
select record_id, golden_id from ledger_rows where golden_id = {SEED_ID_SQL};

create or replace temp table ledger_placed as
with placed as (
    select record_id, component from ledger_scope
    union all
    select g.record_id, s.component
    from ledger_ghosts as g
    semi join ledger_founders using (record_id)
    inner join ledger_scope as s on g.host = s.record_id
), founders as (
    select component, min({{'first_seen': first_seen, 'record_id': record_id}}).record_id as record_id
    from placed inner join first_seen using (record_id)
    group by component
), goldens as (
    select component, {SEED_ID_SQL} as golden_id from founders
)
select record_id, golden_id from placed inner join goldens using (component);

create or replace temp table ledger_homes as
select f.golden_id as id_once, p.golden_id as id_now
from ledger_founders as f inner join ledger_placed as p using (record_id)
union all
select f.golden_id, null
from ledger_founders as f inner join ledger_ghosts as g using (record_id)
where g.host is null;
"""

CHANGES = """
create or replace temp table ledger_changes as
with moved as (
    select s.record_id, m.golden_id as golden_before, p.golden_id
    from ledger_scope as s
    inner join ledger_placed as p using (record_id)
    left join membership as m using (record_id)
    where m.golden_id is distinct from p.golden_id
)
select
    m.record_id, golden_before, m.golden_id, null as heir,
    case
        when golden_before is null and t.record_id is not null then 'returned'
        when golden_before is null then 'new'
        when h.id_now = m.golden_id then 'merged'
        else 'split'
    end as change
from moved as m
left join ledger_homes as h on m.golden_before = h.id_once
left join ledger_tombstones as t on m.record_id = t.record_id
union all
select g.record_id, g.golden_id, null, h.heir, 'tombstoned'
from ledger_gone as g inner join ledger_heirs as h using (record_id);
"""

WRITE = """
update ledger set valid_to = moment from ledger_moment
where valid_to is null and record_id in (select record_id from ledger_changes);

insert into ledger by name
select record_id, golden_id, moment as valid_from, null as valid_to, cause, change, heir
from ledger_changes cross join ledger_moment order by record_id;

update redirects set valid_to = moment from ledger_moment, ledger_homes
where valid_to is null and golden_id_from = id_once
and (id_now is null or id_now = id_once or id_now != golden_id_to);

insert into redirects by name
select id_once as golden_id_from, id_now as golden_id_to, moment as valid_from, null as valid_to, cause
from ledger_homes cross join ledger_moment
where id_now != id_once and id_once not in (select golden_id_from from redirects where valid_to is null)
order by id_once;

delete from membership
where record_id in (select record_id from ledger_changes where golden_before is not null);

insert into membership by name
select record_id, golden_id, party_type from ledger_changes inner join party_records using (record_id)
where golden_id is not null;

create or replace temp table changed_goldens as
select golden_before as golden_id from ledger_changes where golden_before is not null
union
select golden_id from ledger_changes where golden_id is not null;
"""

DROP_TEMPORARIES = """
drop view ledger_given;
drop view ledger_removed;
drop table ledger_moment;
drop table ledger_tombstones;
drop table ledger_gone;
drop table ledger_scope;
drop table ledger_heirs;
drop table ledger_ghosts;
drop table ledger_rows;
drop table ledger_founders;
drop table ledger_placed;
drop table ledger_homes;
drop table ledger_changes;
"""


def write_ledger(
    connection: duckdb.DuckDBPyConnection,
    clusters: str = "clusters",
    *,
    now: datetime,
    cause: str,
    removed: str | None = None,
) -> None:
    """Bring ledger, membership and redirects to the clusters that are now; idempotent.

    `clusters` names a table (record_id, component_id). Without `removed` it holds every live
    record, and a record that it lacks is tombstoned. With `removed`, a table with a column
    `record_id`, only those are tombstoned, and `clusters` need only hold whole clusters that
    changed; former companions that it leaves out stay together.

    Afterwards the temporary table `changed_goldens` (golden_id) names the golden records that gained
    or lost a member.
    """
    connection.execute(TABLES)
    connection.table(clusters).select("record_id", "component_id").to_view("ledger_given")
    connection.table(removed or clusters).select("record_id").to_view("ledger_removed")
    moment = now.astimezone(UTC).replace(tzinfo=None)
    connection.execute(MOMENT, {"now": moment, "cause": cause, "is_partial": removed is not None})
    connection.execute(GONE + SCOPE + GHOSTS + HOMES + CHANGES + WRITE + DROP_TEMPORARIES)
