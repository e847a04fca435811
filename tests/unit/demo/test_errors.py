from pathlib import Path

import pytest

from demo.errors import AnotherCompany, DemoError, NoCompany, NotServing
from pipelines.errors import PipelineInputError

HOME = Path("somewhere")


@pytest.mark.parametrize(
    ("scale", "seed", "held"),
    [(3, "Basel", "a company of scale 3 and seed Basel"), (None, None, "did not write")],
    ids=["another company", "not the demo's"],
)
def test_a_folder_that_holds_something_else_is_the_callers_to_change(
    scale: int | None, seed: str | None, held: str
) -> None:
    error = AnotherCompany(HOME, scale=scale, seed=seed)

    assert isinstance(error, DemoError)
    assert isinstance(error, PipelineInputError)  # exit code 2
    assert held in str(error)
    assert "--home" in str(error)


def test_where_no_day_can_pass_the_command_that_writes_a_company_is_named() -> None:
    error = NoCompany(HOME)

    assert isinstance(error, PipelineInputError)
    assert f"concord demo --home {HOME}" in str(error)


def test_pages_that_do_not_come_up_are_no_fault_of_the_input_and_name_their_log() -> None:
    error = NotServing(HOME / "pages.log")

    assert not isinstance(error, PipelineInputError)
    assert str(HOME / "pages.log") in str(error)
