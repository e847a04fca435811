import datetime
from collections.abc import Callable

import duckdb
import pytest

from resolution.standardise.dates import find_day_first, find_suspect_dates, standardise_dates

FormsOf = Callable[..., list[dict[str, object]]]
TODAY = datetime.date(2026, 6, 1)


def read(forms_of: FormsOf, raw: str, *, day_first: bool | None = None) -> tuple[object, object]:
    [form] = forms_of(standardise_dates, [raw], day_first=day_first, suspects=[], today=TODAY)
    return form.get("date"), form.get("other")


@pytest.mark.parametrize(
    ("raw", "date"),
    [
        pytest.param("1970-03-01", "1970-03-01", id="iso"),
        pytest.param("1970-03-01T00:00:00", "1970-03-01", id="iso-with-time"),
        pytest.param("19700301", "1970-03-01", id="digits"),
        pytest.param("1970/3/1", "1970-03-01", id="year-first"),
        pytest.param("24-May-11", "2011-05-24", id="month-name-short-year"),
        pytest.param("Mar 1 1970", "1970-03-01", id="american-month-name"),
        pytest.param("March 1st, 1970", "1970-03-01", id="ordinal"),
        pytest.param("1. März 1970", "1970-03-01", id="german"),
        pytest.param("1 de marzo de 1970", "1970-03-01", id="spanish"),
        pytest.param("1er février 1970", "1970-02-01", id="french"),
        pytest.param("9/14/97", "1997-09-14", id="two-digit-year"),
        pytest.param("14.09.1997", "1997-09-14", id="dotted"),
        pytest.param("1/7/30", "1930-01-07", id="no-birth-in-the-future"),
        pytest.param("1673-01-01", "1673-01-01", id="historic"),
        pytest.param("1853", "1853", id="year"),
        pytest.param("1853-05", "1853-05", id="year-and-month"),
        pytest.param("05/1853", "1853-05", id="month-and-year"),
        pytest.param("1849-81-01", "1849", id="impossible-month-keeps-the-year"),
        pytest.param("1900-01-01", None, id="placeholder"),
        pytest.param("0000-00-00", None, id="zeros"),
        pytest.param("9999-12-31", None, id="end-of-time"),
        pytest.param("2031-01-01", None, id="future"),
        pytest.param("soon", None, id="no-date"),
    ],
)
def test_a_date_is_read(raw: str, date: str | None, forms_of: FormsOf) -> None:
    assert read(forms_of, raw)[0] == date


def test_the_order_of_the_column_decides(forms_of: FormsOf) -> None:
    assert read(forms_of, "03/04/1970", day_first=True) == ("1970-04-03", None)
    assert read(forms_of, "03/04/1970", day_first=False) == ("1970-03-04", None)


def test_without_an_order_both_readings_are_kept(forms_of: FormsOf) -> None:
    assert read(forms_of, "03/04/1970") == ("1970-03-04", "1970-04-03")


@pytest.mark.parametrize(
    ("dates", "day_first"),
    [
        pytest.param(["13/02/1970", "01/02/1970"], True, id="a-day-stands-first"),
        pytest.param(["02/13/1970", "01/02/1970"], False, id="a-day-stands-second"),
        pytest.param(["01/02/1970"], None, id="open"),
        pytest.param(["13/02/1970", "02/13/1970"], None, id="mixed"),
    ],
)
def test_the_order_is_found_from_the_values(
    dates: list[str], day_first: bool | None, connection: duckdb.DuckDBPyConnection
) -> None:
    connection.execute("create table v as select unnest(?::varchar[]) as raw, 1 as uses", [dates])

    assert find_day_first(connection, "v") is day_first


def test_a_default_of_a_system_is_suspect_only_where_it_is_frequent(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("create table few as values ('1970-01-01', 1), ('1981-02-03', 999)")
    connection.execute("create table many as values ('1970-01-01', 100), ('1981-02-03', 900)")
    for table in ("few", "many"):
        connection.execute(f"alter table {table} rename col0 to raw; alter table {table} rename col1 to uses")

    assert (find_suspect_dates(connection, "few"), find_suspect_dates(connection, "many")) == (
        [],
        ["1970-01-01"],
    )
