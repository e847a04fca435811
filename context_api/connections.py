"""Connections of the API: uvicorn's, with a limit on the size and the time of what comes before a body.

A request line or header that goes on and on costs its sender nothing, needs no key, and would hold memory,
the event loop and a connection for as long as it likes. Beyond the size a request is answered 431, beyond the
time its connection is closed.
"""

import asyncio

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD_BYTES = 65_536  # request line and headers
HEAD_SECONDS = 10.0  # for all of them, from the first byte on; of a new connection, from its begin on
REFUSED = orjson.dumps(
    {
        "type": "/problems/request-header-fields-too-large",
        "title": "Request Header Fields Too Large",
        "status": 431,
        "detail": f"Address and headers may have {MOST_HEAD_BYTES} bytes together; send less in them.",
    }
)


class Connection(HttpToolsProtocol):
    """One connection; `_is_in_head` while the head of a request is awaited or read."""

    _is_in_head = False
    _head_bytes = 0
    _closing: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._is_in_head = True
        self._limit_time()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._end_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, within the limits while it is a head."""
        super().data_received(data)
        if not self._is_in_head or self.transport.is_closing():
            return
        self._head_bytes += len(data)
        if self._head_bytes > MOST_HEAD_BYTES:
            self._refuse()
        elif self._closing is None:
            self._limit_time()

    def on_message_begin(self) -> None:
        """Begin a head."""
        self._is_in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """End a head."""
        self._end_head()
        super().on_headers_complete()

    def _limit_time(self) -> None:
        self._closing = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _end_head(self) -> None:
        self._is_in_head, self._head_bytes = False, 0
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None

    def _refuse(self) -> None:
        self.transport.write(
            b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/problem+json\r\n"
            b"content-length: %d\r\nconnection: close\r\n\r\n%b" % (len(REFUSED), REFUSED)
        )
        self.transport.close()
