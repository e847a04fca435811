from pathlib import Path

from resolution.explain import open_run
from resolution.explain_record import explain_record


def test_a_record_is_shown_with_its_golden_record_members_and_nearest_outsiders(synthetic_run: Path) -> None:
    with open_run(synthetic_run) as (connection, _):
        found = connection.execute(
            "select record_id_l from links where band = 'review' order by record_id_l limit 1"
        ).fetchone()
        assert found is not None

        explanation = explain_record(connection, record=found[0])
        members = {
            row[0]
            for row in connection.execute(
                "select record_id from membership where golden_id = ?", [explanation.record.golden_id]
            ).fetchall()
        }

    assert {tie.record_id for tie in explanation.ties} == members
    assert explanation.members == len(members)
    assert all(tie.other in members for tie in explanation.ties if len(members) > 1)
    assert explanation.outsiders[0].band == "review"
    assert all(outsider.record_id not in members for outsider in explanation.outsiders)
    assert all(outsider.nearest_member in members for outsider in explanation.outsiders)
    assert {value.record_id for value in explanation.values} <= members


def test_a_single_record_is_tied_to_nothing(synthetic_run: Path) -> None:
    with open_run(synthetic_run) as (connection, _):
        found = connection.execute(
            "select min(record_id) from membership group by golden_id having count(*) = 1 order by 1 limit 1"
        ).fetchone()
        assert found is not None

        (tie,) = explain_record(connection, record=found[0]).ties

    assert tie.other is None
