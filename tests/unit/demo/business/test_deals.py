import sqlite3


def test_open_won_and_lost_deals_are_there(systems: sqlite3.Connection) -> None:
    stages = {row[0] for row in systems.execute("select distinct stage from crm.deals")}

    assert {"won", "lost"} < stages


def test_special_terms_belong_to_won_deals(systems: sqlite3.Connection) -> None:
    stages = [
        row[0] for row in systems.execute("select stage from crm.deals where special_terms is not null")
    ]

    assert stages
    assert set(stages) == {"won"}


def test_a_won_deal_is_renewed_a_year_after(systems: sqlite3.Connection) -> None:
    sql = "select julianday(renewal_date) - julianday(close_date) from crm.deals where stage = 'won'"

    assert {row[0] for row in systems.execute(sql)} == {365.0}


def test_notes_are_about_deals_of_the_same_company(systems: sqlite3.Connection) -> None:
    sql = """select count(*), sum(n.company_id = d.company_id)
        from crm.notes n join crm.deals d on d.id = n.deal_id"""
    count, same = systems.execute(sql).fetchone()

    assert count == same > 0
