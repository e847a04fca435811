import random

import pytest

from resolution.files.grouping import assign_groups
from resolution.files.guesses import guess_column
from resolution.files.profiles import ColumnProfile


def group(columns: dict[str, list[str]], *, order: list[str] | None = None) -> dict[str, tuple[str, int]]:
    guesses = [
        guess_column(
            ColumnProfile(name, 9, len(columns[name]), len(set(columns[name])), tuple(columns[name]))
        )
        for name in (order or list(columns))
    ]
    return {guess.column: (guess.attribute, guess.group) for guess in assign_groups(guesses)}


STREETS, CITIES, ZIPS = ["1 Main St", "2 Oak St"], ["Reno", "Elko"], ["89501", "89801"]


def test_lines_of_one_address_are_street_and_extra() -> None:
    found = group({"address_1": STREETS, "address_2": ["Golden Ponds", "Block B"], "suburb": CITIES})

    assert found["address_1"] == ("street", 1)
    assert found["address_2"] == ("address_extra", 1)


def test_numbered_addresses_with_cities_of_their_own_are_two() -> None:
    found = group({"address_1": STREETS, "city_1": CITIES, "address_2": STREETS, "city_2": CITIES})

    assert found == {
        "address_1": ("street", 1),
        "city_1": ("city", 1),
        "address_2": ("street", 2),
        "city_2": ("city", 2),
    }


def test_lines_of_a_second_address_keep_their_number() -> None:
    found = group(
        {"addr_line1": STREETS, "addr_2_line1": STREETS, "addr_2_line2": ["Flat B"], "addr_2_city": CITIES}
    )

    assert found["addr_line1"] == ("street", 1)
    assert found["addr_2_line1"] == ("street", 2)
    assert found["addr_2_line2"] == ("address_extra", 2)


def test_words_make_groups_and_parts_without_one_complete_the_first() -> None:
    found = group(
        {
            "home_street": STREETS,
            "home_city": CITIES,
            "billing_street": STREETS,
            "billing_city": CITIES,
            "country": ["US", "DE"],
        }
    )

    assert found["home_street"] == ("street", 1)
    assert found["billing_street"] == ("street", 2)
    assert found["country"] == ("country", 1)


@pytest.mark.parametrize(
    "columns",
    [
        ["phone1", "phone2"],
        ["phone", "phone_2"],
        ["phone", "mobile"],
        ["home_phone", "work_phone"],
        ["phone_0", "phone_1"],
    ],
)
def test_repeated_columns_have_groups_of_their_own(columns: list[str]) -> None:
    found = group({column: ["415-555-1212"] for column in columns})

    assert [found[column][1] for column in columns] == [1, 2]


def test_companions_share_the_group_of_their_identifier() -> None:
    found = group(
        {
            "passport_country": ["US"],
            "tax_id_number": ["13-7654321"],
            "passport_number": ["123456"],
            "tax_id_type": ["EIN"],
        }
    )

    assert found["passport_number"][1] == found["passport_country"][1]
    assert found["tax_id_number"][1] == found["tax_id_type"][1]
    assert found["passport_number"][1] != found["tax_id_number"][1]


def test_a_companion_without_its_identifier_is_ignored() -> None:
    assert group({"passport_country": ["US"]})["passport_country"][0] == "ignore"


def test_a_name_type_of_aliases_belongs_to_the_later_name() -> None:
    found = group({"name_org": ["Acme"] * 3, "name_org_2": ["Ac"], "name_type": ["AKA"]})

    assert found["name_org_2"] == ("organization_name", 2)
    assert found["name_type"] == ("name_kind", 2)


def test_the_order_of_columns_does_not_matter() -> None:
    columns = {
        "phone": ["415-555-1212"],
        "mobile": ["415-555-1213"],
        "street": STREETS,
        "mailing_street": STREETS,
        "zip": ZIPS,
        "ssn": ["123456789"],
        "lei": ["5493001KJTIIGC8Y1R12"],
    }
    expected = group(columns)

    for seed in range(10):
        order = random.Random(seed).sample(sorted(columns), len(columns))
        assert group(columns, order=order) == expected
