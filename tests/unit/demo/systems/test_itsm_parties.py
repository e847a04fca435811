import sqlite3


def test_most_names_are_written_family_first(systems: sqlite3.Connection) -> None:
    names = [row[0] for row in systems.execute("select display_name from itsm.requesters") if row[0]]

    assert 0.6 < sum(", " in name for name in names) / len(names) < 0.95


def test_teams_are_kept_as_requesters(systems: sqlite3.Connection) -> None:
    sql = "select count(*) from truth where record_id like 'itsm:requester:%' and entity_id like 'mailbox%'"

    assert systems.execute(sql).fetchone()[0] > 0


def test_the_desk_knows_people_that_sales_knows_too(systems: sqlite3.Connection) -> None:
    sql = """select count(distinct d.entity_id) from truth d join truth s using (entity_id)
        where d.record_id like 'itsm:requester:%' and s.record_id like 'crm:contact:%'"""

    assert systems.execute(sql).fetchone()[0] > 20


def test_some_who_left_are_still_with_their_old_employer(systems: sqlite3.Connection) -> None:
    sql = """select count(*) from itsm.requesters r
        join truth d on d.record_id = 'itsm:requester:' || user_id
        join truth s on s.entity_id = d.entity_id
        join crm.contacts c on s.record_id = 'crm:contact:' || c.id
        where substr(r.email, instr(r.email, '@')) <> substr(c.email, instr(c.email, '@'))"""

    assert systems.execute(sql).fetchone()[0] > 0
