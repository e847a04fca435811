import pytest

from resolution.files.header_rows import is_data


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([["Ann Lee", "ann@lee.example"], ["Bo Ek", "bo@ek.example"]], id="e-mail"),
        pytest.param([["Ann Lee", "1980-02-03"], ["Bo Ek", "1971-12-30"]], id="date"),
        pytest.param([["Ann Lee", "+49 30 1234567"], ["Bo Ek", ""], ["Al", "040 7654321"]], id="phone"),
        pytest.param([["1", "Lee", "Ann"], ["2", "Ek", "Bo"]], id="number"),
        pytest.param([["name", "ann@lee.example"]], id="an-e-mail-is-never-a-header"),
    ],
)
def test_a_first_row_that_looks_like_its_columns_is_data(rows: list[list[str]]) -> None:
    assert is_data(rows[0], rows[1:])


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([["id", "mail"], ["1", "ann@lee.example"]], id="words"),
        pytest.param([["name", "2019", "2020"], ["Ann", "12", "13"]], id="years"),
        pytest.param([["0", "1", "2"], ["1", "Lee", "Ann"]], id="places"),
        pytest.param([["key", "since 2020-01-01"], ["1", "2020-02-03"]], id="a-date-in-words"),
        pytest.param([["customer", "phone 1", "phone 2"], ["Ann", "0301234567", ""]], id="numbered"),
        pytest.param([["foo", "bar"], ["Ann", "Lee"]], id="nothing-told"),
        pytest.param([["0", "1"], ["5", "6"]], id="numbers-alone"),
    ],
)
def test_a_first_row_that_names_its_columns_is_a_header(rows: list[list[str]]) -> None:
    assert not is_data(rows[0], rows[1:])
