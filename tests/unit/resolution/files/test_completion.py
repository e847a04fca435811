from pathlib import Path

import pytest

from resolution.domain.attributes import PartyType
from resolution.domain.errors import InputError, MappingError
from resolution.files.completion import map_files
from resolution.files.mapping_file import write_mapping
from resolution.files.reading import read_files


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    (tmp_path / "crm.csv").write_text("id,Nachname,plaats\n1,Lee,Reno\n2,Ray,Elko\n")
    (tmp_path / "erp.csv").write_text("id,surname,city\n1,Lee,Reno\n2,Ray,Elko\n")
    return [tmp_path / "crm.csv", tmp_path / "erp.csv"]


def mapped(connection, files: list[Path], text: str):  # type: ignore[no-untyped-def]
    path = files[0].with_name("mapping.yml")
    path.write_text(text)
    return map_files(connection, read_files(connection, files), mapping_file=path)


def test_a_written_mapping_is_given_back_unchanged(connection, files: list[Path]) -> None:  # type: ignore[no-untyped-def]
    tables = read_files(connection, files)
    mapping = map_files(connection, tables)
    path = files[0].with_name("mapping.yml")
    write_mapping(mapping, path)

    assert map_files(connection, tables, mapping_file=path) == mapping


def test_a_partial_mapping_is_completed(connection, files: list[Path]) -> None:  # type: ignore[no-untyped-def]
    mapping = mapped(connection, files[:1], "columns: {PLAATS: birth_place}\nduplicate_free: true\n")

    [source] = mapping.sources
    assert {c.column: str(c.attribute) for c in source.columns} == {
        "id": "source_id",
        "Nachname": "family_name",
        "plaats": "birth_place",
    }
    assert (source.duplicate_free, source.party_type) == (True, PartyType.PERSON)


def test_entries_go_to_the_files_of_their_names(connection, files: list[Path]) -> None:  # type: ignore[no-untyped-def]
    text = "sources:\n- {file: erp.csv, source: sap}\n- {file: other.csv, source: x}\n"

    assert [source.source for source in mapped(connection, files, text).sources] == ["crm", "sap"]


def test_the_only_entry_goes_to_any_file(connection, files: list[Path]) -> None:  # type: ignore[no-untyped-def]
    mapping = mapped(connection, files[1:], "sources: [{file: old.csv, source: sap, party_type: auto}]\n")

    assert (mapping.sources[0].source, mapping.sources[0].party_type) == ("sap", None)


def test_one_entry_for_two_files_does_not_make_them_one_source(connection, files: list[Path]) -> None:  # type: ignore[no-untyped-def]
    mapping = mapped(connection, files, "sources: [{source: sap, columns: {id: source_id}}]\n")

    assert [source.source for source in mapping.sources] == ["crm", "erp"]


def test_missing_columns_are_all_named_with_advice(connection, files: list[Path]) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(MappingError) as error:
        mapped(connection, files[:1], "columns: {nachnam: family_name, zip: postcode}\n")

    assert "has no column 'nachnam'; did you mean 'Nachname'?" in str(error.value)
    assert "has no column 'zip'; it has id, Nachname, plaats" in str(error.value)


def test_a_mapping_for_other_files_is_refused(connection, files: list[Path]) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(MappingError, match=r"its entries are for x.csv, y.csv; the files given are crm.csv"):
        mapped(connection, files, "sources: [{file: x.csv}, {file: y.csv}]\n")


def namesakes(folder: Path, text: str) -> list[Path]:
    paths = [folder / part / "crm.csv" for part in ("north", "south")]
    for path in paths:
        path.parent.mkdir()
        path.write_text(text)
    return paths


def test_files_of_one_name_are_not_taken_for_one_source_unsaid(connection, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    tables = read_files(connection, namesakes(tmp_path, "id,surname\n1,Lee\n2,Ray\n"))

    with pytest.raises(InputError, match=r"north/crm\.csv and .*south/crm\.csv have one name"):
        map_files(connection, tables)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,surname\n1,Lee\n2,Ray\n", "sources: [{file: crm.csv, source: crm, columns: {id: source_id}}]"),
        ("source,id,surname\nsap,1,Lee\nsage,2,Ray\n", None),
    ],
)
def test_files_of_one_name_are_read_where_their_source_is_said(  # type: ignore[no-untyped-def]
    connection, tmp_path: Path, text: str, said: str | None
) -> None:
    tables = read_files(connection, namesakes(tmp_path, text))
    path = tmp_path / "mapping.yml"
    path.write_text(said or "")

    mapping = map_files(connection, tables, mapping_file=path if said else None)

    assert len({source.source for source in mapping.sources}) == 1
