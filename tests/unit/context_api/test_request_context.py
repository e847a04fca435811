import pytest

from context_api.errors import MalformedRequest
from context_api.request_context import context_of


def test_ids_that_a_request_does_not_state_are_made() -> None:
    one, other = context_of([]), context_of([])

    assert one.request_id != other.request_id
    assert one.correlation_id == one.request_id
    assert (one.purpose, one.on_behalf_of) == (None, None)


def test_what_a_request_states_is_kept() -> None:
    context = context_of(
        [
            (b"x-request-id", b"r-1"),
            (b"x-correlation-id", b"c:1"),
            (b"concord-purpose", b"support"),
            (b"concord-on-behalf-of", "Zoë Müller <z@example.com>".encode()),
        ]
    )

    assert (context.request_id, context.correlation_id, context.purpose) == ("r-1", "c:1", "support")
    assert context.on_behalf_of == "Zoë Müller <z@example.com>"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param(b"x-request-id", b"", id="empty-id"),
        pytest.param(b"x-request-id", b"a" * 129, id="long-id"),
        pytest.param(b"x-correlation-id", b"a b", id="space-in-id"),
        pytest.param(b"x-correlation-id", b'"}\n{', id="line-break-in-id"),
        pytest.param(b"concord-purpose", b"Support me", id="purpose-is-no-slug"),
        pytest.param(b"concord-purpose", b"s" * 65, id="long-purpose"),
        pytest.param(b"concord-on-behalf-of", b"a" * 201, id="long-principal"),
        pytest.param(b"concord-on-behalf-of", b"a\x00b", id="control-in-principal"),
        pytest.param(b"concord-on-behalf-of", b"\xff", id="principal-is-no-utf-8"),
    ],
)
def test_a_header_that_is_not_of_its_form_is_refused_by_name(name: bytes, value: bytes) -> None:
    with pytest.raises(MalformedRequest, match=name.decode()):
        context_of([(name, value)])
