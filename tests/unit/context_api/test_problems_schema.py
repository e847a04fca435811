from typing import Any

from context_api.errors import FaultyCursor, MalformedRequest, ScopeMissing
from context_api.problems_schema import document_frame, documented


def test_errors_of_one_status_are_documented_together_and_invalid_parameters_always() -> None:
    found = documented([MalformedRequest, FaultyCursor, ScopeMissing])

    assert list(found) == [400, 403, 422]
    assert "/problems/malformed-request" in found[400]["description"]
    assert "/problems/faulty-cursor" in found[400]["description"]
    assert set(found[403]["content"]) == {"application/problem+json"}


def test_what_the_frame_refuses_is_documented_where_a_body_is_taken_too() -> None:
    asking: dict[str, Any] = {"responses": {"200": {}}}
    sending: dict[str, Any] = {"requestBody": {}, "responses": {"413": {"description": "its own"}}}
    for operation in (asking, sending):
        document_frame(operation)

    assert list(asking["responses"]) == ["200", "400"]
    assert set(sending["responses"]) == {"400", "408", "413", "415"}
    assert sending["responses"]["413"] == {"description": "its own"}
