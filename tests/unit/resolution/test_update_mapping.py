from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from resolution.domain.attributes import Attribute, ColumnMapping, Mapping, PartyType, SourceMapping
from resolution.domain.errors import MappingError
from resolution.files.mapping_file import write_mapping
from resolution.files.reading import read_files
from resolution.update_mapping import absent_columns, map_update

PEOPLE = ("id", "name", "mail")


def source(name: str, columns: tuple[str, ...]) -> SourceMapping:
    meanings = (Attribute.SOURCE_ID, Attribute.FULL_NAME, Attribute.EMAIL)
    mapped = tuple(ColumnMapping(c, a) for c, a in zip(columns, meanings, strict=False))
    return SourceMapping(f"{name}.csv", name, mapped, party_type=PartyType.PERSON, duplicate_free=True)


def mapped(folder: Path, known: list[SourceMapping], *files: tuple[str, tuple[str, ...]]) -> list[str]:
    """Return the sources that files are mapped to, with `+` where the run's mapping grows."""
    write_mapping(Mapping(tuple(known)), folder / "mapping.yml")
    paths = []
    for name, columns in files:
        paths.append(folder / name)
        row = ("1", "Ann Lee", "ann@lee.example")[: len(columns)]
        paths[-1].write_text(f"{','.join(columns)}\n{','.join(row)}\n", encoding="utf-8")
    with duckdb.connect() as connection:
        tables = read_files(connection, paths)
        mapping, widened = map_update(connection, tables, run_mapping=folder / "mapping.yml")
    before = {entry.source for entry in known}
    grown = {entry.source for entry in widened.sources} - before if widened else set()
    return [f"{entry.source}{'+' if entry.source in grown else ''}" for entry in mapping.sources]


def test_a_file_belongs_to_the_source_of_its_name(tmp_path: Path) -> None:
    known = [source("crm", PEOPLE), source("erp", PEOPLE)]

    assert mapped(tmp_path, known, ("erp.csv", PEOPLE)) == ["erp"]


def test_a_file_of_another_name_belongs_to_the_source_whose_columns_it_has(tmp_path: Path) -> None:
    known = [source("crm", PEOPLE), source("erp", ("no", "who", "email"))]

    assert mapped(tmp_path, known, ("delta.csv", ("No", "Who", "Email"))) == ["erp"]


def test_the_beginning_of_a_name_tells_sources_of_equal_columns_apart(tmp_path: Path) -> None:
    known = [source("crm", PEOPLE), source("erp", PEOPLE)]

    assert mapped(tmp_path, known, ("erp_2026.csv", PEOPLE), ("crm_2026.csv", PEOPLE)) == ["erp", "crm"]


def test_a_file_that_may_be_of_several_sources_is_refused(tmp_path: Path) -> None:
    known = [source("crm", PEOPLE), source("erp", PEOPLE)]

    with pytest.raises(MappingError, match=r"delta\.csv may be of any of the sources crm, erp"):
        mapped(tmp_path, known, ("delta.csv", PEOPLE))


def test_a_file_named_for_a_source_must_have_its_columns(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="has no column 'mail'"):
        mapped(tmp_path, [source("crm", PEOPLE)], ("crm_2026.csv", ("id", "name")))


def test_a_file_of_no_known_source_brings_a_new_one(tmp_path: Path) -> None:
    found = mapped(tmp_path, [source("crm", PEOPLE)], ("shop.csv", ("customer_no", "full_name", "email")))

    assert found == ["shop+"]


def test_what_the_run_was_told_stays_in_the_widened_mapping(tmp_path: Path) -> None:
    known = source("crm", PEOPLE)
    write_mapping(Mapping((known,)), tmp_path / "mapping.yml")
    (tmp_path / "shop.csv").write_text("customer_no,full_name\n1,Ann Lee\n", encoding="utf-8")

    with duckdb.connect() as connection:
        tables = read_files(connection, [tmp_path / "shop.csv"])
        _, widened = map_update(connection, tables, run_mapping=tmp_path / "mapping.yml")

    assert widened is not None
    kept = widened.sources[0]
    assert (kept.file, kept.source, kept.party_type, kept.duplicate_free) == (
        "crm.csv",
        "crm",
        "person",
        True,
    )
    assert [c.column for c in kept.columns] == list(PEOPLE)


def of_objects(folder: Path, name: str, text: str) -> tuple[list[str], list[tuple[str, ...]]]:
    """Return the columns that a file of objects is mapped by, and those that it lacks."""
    known = replace(source("desk", PEOPLE), file="desk.jsonl")
    write_mapping(Mapping((known,)), folder / "mapping.yml")
    (folder / name).write_text(text, encoding="utf-8")
    with duckdb.connect() as connection:
        tables = read_files(connection, [folder / name])
        mapping, widened = map_update(connection, tables, run_mapping=folder / "mapping.yml")
    assert (mapping.sources[0].source, widened) == ("desk", None)
    absent = absent_columns(mapping, tables, run_mapping=folder / "mapping.yml")
    return [column.column for column in mapping.sources[0].columns], absent


@pytest.mark.parametrize("name", ["desk.jsonl", "monday.jsonl", "desk_monday.ndjson"])
def test_objects_may_leave_out_what_they_have_no_value_for(tmp_path: Path, name: str) -> None:
    columns, absent = of_objects(tmp_path, name, '{"id": "1", "name": "Ann Lee"}\n')

    assert columns == ["id", "name"]
    assert absent == [("mail",)]


def test_objects_of_a_source_must_have_its_key(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="has no column 'id'"):
        of_objects(tmp_path, "desk.jsonl", '{"name": "Ann Lee"}\n')
