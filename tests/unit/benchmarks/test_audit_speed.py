from pathlib import Path

import pytest

from benchmarks.audit_speed import by_group, entries, measured, one_by_one


@pytest.mark.parametrize("way", ["one by one", "by group"])
def test_each_way_writes_every_entry_into_a_whole_chain(
    way: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = entries(100)

    wall = measured(
        tmp_path,
        way,
        len(given),
        lambda engine: (
            one_by_one(engine, given) if way == "one by one" else by_group(engine, given, waiting=8)
        ),
    )

    assert wall > 0
    assert way in capsys.readouterr().out


def test_a_way_that_loses_entries_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="9 of 10 entries"):
        measured(tmp_path, "lossy", 10, lambda engine: one_by_one(engine, entries(9)))
