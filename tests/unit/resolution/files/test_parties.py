import pytest

from resolution.domain.attributes import PartyType
from resolution.files.guesses import guess_column
from resolution.files.parties import Parties, decide_parties
from resolution.files.profiles import ColumnProfile


def decide(columns: dict[str, list[str]], *, alone: float = 0.0) -> Parties:
    guesses = [
        guess_column(ColumnProfile(name, len(values), len(values), len(set(values)), tuple(values)))
        for name, values in columns.items()
    ]
    return decide_parties(guesses, organizations_alone=alone)


def meanings(parties: Parties) -> dict[str, str]:
    return {guess.column: guess.attribute for guess in parties.guesses}


@pytest.mark.parametrize(
    ("columns", "attribute", "column"),
    [
        ({"Name": ["Müller"], "Vorname": ["Hans"]}, "family_name", "Name"),
        ({"nom": ["Dupont"], "prénom": ["Jean"]}, "family_name", "nom"),
        ({"nombre": ["Ana"], "apellidos": ["García López"]}, "given_name", "nombre"),
        ({"nome": ["Anna"], "cognome": ["Rossi"]}, "given_name", "nome"),
        ({"name": ["Ann Lee"], "first_name": ["Ann"], "last_name": ["Lee"]}, "full_name", "name"),
        ({"name": ["Ann Lee", "Bob Ray"], "dob": ["1970-01-01", "1980-01-01"]}, "full_name", "name"),
        (
            {"name": ["sushisay", "nikolai's roof", "la bamba"], "phone": ["415-555-1212"] * 3},
            "organization_name",
            "name",
        ),
        (
            {"name": ["Jorge Becker", "Hans Müller", "Ann Lee"], "phone": ["415-555-1212"] * 3},
            "full_name",
            "name",
        ),
    ],
)
def test_a_bare_name_is_read_by_its_company(
    columns: dict[str, list[str]], attribute: str, column: str
) -> None:
    assert meanings(decide(columns))[column] == attribute


def test_a_table_of_organizations_is_one() -> None:
    assert decide({"razon social": ["Foo SL"], "cif": ["B12345678"]}).party_type is PartyType.ORGANIZATION


def test_a_company_on_a_table_of_persons_is_the_employer() -> None:
    parties = decide({"first_name": ["Ann"], "last_name": ["Lee"], "company": ["Acme Inc"]})

    assert meanings(parties)["company"] == "employer"
    assert parties.party_type is PartyType.PERSON


def test_rows_with_only_a_company_make_the_table_mixed() -> None:
    parties = decide({"last_name": ["Lee", "Ray"], "company": ["Acme Inc", "Beta LLC"]}, alone=0.4)

    assert meanings(parties)["company"] == "organization_name"
    assert parties.party_type is None


@pytest.mark.parametrize(
    ("values", "party_type"),
    [
        (["person", "company"], None),
        (["PERSON", "PERSON"], PartyType.PERSON),
        (["Organisation", "Organisation"], PartyType.ORGANIZATION),
        (["company", "mailbox"], PartyType.ORGANIZATION),
    ],
)
def test_a_type_column_decides(values: list[str], party_type: PartyType | None) -> None:
    parties = decide({"record_type": values, "name": ["Ann Lee", "Acme Inc"]})

    assert parties.party_type is party_type


def test_names_of_both_types_in_one_column_are_decided_by_row() -> None:
    names = ["Ann Lee", "Jorge Becker", "Hans Müller", "Acme Inc", "Foo GmbH"]

    parties = decide({"full_name": names})

    assert parties.party_type is None
