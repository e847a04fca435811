"""The floor that the API is measured against: a bare FastAPI route that returns stored bytes by primary key.

It serves from the same SQLite file, from a table of plain JSON that the benchmark copies out of the views;
`CONCORD_FLOOR` names the file. Nobody is asked who they are, nothing is sealed and nothing leaves a trail.
"""

import os
import sqlite3

from fastapi import FastAPI, Response

VARIABLE = "CONCORD_FLOOR"
TABLE = "benchmark_floor"


def create_floor() -> FastAPI:
    """Return the bare application."""
    app = FastAPI(openapi_url=None)
    connection = sqlite3.connect(f"file:{os.environ[VARIABLE]}?mode=ro", uri=True, check_same_thread=False)
    asked = f"select body from {TABLE} where golden_id = ?"

    @app.get("/v1/customers/{golden_id}")
    async def get_customer(golden_id: str) -> Response:
        row = connection.execute(asked, (golden_id,)).fetchone()
        return Response(row[0] if row else b"", media_type="application/json")

    return app
