from demo.sample import build_world
from demo.systems import erp

ROWS = erp.write_rows(build_world())


def test_rows_hold_no_column_that_the_export_lacks() -> None:
    assert {column for row in ROWS for column in row.values} <= set(erp.COLUMNS)


def test_firms_have_no_birth_date_and_people_no_tax_number() -> None:
    for row in ROWS:
        absent = "Geburtsdatum" if row.record_type == "organization" else "USt-IdNr"
        assert absent not in row.values


def test_dates_are_german() -> None:
    assert all(str(row.values["Geändert am"])[2::3][:2] == ".." for row in ROWS)
