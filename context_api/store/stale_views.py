"""Which parties a version shows differently: those whose views must be rendered for it.

A view shows a golden record, the activities and relationships of its records, and who is at the other end of
these. Every such row says in which version it began or ended, so that finding them costs in proportion to the
change.
"""

from sqlalchemy import Connection, text

from context_api.store.rendered_views import FORMAT

CHANGED = "(x.published_from = :version or x.published_to = :version)"

GOLDEN = f"select x.golden_id from golden_records as x where x.tenant_id = :tenant and {CHANGED}"
RECORDS_TOUCHED = f"""
select x.record_id as record_id from activity_parties as x where x.tenant_id = :tenant and {CHANGED}
union
select p.record_id from activities as x inner join activity_parties as p
    on p.tenant_id = x.tenant_id and p.activity_id = x.activity_id
where x.tenant_id = :tenant and {CHANGED}
union
select x.from_record_id from relationships as x where x.tenant_id = :tenant and {CHANGED}
union
select x.to_record_id from relationships as x where x.tenant_id = :tenant and {CHANGED}
"""
# A party that a relationship names may be called otherwise now, or be part of another one.
BESIDE = """
select r.to_record_id as record_id from relationships as r inner join members as m
    on r.from_record_id = m.record_id where r.tenant_id = :tenant
union
select r.from_record_id from relationships as r inner join members as m
    on r.to_record_id = m.record_id where r.tenant_id = :tenant
"""
STALE = f"""
with golden as ({GOLDEN}),
members as (
    select l.record_id from identity_ledger as l where l.tenant_id = :tenant
    and l.golden_id in (select golden_id from golden)
),
touched as ({RECORDS_TOUCHED} union {BESIDE})
select golden_id from golden
union
select l.golden_id from touched as t inner join identity_ledger as l
    on l.tenant_id = :tenant and l.record_id = t.record_id and l.golden_id is not null
    and l.published_from <= :version and (l.published_to is null or l.published_to > :version)
"""
OF_OTHER_FORMAT = """
select golden_id from rendered_views where tenant_id = :tenant and format < :format and published_to is null
union
select golden_id from rendered_views where tenant_id = :tenant and format > :format and published_to is null
"""  # in the words of the index: `<>` would walk them all


def stale_parties(connection: Connection, tenant_id: str, version: int) -> frozenset[str]:
    """Return the golden ids whose views a version changes, those that it ends among them."""
    rows = connection.execute(text(STALE), {"tenant": tenant_id, "version": version})
    return frozenset(row[0] for row in rows)


def outdated_parties(connection: Connection, tenant_id: str) -> frozenset[str]:
    """Return the golden ids of which a view is of another format than those that are served."""
    rows = connection.execute(text(OF_OTHER_FORMAT), {"tenant": tenant_id, "format": FORMAT})
    return frozenset(row[0] for row in rows)


def lacks_views(connection: Connection, tenant_id: str) -> bool:
    """Say whether a published store holds no views at all: it was made before there were any."""
    row = connection.execute(
        text("select 1 from rendered_views where tenant_id = :tenant limit 1"), {"tenant": tenant_id}
    ).first()
    return row is None
