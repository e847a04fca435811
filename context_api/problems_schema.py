"""How problems look in the OpenAPI document."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from context_api.errors import ContextError, LimitExceeded, MalformedRequest, UnsupportedContentType
from context_api.problems import INVALID, MEDIA_TYPE, PROBLEMS, TYPE_PREFIX, Problem, http_problem


class ProblemBody(BaseModel):
    """An error by RFC 9457; `detail` says what to do next, further members hold the facts."""

    model_config = ConfigDict(extra="allow", title="Problem")

    type: str = Field(description="Which kind of problem, as a path.", examples=["/problems/scope-missing"])
    title: str
    status: int
    detail: str
    instance: str = Field(description="The id of the request.")


def documented(errors: Sequence[type[ContextError]]) -> dict[int | str, dict[str, Any]]:
    """Return how the answers to some errors are documented, by status; invalid parameters always are."""
    by_status: dict[int, list[Problem]] = {INVALID.status: [INVALID]}
    for error in errors:
        found = by_status.setdefault(PROBLEMS[error].status, [])
        if PROBLEMS[error] not in found:
            found.append(PROBLEMS[error])
    return {status: _response(problems) for status, problems in sorted(by_status.items())}


def document_frame(operation: dict[str, Any]) -> None:
    """Add to an operation how the frame around every request may answer in its place."""
    found: dict[str, Any] = operation.setdefault("responses", {})
    found.setdefault("400", _response([PROBLEMS[MalformedRequest]]))
    if "requestBody" in operation:
        found.setdefault("408", _response([http_problem(408)]))
        found.setdefault("413", _response([PROBLEMS[LimitExceeded]]))
        found.setdefault("415", _response([PROBLEMS[UnsupportedContentType]]))


def _response(problems: Sequence[Problem]) -> dict[str, Any]:
    told = "; ".join(f"{problem.title} (`{TYPE_PREFIX}{problem.slug}`)" for problem in problems)
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": told, "content": {MEDIA_TYPE: {"schema": schema}}}
