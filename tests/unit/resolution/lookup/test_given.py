"""Given records and the tables they become."""

import pytest

from resolution.domain.attributes import Attribute, IdentifierKind, PartyType
from resolution.domain.errors import NothingToLookUp
from resolution.lookup.given import (
    MOST_VALUES,
    GivenAddress,
    GivenIdentifier,
    GivenRecord,
    Shape,
    check_given,
    given_id,
    given_rows,
    shape_of,
)

FULL = GivenRecord(
    full_name="Ann Lee",
    emails=["a@x.com", "b@x.com", "c@x.com"],
    addresses=[GivenAddress(city="Bern"), GivenAddress(city="Basel")],
    identifiers=[GivenIdentifier(value="123", kind=IdentifierKind.LEI)],
)


def test_ordinary_records_have_one_shape() -> None:
    one = GivenRecord(full_name="Ann", emails=["a@x.com"])
    other = GivenRecord(organization_names=["Acme"], phones=["1", "2"])

    assert shape_of([one]) == shape_of([other]) == Shape()


def test_unusual_records_share_a_larger_one() -> None:
    shape = shape_of([FULL])

    assert (shape.of("emails"), shape.of("addresses"), shape.of("lei")) == (4, 2, 1)
    assert shape_of([GivenRecord(full_name="Ann", other_names=["Anna"])]) == shape


def test_a_shape_grows_by_doubling_until_it_holds_everything() -> None:
    shape = shape_of([FULL, GivenRecord(phones=["1"] * 9)])

    assert (shape.of("phones"), shape.of("emails")) == (16, 4)


def test_every_value_stands_in_its_mapped_column() -> None:
    given = given_rows([("g:p:0", FULL)], source="crm", shape=shape_of([FULL]))
    row = dict(zip(given.rows.columns, given.rows.rows[0], strict=True))

    assert row["emails"] == ["a@x.com", "b@x.com", "c@x.com", None]
    assert (row["address_0_city"], row["address_1_city"]) == ("Bern", "Basel")
    assert (row["lei_0"], row["lei_0_country"]) == ("123", None)
    assert (row["_record_id"], row["_source"]) == ("g:p:0", "crm")
    mapped = {column.column: column for column in given.mapping.columns}
    assert mapped["address_1_city"].group == 2
    assert (mapped["lei_0"].attribute, mapped["lei_0"].kind) == (Attribute.IDENTIFIER, "lei")
    assert set(mapped) <= set(given.rows.columns)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        pytest.param(
            GivenRecord(full_name="A", party_type=PartyType.ORGANIZATION), "organization", id="stated"
        ),
        pytest.param(GivenRecord(full_name="A", is_mailbox=True), "mailbox", id="mailbox"),
        pytest.param(GivenRecord(full_name="A"), None, id="open"),
    ],
)
def test_the_party_type_is_passed_on(record: GivenRecord, said: str | None) -> None:
    given = given_rows([("g:p:0", record)], source="given", shape=Shape())

    assert given.rows.rows[0][given.rows.columns.index("party_type")] == said


def test_an_empty_record_is_refused_by_its_position() -> None:
    with pytest.raises(NothingToLookUp, match="record 1 is empty") as caught:
        check_given([FULL, GivenRecord(party_type=PartyType.PERSON)])

    assert (caught.value.position, caught.value.field) == (1, "record")


def test_more_values_than_are_read_are_refused_by_their_field() -> None:
    with pytest.raises(NothingToLookUp, match="emails") as caught:
        check_given([GivenRecord(emails=["a@x.com"] * (MOST_VALUES + 1))])

    assert caught.value.field == "emails"


def test_a_record_without_an_id_gets_one() -> None:
    assert given_id(FULL, 3) == "given:party:3"
    assert given_id(GivenRecord(record_id="crm:contact:1", full_name="A"), 3) == "crm:contact:1"
