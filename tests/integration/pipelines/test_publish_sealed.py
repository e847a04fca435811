"""What a published store holds in the clear: nothing that would outlive the key of a person's record."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from finished_run import FinishedRun
from sqlalchemy import Connection, String, inspect, text

from context_api.store.engine import reading
from pipelines.assets.home import HomeFolder

Query = Callable[[Path, str], list[tuple[object, ...]]]
PERSONS_ADDRESSES = "select distinct lower(value) from resolution.claims where attribute = 'email'"
ADDRESS = re.compile(r"[\w.+'-]+@[\w.-]+\w")
PASSING = {"outbox.text"}  # texts from outside on their way to the vectors: emptied when they arrive


def clear_columns(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield each column of text with what it holds that may have an address; what is sealed is bytes."""
    for table in inspect(connection).get_table_names():
        for column in inspect(connection).get_columns(table):
            name = column["name"]
            if isinstance(column["type"], String) and f"{table}.{name}" not in PASSING:
                said = text(f'select "{name}" from "{table}" where "{name}" like \'%@%\'')
                yield f"{table}.{name}", "\n".join(row[0] for row in connection.execute(said))


def test_no_address_stands_in_a_column_that_is_not_sealed(finished: FinishedRun, query: Query) -> None:
    addresses = {str(value) for (value,) in query(finished.home, PERSONS_ADDRESSES)}

    with HomeFolder(path=str(finished.home)).store() as (engine, _), reading(engine) as connection:
        met = {name: {*ADDRESS.findall(said.lower())} for name, said in clear_columns(connection)}

    assert len(addresses) > 50
    assert {name: len(found & addresses) for name, found in met.items() if found & addresses} == {}
