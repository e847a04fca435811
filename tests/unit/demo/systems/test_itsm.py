from demo.sample import build_world
from demo.systems import itsm

ROWS = itsm.write_rows(build_world())


def test_names_come_in_both_orders() -> None:
    names = [str(row.values["full_name"]) for row in ROWS if row.record_type == "person"]

    assert any(", " in name for name in names)
    assert any(", " not in name for name in names)


def test_mails_and_phones_are_lists() -> None:
    for row in ROWS:
        assert isinstance(row.values["emails"], list)
        assert isinstance(row.values["phone_numbers"], list)


def test_a_team_is_entered_as_a_person() -> None:
    teams = [row.values for row in ROWS if row.record_type == "mailbox"]

    assert teams
    assert {values["type"] for values in teams} == {"person"}
