from resolution.domain.attributes import Attribute, ColumnMapping, IdentifierKind, NameKind, PartyType


def test_meanings_are_written_in_files_as_they_are_named() -> None:
    for kind in (Attribute, IdentifierKind, NameKind, PartyType):
        assert [member.value for member in kind] == [member.name.lower() for member in kind]


def test_a_column_that_a_person_maps_is_sure_and_of_the_first_group() -> None:
    mapped = ColumnMapping("surname", Attribute.FAMILY_NAME)

    assert (mapped.confidence, mapped.group, mapped.kind) == (1.0, 1, None)
