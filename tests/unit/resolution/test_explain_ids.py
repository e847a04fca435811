import duckdb
import pytest

from resolution.explain_ids import UnknownRecord, find_record


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    opened = duckdb.connect()
    opened.execute("create table party_records (record_id varchar, source varchar, source_id varchar)")
    for source, source_id in (("crm", "17"), ("erp", "17"), ("crm", "C-001"), ("a:b", "x:y")):
        row = [f"{source}:party:{source_id}", source, source_id]
        opened.execute("insert into party_records values (?, ?, ?)", row)
    return opened


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param("crm:party:17", "crm:party:17", id="full"),
        pytest.param("crm:17", "crm:party:17", id="short"),
        pytest.param("C-001", "crm:party:C-001", id="bare-where-one-source-has-it"),
        pytest.param("a:b:x:y", "a:b:party:x:y", id="colons-in-both-parts"),
    ],
)
def test_a_record_is_found_by_each_form_of_its_id(
    connection: duckdb.DuckDBPyConnection, asked: str, found: str
) -> None:
    assert find_record(connection, asked) == found


def test_an_unknown_id_is_answered_with_near_ones(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UnknownRecord, match=r"no record crm:C-01; did you mean crm:C-001"):
        find_record(connection, "crm:C-01")


def test_an_id_like_no_other_is_answered_with_the_form_of_ids(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UnknownRecord, match="an id is source:source_id"):
        find_record(connection, "?????????????????")


def test_an_id_of_several_sources_is_not_guessed(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UnknownRecord, match="17 may be crm:party:17 or erp:party:17; say which"):
        find_record(connection, "17")
