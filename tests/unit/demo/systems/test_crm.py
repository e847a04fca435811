from demo.sample import build_world
from demo.systems import crm

ROWS = crm.write_rows(build_world())


def test_rows_hold_no_column_that_the_export_lacks() -> None:
    assert {column for row in ROWS for column in row.values} <= set(crm.COLUMNS)


def test_contacts_and_companies_are_told_apart_by_record_type() -> None:
    kinds = {(row.record_type, row.values["record_type"]) for row in ROWS}

    assert kinds == {("person", "contact"), ("organization", "company"), ("mailbox", "contact")}


def test_some_birth_dates_are_placeholders() -> None:
    born = [row.values.get("date_of_birth") for row in ROWS]

    assert "1900-01-01" in born
    assert "" in born
