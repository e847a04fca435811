import pytest
from fake_source import FakeSource, people, person

from pipelines.connectors.port import Page
from pipelines.errors import (
    AuthFault,
    ConnectorError,
    PermanentFault,
    RateLimited,
    SchemaFault,
    TransientFault,
)
from pipelines.sync.retrying import LONGEST_WAIT_SECONDS, RetryBudget, asked, pages


def test_waits_grow_up_to_a_limit() -> None:
    budget = RetryBudget()

    waits = [budget.wait_for(TransientFault("down"), tried=n) for n in (0, 1, 2, 9)]

    assert waits == [0.2, 0.4, 0.8, LONGEST_WAIT_SECONDS]


def test_a_rate_limit_waits_as_long_as_the_source_says() -> None:
    assert RetryBudget().wait_for(RateLimited("429", retry_after_seconds=7.5), tried=0) == 7.5


def test_a_wait_beyond_the_budget_is_not_begun() -> None:
    assert (
        RetryBudget(wait_seconds=60).wait_for(RateLimited("429", retry_after_seconds=3600), tried=0) is None
    )


@pytest.mark.parametrize("kind", [AuthFault, SchemaFault, PermanentFault])
def test_what_asking_again_cannot_help_is_asked_once(kind: type[ConnectorError]) -> None:
    asks = []

    def question() -> None:
        asks.append(1)
        raise kind("no")

    with pytest.raises(kind):
        asked(question, RetryBudget())
    assert len(asks) == 1


def test_a_retry_is_logged_and_leaves_what_is_printed_alone(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    answers: list[TransientFault | str] = [TransientFault("down"), "up"]

    def question() -> str:
        answer = answers.pop(0)
        if isinstance(answer, TransientFault):
            raise answer
        return answer

    assert asked(question, RetryBudget(source="erp")) == "up"

    assert capsys.readouterr().out == ""
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "erp is asked again in 0.2 s: transient: down")
    ]


def test_one_budget_is_shared_by_all_questions_of_a_run() -> None:
    budget = RetryBudget(retries=3)

    def question() -> None:
        raise TransientFault("down")

    for _ in range(2):
        with pytest.raises(TransientFault):
            asked(question, budget)
    assert budget.retries == 0


def test_pages_go_on_from_the_last_cursor() -> None:
    fake = FakeSource(Page([person(1)], cursor={"after": 1}), TransientFault("reset"), Page([person(2)]))

    read = list(pages(fake, people(), cursor=None, budget=RetryBudget()))

    assert [row["id"] for page in read for row in page.changes] == [1, 2]
    assert fake.cursors == [None, {"after": 1}]


def test_an_empty_page_is_not_the_end() -> None:
    fake = FakeSource(Page([]), Page([person(1)]))

    assert len(list(pages(fake, people(), cursor=None, budget=RetryBudget()))) == 2
