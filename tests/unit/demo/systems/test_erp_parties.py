import sqlite3

from demo.population.atlas import Seed, atlas
from demo.population.population import Population
from demo.systems.erp_parties import contact_person

FINANCE = [t for titles in atlas()["job_titles"]["finance_director"].values() for t in titles]
CLERKS = [t for titles in atlas()["job_titles"]["accounts_payable"].values() for t in titles]


def test_sales_knows_the_cfo_and_accounting_the_clerk_of_one_customer(systems: sqlite3.Connection) -> None:
    rows = systems.execute(
        f"""select count(distinct customer_no) from erp.customers
        join truth as buyer on buyer.record_id = 'erp:customer:' || customer_no
        join truth as company on company.entity_id = buyer.entity_id
        join crm.contacts on company.record_id = 'crm:company:' || company_id
        join truth as cfo on cfo.record_id = 'crm:contact:' || contacts.id
        join truth as clerk on clerk.record_id = 'erp:customer_contact:' || customer_no
        where job_title in ({", ".join("?" * len(FINANCE))})
            and contact_role in ({", ".join("?" * len(CLERKS))})
            and cfo.entity_id <> clerk.entity_id""",
        [*FINANCE, *CLERKS],
    )

    assert rows.fetchone()[0] > 5


def test_one_customer_has_two_accounts(systems: sqlite3.Connection) -> None:
    sql = """select max(n) from (select count(*) n from truth
        where record_id like 'erp:customer:%' group by entity_id)"""

    assert systems.execute(sql).fetchone()[0] == 2


def test_one_party_is_customer_and_supplier(systems: sqlite3.Connection) -> None:
    sql = """select count(*) from truth s join truth c using (entity_id)
        where s.record_id like 'erp:supplier:%' and c.record_id like 'erp:customer:%'"""

    assert systems.execute(sql).fetchone()[0] > 0


def test_addresses_before_and_after_a_move_are_both_in_the_books(systems: sqlite3.Connection) -> None:
    sql = """select count(*) from erp.customers
        join truth a on a.record_id = 'erp:customer:' || customer_no
        join truth b on b.entity_id = a.entity_id
        join crm.companies on b.record_id = 'crm:company:' || id
        where instr(address, city) = 0"""

    assert systems.execute(sql).fetchone()[0] > 0


def test_hundreds_of_rows_share_the_stamp_of_the_migration(systems: sqlite3.Connection) -> None:
    sql = "select max(n) from (select count(*) n from erp.order_lines group by changed_on)"

    assert systems.execute(sql).fetchone()[0] > 30


def test_where_there_is_a_clerk_accounting_writes_to_the_clerk(population: Population) -> None:
    rng = Seed("tests").dice()
    contacts = [
        contact_person(population, firm, population.last_day, rng)
        for firm in population.firms[1:]
        if any(
            population.people[n].at(population.last_day).job_title in CLERKS
            for n in population.colleagues(firm.number, population.last_day)
        )
    ]

    named = [contact for contact in contacts if contact and contact.role]
    assert named
    assert all(contact.role in CLERKS for contact in named)
