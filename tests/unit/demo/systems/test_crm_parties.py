import sqlite3

from demo.population.population import Population
from demo.systems.crm_parties import owner_names


def number(systems: sqlite3.Connection, sql: str) -> int:
    return int(systems.execute(sql).fetchone()[0])


def test_subsidiaries_name_their_parent(systems: sqlite3.Connection) -> None:
    assert (
        number(systems, "select count(*) from crm.companies c join crm.companies p on p.id = c.parent_id") > 3
    )


def test_the_crm_holds_the_demo_company_and_no_deals_with_it(systems: sqlite3.Connection) -> None:
    us = "truth join crm.companies c on record_id = 'crm:company:' || c.id"
    known = f"{us} where entity_id = 'organization-000000' and domain is not null and deleted_at is null"

    assert number(systems, f"select count(*) from {known}") == 1
    assert (
        number(systems, f"select count(*) from crm.deals where company_id in (select c.id from {known})") == 0
    )


def test_a_job_changer_stands_at_two_companies(systems: sqlite3.Connection) -> None:
    sql = """select count(*) from (select entity_id from crm.contacts
        join truth on record_id = 'crm:contact:' || id
        group by entity_id having count(distinct company_id) > 1)"""

    assert number(systems, sql) > 0


def test_shared_mailboxes_are_kept_as_people(systems: sqlite3.Connection) -> None:
    sql = """select count(*) from crm.contacts join truth on record_id = 'crm:contact:' || id
        where entity_id like 'mailbox%' and first_name is null"""

    assert number(systems, sql) > 0


def test_colleagues_share_a_switchboard(systems: sqlite3.Connection) -> None:
    sql = "select max(n) from (select count(*) n from crm.contacts where phone is not null group by phone)"

    assert number(systems, sql) > 1


def test_namesakes_are_different_people(systems: sqlite3.Connection) -> None:
    sql = """select count(*) from (select 1 from crm.contacts join truth on record_id = 'crm:contact:' || id
        where first_name is not null group by first_name, last_name having count(distinct entity_id) > 1)"""

    assert number(systems, sql) > 0


def test_one_company_is_written_with_two_legal_forms(systems: sqlite3.Connection) -> None:
    sql = """select count(*) from (select entity_id from truth
        join crm.companies on record_id = 'crm:company:' || id
        where legal_name is not null and name not like '%' || legal_name || '%')"""

    assert number(systems, sql) > 5


def test_records_are_corrected_long_after_they_were_made(systems: sqlite3.Connection) -> None:
    sql = "select count(*) from crm.contacts where julianday(updated_at) - julianday(created_at) > 365"

    assert number(systems, sql) > 5


def test_deleted_records_stay_with_a_mark(systems: sqlite3.Connection) -> None:
    assert 0 < number(systems, "select count(*) from crm.contacts where deleted_at is not null") < 40


def test_owners_are_our_own_people(systems: sqlite3.Connection, population: Population) -> None:
    owners = {row[0] for row in systems.execute("select distinct owner from crm.companies")}

    assert owners <= set(owner_names(population))
