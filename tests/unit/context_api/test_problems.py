import inspect

import orjson
import pytest
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from context_api import errors
from context_api.errors import ContextError, LimitExceeded, StoreUnavailable
from context_api.problems import PROBLEMS, answer_error, problem_of

EVERY = [found for _, found in inspect.getmembers(errors, inspect.isclass) if issubclass(found, ContextError)]


@pytest.mark.parametrize("error", EVERY)
def test_every_domain_error_has_its_answer(error: type[ContextError]) -> None:
    assert error in PROBLEMS


def test_no_two_problems_share_a_type() -> None:
    slugs = [problem.slug for problem in PROBLEMS.values()]

    assert len(slugs) == len(set(slugs))


def test_an_answer_holds_the_facts_the_request_and_what_to_do() -> None:
    response = answer_error(LimitExceeded("send 10 at a time", limit=10), "r-1")

    assert response.media_type == "application/problem+json"
    assert orjson.loads(response.body) == {
        "type": "/problems/limit-exceeded",
        "title": "More than one request may ask for",
        "status": 413,
        "detail": "send 10 at a time",
        "instance": "r-1",
        "limit": 10,
    }


def test_an_answer_of_ours_at_fault_does_not_repeat_the_words_of_its_error() -> None:
    inside = "connection to server at db.internal failed"

    for error in (StoreUnavailable(inside), RuntimeError(inside)):
        response = answer_error(error, "r-1")
        assert response.status_code >= 500
        assert b"db.internal" not in response.body


def test_who_shows_no_key_is_told_the_scheme_and_who_comes_at_a_bad_time_when_to_come_again() -> None:
    assert answer_error(errors.Unauthenticated("no"), "r").headers["WWW-Authenticate"] == "Bearer"
    assert answer_error(errors.StoreBusy("no"), "r").headers["Retry-After"] == "1"


def test_a_defect_is_a_problem_and_so_is_what_the_framework_refuses() -> None:
    assert problem_of(ValueError("x")).status == 500
    assert problem_of(HTTPException(405)).slug == "method-not-allowed"


def test_an_answer_to_many_faults_is_short_whatever_the_caller_named() -> None:
    faults = [{"loc": ("body", "k" * 9_000, place), "msg": "no", "type": "x"} for place in range(5_000)]

    response = answer_error(RequestValidationError(faults), "r-1")

    told = orjson.loads(response.body)
    assert len(response.body) < 10_000
    assert len(told["faults"]) == 10
    assert told["detail"].endswith("; and 4990 more")
