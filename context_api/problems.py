"""Problems: how an error is answered over HTTP (RFC 9457), from one table.

An answer of status 500 and above never repeats the words of its error: they may name a host or a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from context_api import errors
from context_api.errors import ContextError

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "/problems/"
RETRY_AFTER_SECONDS = "1"
MOST_FAULTS = 10  # told of one request: its sender mends these first
LONGEST_PLACE = 200  # of a fault, whose names the sender may have made up


@dataclass(frozen=True, slots=True)
class Problem:
    """How errors of one class are answered; `advice` is said in place of the error's own words."""

    status: int
    slug: str
    title: str
    advice: str | None = None


TRY_AGAIN = "Try again in a moment; /readyz says what is wrong."
PROBLEMS: Mapping[type[ContextError], Problem] = {
    errors.ContextError: Problem(500, "unexpected", "Something went wrong here", TRY_AGAIN),
    errors.ContextInputError: Problem(400, "unusable-request", "The request cannot be used"),
    errors.MalformedRequest: Problem(400, "malformed-request", "The request is malformed"),
    errors.TimeNotCome: Problem(422, "time-not-come", "The time asked for has not come"),
    errors.UnsupportedContentType: Problem(
        415, "unsupported-content-type", "The body is not said to be JSON"
    ),
    errors.FaultyCursor: Problem(400, "faulty-cursor", "The cursor cannot be used"),
    errors.Unauthenticated: Problem(401, "unauthenticated", "No valid API key"),
    errors.ScopeMissing: Problem(403, "scope-missing", "The key does not allow this"),
    errors.LimitExceeded: Problem(413, "limit-exceeded", "More than one request may ask for"),
    errors.UnknownParty: Problem(404, "unknown-party", "Nobody goes by this"),
    errors.PartyMerged: Problem(307, "party-merged", "Another id stands for this party now"),
    errors.PartySplit: Problem(300, "party-split", "The party is several parties now"),
    errors.PartyGone: Problem(410, "party-gone", "The party is gone"),
    errors.UnknownRecord: Problem(404, "unknown-record", "No such record"),
    errors.UnknownDecision: Problem(404, "unknown-decision", "No such decision"),
    errors.UnknownKey: Problem(404, "unknown-key", "No such key"),
    errors.ContradictoryDecision: Problem(409, "contradictory-decision", "Decisions contradict each other"),
    errors.NothingPublished: Problem(
        503,
        "nothing-published",
        "Nothing is published",
        "Publish a version: `concord run`. Or ask for later.",
    ),
    errors.FaultySettings: Problem(500, "faulty-settings", "The service is set up wrongly", TRY_AGAIN),
    errors.FaultyStoreSetting: Problem(
        500, "faulty-store-setting", "The store does not open", "Give the key that the store was made with."
    ),
    errors.StoreBusy: Problem(503, "store-busy", "The store is locked", TRY_AGAIN),
    errors.StoreUnavailable: Problem(503, "store-unavailable", "The store cannot be read", TRY_AGAIN),
    errors.Overloaded: Problem(503, "overloaded", "Too many requests at a time", TRY_AGAIN),
    errors.AuditUnavailable: Problem(
        503,
        "audit-unavailable",
        "The read cannot leave its trail",
        "No read is answered without an audit entry. " + TRY_AGAIN,
    ),
    errors.UnmatchableRecord: Problem(422, "unmatchable-record", "A record cannot be matched"),
    errors.MatchUnavailable: Problem(
        503,
        "match-unavailable",
        "Nothing can be matched now",
        "Ask again in a moment; where the state is `missing` or `damaged`, `concord run` writes the match"
        " snapshot anew.",
    ),
    errors.StaleResult: Problem(409, "stale-result", "A newer version is in force"),
    errors.PublicationLost: Problem(409, "publication-lost", "Another publish began"),
}
INVALID = Problem(422, "invalid-parameters", "A parameter or the body is not valid")
UNEXPECTED = PROBLEMS[ContextError]
HINTS = {
    404: "Nothing is served at this address; /openapi.json lists what is.",
    405: "The address knows other methods; see the Allow header.",
}


def problem_of(error: Exception) -> Problem:
    """Return how an error is answered; what is none of ours is a defect, 500."""
    if isinstance(error, RequestValidationError):
        return INVALID
    if isinstance(error, HTTPException):
        return http_problem(error.status_code)
    known = (PROBLEMS[kind] for kind in type(error).__mro__ if kind in PROBLEMS)
    return next(known, UNEXPECTED)


def http_problem(status: int) -> Problem:
    """Return the problem of a bare HTTP status, as the framework raises it."""
    title = HTTPStatus(status).phrase
    return Problem(status, title.lower().replace(" ", "-"), title, HINTS.get(status))


def answer(
    problem: Problem,
    detail: str,
    *,
    request_id: str,
    headers: Mapping[str, str] | None = None,
    **facts: object,
) -> Response:
    """Return a problem as an answer."""
    body = {
        "type": TYPE_PREFIX + problem.slug,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.advice or detail,
        "instance": request_id,
    }
    added = {"Retry-After": RETRY_AFTER_SECONDS} if problem.status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    if problem.status == HTTPStatus.UNAUTHORIZED:
        added["WWW-Authenticate"] = "Bearer"
    return Response(
        orjson.dumps(facts | body, default=str),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers={**(headers or {}), **added},
    )


def install(app: FastAPI) -> None:
    """Let every error that a route raises be answered as a problem."""
    app.add_exception_handler(ContextError, _context_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def answer_error(error: Exception, request_id: str) -> Response:
    """Return the answer to an error."""
    if isinstance(error, RequestValidationError):
        found = error.errors()
        faults = [
            {"where": ".".join(str(part) for part in fault["loc"])[:LONGEST_PLACE], "what": fault["msg"]}
            for fault in found[:MOST_FAULTS]
        ]
        words = "; ".join(f"{fault['where']}: {fault['what']}" for fault in faults)
        if len(found) > MOST_FAULTS:
            words += f"; and {len(found) - MOST_FAULTS} more"
        return answer(INVALID, words, request_id=request_id, faults=faults)
    if isinstance(error, HTTPException):
        problem = http_problem(error.status_code)
        return answer(problem, str(error.detail), request_id=request_id, headers=error.headers)
    facts: dict[str, Any] = error.facts if isinstance(error, ContextError) else {}
    headers = {"Location": facts["location"]} if "location" in facts else None
    return answer(problem_of(error), str(error), request_id=request_id, headers=headers, **facts)


async def _context_error(request: Request, error: Exception) -> Response:
    return answer_error(error, request.state.context.request_id)


_invalid = _context_error
_http = _context_error
