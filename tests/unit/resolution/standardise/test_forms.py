import datetime

import duckdb
import pytest

from resolution.domain.attributes import Attribute
from resolution.standardise.forms import DateReading, StatedSource, build_forms, collect_values, drop_forms
from resolution.standardise.slots import Slot

TODAY = datetime.date(2026, 1, 1)


def stated(connection: duckdb.DuckDBPyConnection, attribute: Attribute, *values: str | None) -> StatedSource:
    connection.execute(
        "create or replace temp table stated_0 as select null::varchar as declared_type, unnest("
        + "["
        + ", ".join("null" if value is None else f"'{value}'" for value in values)
        + "]::varchar[]) as slot"
    )
    return StatedSource("stated_0", "s", (Slot("slot", "slot", attribute, 1, 0, None, None),))


@pytest.mark.parametrize(
    ("attribute", "kind", "said", "usable"),
    [
        pytest.param(
            Attribute.CITY, "any", ["Berlin", "berlin", "Berlin", None], {"Berlin", "berlin"}, id="distinct"
        ),
        pytest.param(
            Attribute.CITY, "any", ["N/A", "unbekannt", "-", "xxx", "???", "Rom"], {"Rom"}, id="placeholders"
        ),
        pytest.param(Attribute.COUNTRY, "code", ["NA", "unknown"], {"NA"}, id="codes-are-not-placeholders"),
        pytest.param(Attribute.FULL_NAME, "name", ["Test User", "王杰"], {"王杰"}, id="names"),
    ],
)
def test_the_values_that_say_something(
    attribute: Attribute,
    kind: str,
    said: list[str | None],
    usable: set[str],
    connection: duckdb.DuckDBPyConnection,
) -> None:
    collect_values(
        connection, [stated(connection, attribute, *said)], (attribute,), values="found", kind=kind
    )

    assert {raw for (raw,) in connection.execute("select raw from found").fetchall()} == usable


def test_a_known_reading_of_dates_is_kept(connection: duckdb.DuckDBPyConnection) -> None:
    source = stated(connection, Attribute.BIRTH_DATE, "12/25/1970", "03/04/1970")
    known = DateReading("s", "slot", day_first=True, suspects=())

    assert build_forms(connection, [source], readings=[known], today=TODAY) == (known,)
    assert ("03/04/1970", "1970-04-03", None) in connection.execute("from form_date_0_slot").fetchall()


def test_dropping_forms_leaves_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    source = stated(connection, Attribute.CITY, "Berlin")
    build_forms(connection, [source], readings=[], today=TODAY)

    drop_forms(connection, [source])

    assert connection.execute("select table_name from duckdb_tables()").fetchall() == []
