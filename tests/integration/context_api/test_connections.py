"""Connections: what comes before a body has its limits, for callers without a key too."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import uvicorn

from context_api import connections
from context_api.connections import MOST_HEAD_BYTES, Connection

BEGIN = b"GET /x HTTP/1.1\r\nHost: api\r\n"


async def answer(scope: Any, receive: Any, send: Any) -> None:
    """Answer every request with how long its query is."""
    assert (await receive())["type"] == "http.request"
    body = str(len(scope["query_string"])).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def address() -> Iterator[tuple[str, int]]:
    config = uvicorn.Config(
        answer, http=Connection, port=0, log_level="critical", lifespan="off", timeout_keep_alive=60
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="connections")
    thread.start()
    while not server.started:
        assert thread.is_alive()
        thread.join(0.01)
    yield server.servers[0].sockets[0].getsockname()
    server.should_exit = True
    thread.join()


def ask(connection: socket.socket, *parts: bytes) -> bytes:
    """Return what comes back for a request that is sent part by part, as far as it is let."""
    with contextlib.suppress(ConnectionError):
        for part in parts:
            connection.sendall(part)
    with contextlib.suppress(ConnectionError):
        return connection.recv(65_536)
    return b""


@pytest.mark.parametrize(
    ("begin", "more"),
    [
        pytest.param(b"GET /x?q=", b"a" * 4_096, id="an-address"),
        pytest.param(BEGIN + b"X: ", b"a" * 4_096, id="one-header"),
        pytest.param(BEGIN, b"X: a\r\n" * 1_000, id="many-headers"),
    ],
)
def test_a_head_without_end_is_refused_and_its_connection_closed(
    begin: bytes, more: bytes, address: tuple[str, int]
) -> None:
    parts = [more] * (4 * MOST_HEAD_BYTES // len(more))
    with socket.create_connection(address, timeout=60) as connection:
        said = ask(connection, begin, *parts)

    head, _, body = said.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 431 ") or said == b""  # reset while it still sent
    assert not body or orjson.loads(body)["status"] == 431


def test_a_head_that_is_too_large_is_told_the_limit(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=60) as connection:
        said = ask(connection, BEGIN + b"X: " + b"a" * MOST_HEAD_BYTES)
        closed = connection.recv(1)

    assert str(MOST_HEAD_BYTES) in orjson.loads(said.partition(b"\r\n\r\n")[2])["detail"]
    assert closed == b""


@pytest.mark.parametrize("sent", [b"", b"GET /x?q=1", BEGIN], ids=["nothing", "half-a-line", "half-a-head"])
def test_a_head_that_does_not_come_is_not_waited_for(
    sent: bytes, address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.05)
    with socket.create_connection(address, timeout=60) as connection:
        assert ask(connection, sent) == b""


def test_requests_within_the_limits_share_a_connection_and_none_ends_it(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    large = BEGIN + b"X: " + b"a" * (MOST_HEAD_BYTES - 1_000) + b"\r\n\r\n"
    with socket.create_connection(address, timeout=60) as connection:
        said = [ask(connection, large[:40_000], large[40_000:])]
        threading.Event().wait(0.7)  # idle between two requests for longer than a head may take
        said += [ask(connection, BEGIN + b"Content-Length: 200000\r\n\r\n", b"b" * 200_000) for _ in range(3)]

    assert [one[:15] for one in said] == [b"HTTP/1.1 200 OK"] * 4
