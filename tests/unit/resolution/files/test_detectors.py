import pytest

from resolution.files import detectors as d


@pytest.mark.parametrize("text", ["a@x.com", "mailto:a@x.com", "Ann Lee <ann@x.com>"])
def test_emails_are_seen(text: str) -> None:
    assert d.is_email(text)


@pytest.mark.parametrize(
    "text",
    [
        "1970-03-12",
        "12/3/70",
        "12.03.1970",
        "19700312",
        "12 March 1970",
        "March 3, 1970",
        "3-Mar-1970",
        "2024-01-02T10:00:00Z",
        "2024-01-02 10:00:00.123+02:00",
        "1849-81-01",
        "1959-08--03",
        "1970年3月12日",
        "12 de marzo de 1970",
    ],
)
def test_dates_are_seen_even_misspelt(text: str) -> None:
    assert d.is_date(text)


@pytest.mark.parametrize("text", ["7341234", "hello", "12", "192.168.1.1.5", "A-1-2"])
def test_other_texts_are_no_dates(text: str) -> None:
    assert not d.is_date(text)


@pytest.mark.parametrize(
    "text", ["+49 30 1234567", "(415) 555-1212", "4155551212", "030/1234567", "555-1212 x12"]
)
def test_phones_are_seen(text: str) -> None:
    assert d.is_phone(text)


def test_a_phone_that_shows_itself_is_not_a_date_or_a_number() -> None:
    assert d.is_written_phone("+49 30 1234567")
    assert not d.is_written_phone("1970-03-12")
    assert not d.is_written_phone("4155551212")


@pytest.mark.parametrize("text", ["10115", "W1A 1AA", "1011 AB", "00-001", "K1A 0B1", "0o000"])
def test_postcodes_are_seen_even_misread(text: str) -> None:
    assert d.is_postcode(text)


@pytest.mark.parametrize("text", ["Germany", "DE", "DEU", "Deutschland", "Allemagne", "Polska"])
def test_countries_are_seen_in_many_languages(text: str) -> None:
    assert d.is_country(text)


@pytest.mark.parametrize("text", ["Berlin Mitte", "123", "x" * 100, "qqqq"])
def test_other_texts_are_no_countries(text: str) -> None:
    assert not d.is_country(text)


def test_only_a_right_check_digit_makes_an_lei() -> None:
    assert d.is_lei("5493001KJTIIGC8Y1R12")
    assert not d.is_lei("5493001KJTIIGC8Y1R13")


def test_only_a_right_check_digit_makes_a_vat_number() -> None:
    assert d.is_vat("DE136695976")
    assert not d.is_vat("DE136695977")


@pytest.mark.parametrize(
    "text", ["Müller GmbH", "Acme Inc.", "Bar & Grill", "7-Eleven", "Société Générale", "Foo Sp. z o.o."]
)
def test_organizations_are_known_by_form_or_trade(text: str) -> None:
    assert d.is_organization_like(text)


@pytest.mark.parametrize("text", ["Ann Lee", "Lee, Ann", "王伟", "Maria del Carmen García López"])
def test_persons_names_have_their_shape(text: str) -> None:
    assert d.is_person_shaped(text)


@pytest.mark.parametrize("text", ["sushisay", "Acme Inc", "a@x.com", "12 Main St"])
def test_other_names_have_not(text: str) -> None:
    assert not d.is_person_shaped(text)


@pytest.mark.parametrize(
    "text", ["12 Main St", "Hauptstraße 12", "rue de la Paix", "ul. Długa", "Kerkstraat"]
)
def test_streets_are_known_by_word_or_number(text: str) -> None:
    assert d.is_street(text)


@pytest.mark.parametrize(
    ("test", "good", "bad"),
    [
        (d.is_url, "www.acme.com", "acme"),
        (d.is_url, "acme.co.uk/about", "12.5"),
        (d.is_house_number, "12a", "Main"),
        (d.is_house_number, "12-14", "12 Main St"),
        (d.is_whole_address, "12 Main St, Reno", "12 Main St"),
        (d.is_salutation, "Herr Dr.", "Hans"),
        (d.is_gender, "weiblich", "Hans"),
        (d.is_yes_or_no, "Ja", "vielleicht"),
        (d.is_truth_value, "2024-01-01", "later"),
        (d.is_suffix, "Jr.", "Smith"),
        (d.is_word, "São Paulo", "12 34"),
        (d.is_number, "-1.5", "1.2.3"),
        (d.is_year, "1970", "970"),
        (d.is_year_like, "70", "170"),
        (d.is_month, "12", "13"),
        (d.is_day, "31", "32"),
        (d.is_moment, "1700000000", "17"),
        (d.is_partial_date, "1970-03", "hello"),
        (d.has_digit, "a1", "a"),
        (d.has_house_number, "Main 12", "Main"),
        (d.has_letters, "é", "12"),
        (d.is_vat_shaped, "DE123456789", "hello"),
    ],
)
def test_each_shape_is_told_from_another(test, good: str, bad: str) -> None:  # type: ignore[no-untyped-def]
    assert test(good)
    assert not test(bad)
