from pathlib import Path

import pytest
import stamina
from company_systems import change, write_systems
from typer.testing import CliRunner

from pipelines import commands
from pipelines.errors import PipelineInputError, UnknownName
from pipelines.sync.demo_sources import demo_sources
from pipelines.warehouse import connect


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write_systems(tmp_path)
    (tmp_path / "sources.yml").write_text(demo_sources(), encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner(env={"COLUMNS": "200"}).invoke(commands.app, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_four_systems_are_synced_and_one_that_is_down_stops_no_other(home: Path) -> None:
    code, output = run("sync", "--home", str(home))
    assert (code, "crm.companies" in output, "email.messages" in output) == (0, True, True)
    (home / "systems" / "erp.db").unlink()
    change(
        home / "systems" / "crm.db",
        "update companies set updated_at = '2024-06-01T00:00:00Z', deleted_at = 'x'",
    )

    with stamina.set_testing(True, attempts=3, cap=True):
        code, output = run("sync", "--home", str(home))

    assert code == 1
    assert "erp (customers, suppliers" in output
    with connect(home, read_only=True) as warehouse:
        assert warehouse.execute("select count(*) from raw_crm.companies where _is_deleted").fetchone() == (
            4,
        )
        assert warehouse.execute("select count(*) from raw_erp.order_lines where _is_deleted").fetchone() == (
            0,
        )


def test_quarantine_is_listed_shown_and_replayed(home: Path) -> None:
    change(home / "systems" / "itsm.db", "update tickets set sys_updated_on = 'soon' where ticket_no = 'T1'")
    run("sync", "--home", str(home), "--source", "itsm")
    with connect(home, read_only=True) as warehouse:
        (id_,) = warehouse.execute("select quarantine_id from sync.quarantine").fetchone() or ("",)

    assert "itsm.tickets" in run("quarantine", "list", "--home", str(home))[1]
    assert '"ticket_no": "T1"' in run("quarantine", "show", id_, "--home", str(home))[1]
    assert "0 of 1 rows taken in" in run("quarantine", "replay", "--home", str(home))[1]
    change(
        home / "systems" / "itsm.db",
        "update tickets set sys_updated_on = '2024-06-01' where ticket_no = 'T1'",
    )
    run("sync", "--home", str(home), "--source", "itsm")
    assert "No row waits" in run("quarantine", "list", "--home", str(home))[1]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [(["sync", "--source", "nobody"], UnknownName), (["quarantine", "list"], PipelineInputError)],
)
def test_wrong_input_is_refused(arguments: list[str], error: type[Exception], home: Path) -> None:
    with pytest.raises(error):
        run(*arguments, "--home", str(home))
