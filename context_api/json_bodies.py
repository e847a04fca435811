"""Bodies of requests: JSON, or an answer that says what to send and where it breaks."""

from email.message import Message
from json import JSONDecodeError

from starlette.requests import Request

from context_api.errors import MalformedRequest, UnsupportedContentType

SEND = "send JSON in UTF-8 with the header `Content-Type: application/json`"
LONGEST_TYPE = 100  # of a content type, as it is told back


async def require_json(request: Request) -> None:
    """Return once the body was read as JSON: the request keeps it. No body is left to others.

    Raises:
        UnsupportedContentType: It is said to be something else, or not said what it is.
        MalformedRequest: It is no JSON.
    """
    body = await request.body()
    if not body:
        return
    stated = request.headers.get("content-type")
    if stated is None or not _is_json(stated):
        said = "does not say of what kind its body is" if stated is None else "has a body of another kind"
        told = {} if stated is None else {"content_type": stated[:LONGEST_TYPE]}
        raise UnsupportedContentType(f"the request {said}; {SEND}", **told)
    try:
        await request.json()
    except JSONDecodeError as error:
        raise MalformedRequest(
            f"the body is no JSON: {error.msg[0].lower()}{error.msg[1:]}, in line {error.lineno}, column"
            f" {error.colno}; {SEND}",
            line=error.lineno,
            column=error.colno,
        ) from None
    except UnicodeDecodeError as error:
        raise MalformedRequest(
            f"the body is no text: byte {error.start} is not {error.encoding}; {SEND}", byte=error.start
        ) from None
    except RecursionError:
        raise MalformedRequest("the body is nested deeper than any JSON that is read here") from None
    except ValueError as error:  # an integer of thousands of digits
        raise MalformedRequest(f"the body holds what no number here is: {error}") from None


def _is_json(stated: str) -> bool:
    message = Message()
    message["content-type"] = stated
    kind = message.get_content_type()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))
