from demo.sample import build_world
from demo.systems import email

ROWS = email.write_rows(build_world())


def test_every_row_has_a_mail_address() -> None:
    assert all("@" in str(row.values["adresse_email"]) for row in ROWS)


def test_the_address_book_knows_people_and_shared_mailboxes_only() -> None:
    assert {row.record_type for row in ROWS} == {"person", "mailbox"}


def test_rows_hold_no_column_that_the_export_lacks() -> None:
    assert {column for row in ROWS for column in row.values} <= set(email.COLUMNS)
