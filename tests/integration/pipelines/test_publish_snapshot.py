"""The match snapshot of a version."""

from datetime import UTC, datetime
from typing import Any

import duckdb
from sqlalchemy import Engine

from context_api.store.sealing import Sealer

A, B, C = "crm:contact:1", "erp:customer:2", "itsm:requester:3"
ORG = "crm:company:9"
LATER = datetime(2026, 3, 1, tzinfo=UTC)


def test_the_match_snapshot_holds_what_one_record_is_matched_with(
    sqlite_engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    warehouse.tell()
    warehouse.connection.execute(
        "create table resolution.match_person as"
        " select 'x' as record_id, 1::ubigint as bk_email, 'n' as full_name"
    )

    summary = warehouse.publish(sqlite_engine, sealer)

    with duckdb.connect(str(summary.snapshot), read_only=True) as snapshot:
        assert snapshot.execute("from blocking_keys").fetchall() == [("person", "email", 1, "x")]
        assert snapshot.execute("select full_name from match_person").fetchall() == [("n",)]
        assert snapshot.execute("select model_json::json ->> 'format' from model").fetchone() is not None
