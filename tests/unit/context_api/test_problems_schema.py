from context_api.errors import FaultyCursor, MalformedRequest, ScopeMissing
from context_api.problems_schema import documented


def test_errors_of_one_status_are_documented_together_and_invalid_parameters_always() -> None:
    found = documented([MalformedRequest, FaultyCursor, ScopeMissing])

    assert list(found) == [400, 403, 422]
    assert "/problems/malformed-request" in found[400]["description"]
    assert "/problems/faulty-cursor" in found[400]["description"]
    assert set(found[403]["content"]) == {"application/problem+json"}
