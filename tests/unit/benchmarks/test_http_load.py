"""The load asks what it is told, counts what comes, and measures from when a request was due."""

import asyncio
import threading
from collections.abc import Iterator
from itertools import cycle

import pytest

from benchmarks.http_load import LoadResult, load


@pytest.fixture
def address() -> Iterator[str]:
    """A server that answers 404 to /missing and four bytes to everything else."""
    loop = asyncio.new_event_loop()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readline():
            while (await reader.readline()).strip():
                pass
            status = b"404 Not Found" if b"/missing" in head else b"200 OK"
            writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 4\r\n\r\nfour")
        writer.close()

    server = loop.run_until_complete(asyncio.start_server(answer, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.run_until_complete(asyncio.sleep(0.01))
    loop.close()


def test_every_answer_is_counted_by_status(address: str) -> None:
    found = load(address, lambda: cycle(["/", "/missing"]), seconds=0.2, connections=2)

    assert found.statuses.keys() == {200, 404}
    assert sum(found.statuses.values()) == len(found.latencies)
    assert found.body_bytes == 4 * len(found.latencies)


def test_a_set_rate_is_not_exceeded(address: str) -> None:
    found = load(address, lambda: cycle(["/"]), seconds=0.3, rate=50.0, connections=4)

    assert 0 < len(found.latencies) <= 16


def test_percentiles_are_of_the_answers_in_milliseconds() -> None:
    found = LoadResult(seconds=2.0, latencies=[number / 1_000 for number in range(1, 101)])

    assert found.rate == 50.0
    assert found.percentile_ms(0.5) == 51.0
    assert found.percentile_ms(0.95) == 96.0
