from pathlib import Path

from demo.errors import AnotherCompany, NotServing
from pipelines.errors import PipelineError, PipelineInputError


def test_another_company_is_the_users_to_mend_and_pages_are_not() -> None:
    assert isinstance(AnotherCompany(Path("home"), scale=2, seed="a"), PipelineInputError)
    assert isinstance(NotServing(Path("pages.log")), PipelineError)
    assert not isinstance(NotServing(Path("pages.log")), PipelineInputError)
