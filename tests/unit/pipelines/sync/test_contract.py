import pytest
from fake_source import people

from pipelines.connectors.port import Field, FieldType, SourceObject
from pipelines.errors import SchemaFault
from pipelines.sync.contract import SchemaEvent, agree, with_new_fields

KNOWN = {field.name: field.type for field in people().fields}


def test_the_first_contract_is_what_the_source_has() -> None:
    contract, events = agree(people(), {})

    assert (contract.fields, contract.lost, events) == (people().fields, (), ())


def test_a_retyped_column_keeps_its_type() -> None:
    contract, events = agree(people(id=FieldType.TEXT), KNOWN)

    assert contract.types()["id"] is FieldType.BIGINT
    assert events == (SchemaEvent("id", "retyped", "bigint", "text"),)


def test_a_lost_column_is_required_until_it_is_let_go() -> None:
    known = {**KNOWN, "fax": FieldType.TEXT}

    assert agree(people(), known)[0].lost == ("fax",)
    assert agree(people(), known, let_go=frozenset({"fax"}))[0].lost == ()


@pytest.mark.parametrize("names", [("a", "A"), ("a", "_record_key")])
def test_columns_that_cannot_stand_together_are_refused(names: tuple[str, str]) -> None:
    fields = tuple(Field(name, FieldType.TEXT) for name in names)

    with pytest.raises(SchemaFault, match=names[1]):
        agree(SourceObject("t", fields, ("a",)), {})


def test_columns_that_rows_show_are_added_once() -> None:
    contract, _ = agree(people(), {})

    wider = with_new_fields(contract, {"fax": FieldType.TEXT, "name": FieldType.BIGINT})

    assert wider.types() == {**contract.types(), "fax": FieldType.TEXT}
