from pathlib import Path

import pytest

from resolution.files.dialects import sniff_dialect


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    rows = [["id", "name", "note"], ["1", "Ann", "a.b:c"], ["2", "Bob", "d"]]
    path = written(tmp_path, "\n".join(delimiter.join(row) for row in rows))

    dialect = sniff_dialect(path)

    assert (dialect.delimiter, dialect.header, dialect.first_line) == (delimiter, ("id", "name", "note"), 2)


def test_commas_in_cells_do_not_mislead(tmp_path: Path) -> None:
    path = written(
        tmp_path, 'id;name;address\n1;"Lee, Ann";"Main St, Reno, NV"\n2;"Ray, Bob";"Elm, Reno, NV"\n'
    )

    assert sniff_dialect(path).delimiter == ";"


def test_excel_may_tell_the_delimiter(tmp_path: Path) -> None:
    dialect = sniff_dialect(written(tmp_path, "sep=|\nid|name\n1|a\n"))

    assert (dialect.delimiter, dialect.header, dialect.first_line) == ("|", ("id", "name"), 3)


def test_one_column_is_a_table_too(tmp_path: Path) -> None:
    assert sniff_dialect(written(tmp_path, "email\na@x.com\nb@x.com\n")).header == ("email",)


def test_a_header_may_span_lines_and_follow_blank_ones(tmp_path: Path) -> None:
    dialect = sniff_dialect(written(tmp_path, '\n\nid,"full\nname"\n1,Ann\n'))

    assert (dialect.header, dialect.first_line) == (("id", "full name"), 5)


@pytest.mark.parametrize("before", ["", "\ufeff", "\n\n", "sep=,\n"], ids=["none", "mark", "blank", "told"])
def test_a_file_without_a_header_begins_with_its_first_row(tmp_path: Path, before: str) -> None:
    dialect = sniff_dialect(written(tmp_path, before + "1,Ann Lee,ann@lee.example\n2,Bo Ek,bo@ek.example\n"))

    assert dialect.header == ("column_1", "column_2", "column_3")
    assert dialect.first_line == 1 + before.count("\n")


def test_a_header_whose_quote_never_closes_is_one_line(tmp_path: Path) -> None:
    dialect = sniff_dialect(written(tmp_path, 'id,"name\n1,Ann\n2,Bob\n'))

    assert (dialect.header, dialect.first_line) == (("id", '"name'), 2)


def test_backslash_escapes_are_seen(tmp_path: Path) -> None:
    dialect = sniff_dialect(written(tmp_path, 'id,name\n1,"a \\"b\\" c"\n'))

    assert dialect.escape == "\\"
    assert dialect.parse('1,"a \\"b\\" c"') == ["1", 'a "b" c']


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    assert sniff_dialect(written(tmp_path, "\ufeffid,name\n1,a\n")).header == ("id", "name")


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        pytest.param(["1,Lee,x,", "2,Ray,,"], ("id", "surname", "", ""), id="values-without-a-name"),
        pytest.param(["1,Lee,,", "2,Ray,,"], ("id", "surname"), id="delimiters-at-the-end"),
        pytest.param(["1,Lee", "2,Ray", "3,Fox,x,"], ("id", "surname"), id="mostly-no-delimiters"),
    ],
)
def test_columns_without_a_name_are_columns_if_more_rows_fit_then(
    tmp_path: Path, rows: list[str], header: tuple[str, ...]
) -> None:
    path = tmp_path / "people.csv"
    path.write_text("\n".join(["id,surname,,", *rows]) + "\n", encoding="utf-8")

    assert sniff_dialect(path).header == header
