"""The floor returns the bytes of the row, and nothing else."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient

from benchmarks.api_floor import TABLE, VARIABLE, create_floor


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_floor_serves_stored_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite3.connect(tmp_path / "store.db") as connection:
        connection.execute(f"create table {TABLE} (golden_id text primary key, body blob)")
        connection.execute(f"insert into {TABLE} values ('g-1', cast('{{}}' as blob))")
    connection.close()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "store.db"))

    async def ask() -> bytes:
        async with AsyncClient(
            transport=ASGITransport(app=create_floor()), base_url="http://floor"
        ) as client:
            return (await client.get("/v1/customers/g-1")).content

    assert asyncio.run(ask()) == b"{}"
