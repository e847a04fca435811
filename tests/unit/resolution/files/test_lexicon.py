import pytest

from resolution.domain.attributes import Attribute, IdentifierKind, NameKind
from resolution.files.headers import parse_header
from resolution.files.lexicon import EXACT, load_lexicon, read_header

UNDECIDED = {"name", "fax", "salutation"}


def meaning(name: str) -> str | None:
    reading = read_header(parse_header(name))
    return reading.meanings[0].attribute if reading else None


@pytest.mark.parametrize(
    "name",
    [
        "surname",
        "LastName",
        "Nachname",
        "family name",
        "apellido",
        "nom de famille",
        "NAME_LAST",
        "cognome",
        "achternaam",
        "nazwisko",
        "sobrenome",
        "efternamn",
        "Фамилия",
        "姓",
        "custLastName",
        "customer_last_name",
        "FAMILYNAME",
        "l_name",
        "příjmení",
        "soyad\u0131",
    ],
)
def test_a_family_name_is_known_by_many_names(name: str) -> None:
    assert meaning(name) == Attribute.FAMILY_NAME


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("Vorname", "given_name"),
        ("prénom", "given_name"),
        ("imię", "given_name"),
        ("date de naissance", "birth_date"),
        ("Geburtsdatum", "birth_date"),
        ("fechaNacimiento", "birth_date"),
        ("data di nascita", "birth_date"),
        ("geboortedatum", "birth_date"),
        ("codice postale", "postcode"),
        ("PLZ", "postcode"),
        ("kod pocztowy", "postcode"),
        ("ville", "city"),
        ("woonplaats", "city"),
        ("miejscowość", "city"),
        ("Straße", "street"),
        ("rua", "street"),
        ("Hausnr.", "house_number"),
        ("raison sociale", "organization_name"),
        ("Firma", "organization_name"),
        ("ragione sociale", "organization_name"),
        ("courriel", "email"),
        ("e-mail", "email"),
        ("correo electrónico", "email"),
        ("teléfono", "phone"),
        ("Handynummer", "phone"),
        ("pays", "country"),
        ("płeć", "gender"),
        ("Arbeitgeber", "employer"),
        ("updatedAt", "observed_at"),
        ("letzte Änderung", "observed_at"),
        ("电子邮件", "email"),
        ("電話番号", "phone"),
        ("Customer #", "source_id"),
        ("Phone #2", "phone"),
        ("Apt #", "unit"),
        ("_id_$oid", "source_id"),
        ("addresses_country", "country"),
        ("addresses_street", "street"),
        ("identifiers_number", "identifier"),
        ("identifiers_value", "identifier"),
        ("Geburtstag Tag", "birth_day"),
        ("Geburtsdatum (Jahr)", "birth_year"),
        ("birth_date.month", "birth_month"),
        ("date de naissance - jour", "birth_day"),
        ("Geburtstag", "birth_date"),
    ],
)
def test_headers_of_many_languages_are_known(name: str, attribute: str) -> None:
    assert meaning(name) == attribute


@pytest.mark.parametrize(
    ("name", "kind", "country"),
    [
        ("ssn", IdentifierKind.SOCIAL_SECURITY, "US"),
        ("soc_sec_id", IdentifierKind.SOCIAL_SECURITY, None),
        ("tax_id_number", IdentifierKind.TAX, None),
        ("USt-IdNr.", IdentifierKind.TAX, None),
        ("partita iva", IdentifierKind.TAX, None),
        ("codice fiscale", IdentifierKind.NATIONAL, "IT"),
        ("PESEL", IdentifierKind.NATIONAL, "PL"),
        ("passport_no", IdentifierKind.PASSPORT, None),
        ("drivers_license_number", IdentifierKind.DRIVING_LICENCE, None),
        ("LEI", IdentifierKind.LEI, None),
        ("SIREN", IdentifierKind.REGISTRATION, "FR"),
        ("CompanyNumber", IdentifierKind.REGISTRATION, None),
    ],
)
def test_identifiers_have_kind_and_country(name: str, kind: str, country: str | None) -> None:
    reading = read_header(parse_header(name))

    assert reading is not None
    assert (reading.meanings[0].kind, reading.meanings[0].country) == (kind, country)


@pytest.mark.parametrize(
    ("name", "attribute", "kind"),
    [
        ("passport_country", "identifier_country", "passport"),
        ("passport_issuing_country", "identifier_country", "passport"),
        ("drivers_license_state", "identifier_country", "driving_licence"),
        ("national_id_type", "identifier_kind", "national"),
        ("tax_id_type", "identifier_kind", "tax"),
        ("identifiers_type", "identifier_kind", "other"),
        ("identifiers_country", "identifier_country", "other"),
    ],
)
def test_companions_of_identifiers_are_known(name: str, attribute: str, kind: str) -> None:
    reading = read_header(parse_header(name))

    assert reading is not None
    assert (reading.meanings[0].attribute, reading.meanings[0].kind) == (attribute, kind)


@pytest.mark.parametrize(
    "name",
    [
        "email_verified",
        "mothers_maiden_name",
        "spouse_first_name",
        "first_seen",
        "phone_type",
        "order_id",
        "program_name",
        "company_status",
        "IncorporationDate",
        "created_date",
        "photo_url",
        "# of employees",
        "Number of Employees",
    ],
)
def test_columns_about_something_else_are_not_taken(name: str) -> None:
    assert meaning(name) is None


def test_a_header_known_as_a_whole_is_surer_than_a_phrase_in_it() -> None:
    whole, part = read_header(parse_header("postcode")), read_header(parse_header("foobar postcode"))

    assert whole is not None
    assert part is not None
    assert whole.score == EXACT > part.score


def test_words_that_say_which_of_several_are_kept() -> None:
    reading = read_header(parse_header("billing_city"))

    assert reading is not None
    assert reading.groups == {"billing"}


def test_every_entry_names_a_meaning_that_exists() -> None:
    lexicon = load_lexicon()
    kinds = {*IdentifierKind, *NameKind, None}

    for meanings in lexicon.by_key.values():
        assert {meaning.attribute for meaning in meanings} <= {*Attribute, *UNDECIDED}
        assert {meaning.kind for meaning in meanings} <= kinds


def test_party_type_values_are_persons_organizations_or_mailboxes() -> None:
    assert set(load_lexicon().party_type_of.values()) == {"person", "organization", "mailbox"}
