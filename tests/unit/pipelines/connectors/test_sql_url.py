import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipelines.connectors.sql_url import open_engine, secrets_of


def test_a_sqlite_path_is_meant_from_the_folder_and_cannot_be_written(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "a.db").close()
    engine = open_engine("sqlite:///a.db", tmp_path)

    with engine.connect() as connection, pytest.raises(sa.exc.OperationalError, match="readonly"):
        connection.execute(sa.text("create table t (id)"))


def test_the_password_is_what_may_not_be_shown() -> None:
    assert secrets_of("postgresql://u:hunter2@h/db") == ("hunter2",)
    assert secrets_of("sqlite:///a.db") == ()
