from collections.abc import Callable

import pytest

from resolution.standardise.streets import standardise_streets

FormsOf = Callable[..., list[dict[str, object]]]


@pytest.mark.parametrize(
    ("raw", "house_number", "street", "unit"),
    [
        pytest.param("123 Main Street", "123", "main st", None, id="number-first"),
        pytest.param("123 main st.", "123", "main st", None, id="abbreviation"),
        pytest.param("Hauptstraße 12a", "12a", "haupt st", None, id="number-last-glued"),
        pytest.param("Haupt Str. 12 a", "12a", "haupt st", None, id="number-last-apart"),
        pytest.param("12 rue de la Paix", "12", "rue de la paix", None, id="french"),
        pytest.param("Calle Mayor, 12", "12", "calle mayor", None, id="spanish-comma"),
        pytest.param("3212 W. 32nd St", "3212", "w 32 st", None, id="direction-and-ordinal"),
        pytest.param("9 North Fifth Avenue", "9", "n 5 ave", None, id="words-for-both"),
        pytest.param("3rd St.", None, "3 st", None, id="ordinal-is-no-house-number"),
        pytest.param("123 Main St Apt 4B", "123", "main st", "4b", id="apartment"),
        pytest.param("123 Main St, Suite 400", "123", "main st", "400", id="suite-behind-comma"),
        pytest.param("Suite 900, 1450 N City Rd", "1450", "n city rd", "900", id="suite-in-front"),
        pytest.param("12/34 Smith St", "34", "smith st", "12", id="australian-unit"),
        pytest.param("4800-60th Street", "4800", "60 st", None, id="number-dash-ordinal"),
        pytest.param("P.O. Box 12987", "12987", "po box", None, id="box"),
        pytest.param("Postfach 12 34", "1234", "po box", None, id="german-box"),
        pytest.param(
            "Chrysler Building, 405 Lexington Avenue", "405", "lexington ave", None, id="building-in-front"
        ),
        pytest.param("Hayes Center 4859 S. Wabash", "4859", "s wabash", None, id="building-without-comma"),
        pytest.param("Highway 61", None, "hwy 61", None, id="numbered-road"),
        pytest.param("Tolmacheva Ul., bld. 8, appt. 71", "8", "tolmacheva ul", "71", id="russian"),
    ],
)
def test_a_street_line_is_taken_apart(
    raw: str, house_number: str | None, street: str, unit: str | None, forms_of: FormsOf
) -> None:
    [form] = forms_of(standardise_streets, [raw])

    assert (form["house_number"], form["street"], form["unit"]) == (house_number, street, unit)


def test_a_street_in_comparison_form_stays_as_it_is(forms_of: FormsOf) -> None:
    raw = ["123 Main Street", "Hauptstraße 12", "3212 W. 32nd St", "12 rue de la Paix"]
    once = [str(form["street"]) for form in forms_of(standardise_streets, raw)]

    assert [form["street"] for form in forms_of(standardise_streets, once)] == once
