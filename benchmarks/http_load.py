"""A small HTTP load: keep-alive connections that ask, wait and ask again; or ask at a set rate.

It speaks just enough HTTP/1.1 for servers that state a content length, so that one core of Python asks faster
than one core of Python answers. Latency at a set rate is counted from when a request was due, not from when
it was sent: a server that falls behind cannot hide it (coordinated omission). The clock starts when all
connections are open: they are kept alive, and a short load is not to be one of handshakes.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CONNECTIONS = 64


@dataclass(slots=True)
class LoadResult:
    """What a load came to: answers by status, and the seconds that each took."""

    seconds: float = 0.0
    statuses: dict[int, int] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    body_bytes: int = 0

    @property
    def rate(self) -> float:
        """Return answers a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile_ms(self, share: float) -> float:
        """Return the time within which a share of the answers came."""
        ordered = sorted(self.latencies)
        return 1_000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0


def load(
    address: str,
    paths: Callable[[], Iterator[str]],
    *,
    seconds: float,
    headers: Mapping[str, str] | None = None,
    rate: float | None = None,
    connections: int = CONNECTIONS,
) -> LoadResult:
    """Ask a server for paths for some seconds, over all connections together at `rate` a second if given."""
    return asyncio.run(_load(address, paths(), seconds, headers or {}, rate, connections))


async def _load(
    address: str,
    paths: Iterator[str],
    seconds: float,
    headers: Mapping[str, str],
    rate: float | None,
    connections: int,
) -> LoadResult:
    found = LoadResult()
    split = urlsplit(address)
    stated = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    tail = f" HTTP/1.1\r\nHost: {split.netloc}\r\n{stated}\r\n".encode()
    host, port = split.hostname or "", split.port or 80
    opened = await asyncio.gather(*(asyncio.open_connection(host, port) for _ in range(connections)))
    started = time.perf_counter()
    due = _due(started, rate)
    async with asyncio.TaskGroup() as group:
        for connection in opened:
            group.create_task(_ask(connection, paths, tail, started + seconds, due, found))
    found.seconds = time.perf_counter() - started
    return found


def _due(started: float, rate: float | None) -> Iterator[float]:
    """Yield when the next request is due; at once where no rate is set."""
    number = 0
    while True:
        yield 0.0 if rate is None else started + number / rate
        number += 1


async def _ask(
    connection: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    paths: Iterator[str],
    tail: bytes,
    until: float,
    due: Iterator[float],
    found: LoadResult,
) -> None:
    reader, writer = connection
    clock = time.perf_counter
    try:
        while clock() < until:
            planned = next(due)
            if planned >= until:
                return
            if planned > clock():
                await asyncio.sleep(planned - clock())
            asked = planned or clock()
            writer.write(b"GET " + next(paths).encode() + tail)
            head = await reader.readuntil(b"\r\n\r\n")
            length = _length(head)
            if length:
                await reader.readexactly(length)
            status = int(head[9:12])
            found.statuses[status] = found.statuses.get(status, 0) + 1
            found.latencies.append(clock() - asked)
            found.body_bytes += length
    finally:
        writer.close()


def _length(head: bytes) -> int:
    start = head.lower().find(b"content-length:")
    if start < 0:
        return 0
    return int(head[start + 15 : head.index(b"\r\n", start)])
