from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolution.domain.attributes import (
    Attribute,
    ColumnMapping,
    IdentifierKind,
    Mapping,
    PartyType,
    SourceMapping,
)
from resolution.domain.errors import MappingError
from resolution.files.mapping_file import format_mapping, given_of, read_mapping, write_mapping

MAPPING = Mapping(
    (
        SourceMapping(
            "crm.csv",
            "crm",
            (
                ColumnMapping(
                    "id", Attribute.SOURCE_ID, confidence=0.99, reason="header says id, all values fit"
                ),
                ColumnMapping("Pass: no #1", Attribute.IDENTIFIER, 2, IdentifierKind.PASSPORT, "DE"),
                ColumnMapping("no", Attribute.IGNORE, reason="not understood"),
                ColumnMapping("x" * 200, Attribute.EMAIL),
            ),
            PartyType.PERSON,
            True,
        ),
        SourceMapping("ümlaut.jsonl", "erp", (), None, None),
    )
)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mapping.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_written_reads_back_the_same(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yml"
    write_mapping(MAPPING, path)

    assert read_mapping(path) == tuple(given_of(source) for source in MAPPING.sources)
    assert path.read_text(encoding="utf-8") == format_mapping(MAPPING)


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(str.strip)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(
    names=st.lists(NAMES, unique=True, max_size=6),
    reason=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)
def test_any_column_name_and_reason_reads_back(names: list[str], reason: str, tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    columns = tuple(ColumnMapping(name, Attribute.CITY, confidence=0.5, reason=reason) for name in names)
    mapping = Mapping((SourceMapping("a.csv", "a", columns),))
    path = tmp_path_factory.mktemp("mapping") / "mapping.yml"

    write_mapping(mapping, path)

    assert read_mapping(path) == (given_of(mapping.sources[0]),)


def test_a_person_may_write_little(tmp_path: Path) -> None:
    [given] = read_mapping(written(tmp_path, "columns:\n  Nachname: family_name\n  no: ignore\n"))

    assert [(column.column, column.attribute) for column in given.columns] == [
        ("Nachname", Attribute.FAMILY_NAME),
        ("no", Attribute.IGNORE),
    ]
    assert (given.file, given.source, given.party_type, given.duplicate_free) == (None, None, None, None)


def test_every_fault_is_reported_at_once(tmp_path: Path) -> None:
    text = """
sources:
- file: a.csv
  party_type: dog
  duplicate_free: maybe
  colour: red
  columns:
    a: nonsense
    b: {means: identifier, kind: badge, country: Germany, group: 0, confidence: 2}
    c: {means: email, kind: tax, size: 3}
    d: city
    d: state
"""

    with pytest.raises(MappingError) as error:
        read_mapping(written(tmp_path, text))

    for fault in (
        "party_type 'dog'",
        "duplicate_free 'maybe'",
        "'colour' is not known",
        "meaning 'nonsense'",
        "kind 'badge'",
        "country 'Germany'",
        "group '0'",
        "confidence '2'",
        "email has no kind",
        "'size' is not known",
        "'d' stands twice",
    ):
        assert fault in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "is not YAML"),
        ("", "must hold `sources:`"),
        ("- a", "must hold `sources:`"),
        ("sources: 3", "must hold `sources:`"),
        ("sources: [{columns: [a]}]", "a line `column: meaning` per column"),
        ("sources: [{file: [a]}]", "file must be a text"),
    ],
)
def test_what_is_no_mapping_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(MappingError) as error:
        read_mapping(written(tmp_path, text))

    assert message in str(error.value)


def test_a_missing_mapping_is_named(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="cannot be read"):
        read_mapping(tmp_path / "nowhere.yml")
