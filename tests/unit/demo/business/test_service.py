import sqlite3


def test_an_outage_hits_several_customers_on_one_day(systems: sqlite3.Connection) -> None:
    sql = """select max(n) from (select count(distinct org_id) n from itsm.tickets
        where category = 'outage' group by substr(opened_at, 1, 10))"""

    assert systems.execute(sql).fetchone()[0] > 1


def test_tickets_are_resolved_after_they_were_opened(systems: sqlite3.Connection) -> None:
    sql = (
        "select count(*) from itsm.tickets where resolved_at < opened_at and julianday(opened_at) is not null"
    )

    assert systems.execute(sql).fetchone()[0] == 0


def test_priorities_and_states_differ(systems: sqlite3.Connection) -> None:
    found = {(row[0], row[1]) for row in systems.execute("select priority, status from itsm.tickets")}

    assert {priority for priority, _ in found} == {"1", "2", "3", "4"}
    assert {"resolved", "closed"} < {status for _, status in found}


def test_comments_are_by_requesters_and_agents(systems: sqlite3.Connection) -> None:
    kinds = {row[0] for row in systems.execute("select distinct author_kind from itsm.comments")}

    assert kinds == {"requester", "agent"}


def test_assets_stand_at_the_requesters_organisation(systems: sqlite3.Connection) -> None:
    sql = """select count(*), sum(a.org_id = r.org_id) from itsm.assets a
        join itsm.requesters r on r.user_id = a.requester_id"""
    count, same = systems.execute(sql).fetchone()

    assert count == same > 0
