from collections.abc import Callable

import pytest

from resolution.standardise.organization_names import standardise_organization_names

FormsOf = Callable[..., list[dict[str, object]]]


@pytest.mark.parametrize(
    ("raw", "name", "legal_form"),
    [
        pytest.param("Acme Ltd.", "acme", "ltd", id="ltd"),
        pytest.param("ACME LIMITED", "acme", "ltd", id="spelt-out"),
        pytest.param("The Boring Company", "boring", "co", id="the-and-company"),
        pytest.param("Müller & Söhne GmbH & Co. KG", "muller and sohne", "gmbh_co_kg", id="chain"),
        pytest.param(
            "WILBANKS & MARCOLA CAPITAL GMBH & C",
            "wilbanks and marcola capital",
            "gmbh_co_kg",
            id="cut-at-35",
        ),
        pytest.param("ELLIOT KAY FOODS G.M.B.H.", "elliot kay foods", "gmbh", id="dotted-form"),
        pytest.param("I.B.M. Corp.", "ibm", "corp", id="dotted-acronym"),
        pytest.param("I B M", "ibm", None, id="spaced-acronym"),
        pytest.param("Tata Consultancy Services Pvt. Ltd.", "tata consultancy services", "ltd", id="indian"),
        pytest.param("Grab Holdings Pte Ltd", "grab holdings", "ltd", id="singapore"),
        pytest.param("Fiat S.p.A.", "fiat", "spa", id="italian"),
        pytest.param("Cemex, S.A.B. de C.V.", "cemex", "sa", id="mexican"),
        pytest.param("Firma Meyer und Partner", "meyer and partner", "gmbh", id="leading-and-conjunction"),
        pytest.param("\u041e\u041e\u041e Ромашка", "romashka", "ooo", id="russian"),
        pytest.param("Johnson + Johnson", "johnson and johnson", None, id="plus"),
        pytest.param("Center (North)", "center north", None, id="parentheses-stay"),
        pytest.param("Limited", "limited", "?", id="nothing-would-remain"),
        pytest.param("Dick's Sporting Goods", "dicks sporting goods", None, id="genitive"),
    ],
)
def test_the_core_of_a_name(raw: str, name: str, legal_form: str | None, forms_of: FormsOf) -> None:
    [form] = forms_of(standardise_organization_names, [raw])

    assert form["name"] == name
    assert legal_form == "?" or form["legal_form"] == legal_form


@pytest.mark.parametrize(
    ("raw", "name", "alias", "former"),
    [
        pytest.param("Smith Holdings LLC dba Joe's Diner", "smith holdings", "joes diner", None, id="dba"),
        pytest.param("Jones Ltd t/a The Red Lion", "jones", "red lion", None, id="trading-as"),
        pytest.param(
            "Meta Platforms Inc formerly Facebook Inc.", "meta platforms", None, "facebook", id="formerly"
        ),
        pytest.param("Nova AG (vormals Altmann KG)", "nova", None, "altmann", id="vormals"),
    ],
)
def test_another_name_behind_a_marker(
    raw: str, name: str, alias: str | None, former: str | None, forms_of: FormsOf
) -> None:
    [form] = forms_of(standardise_organization_names, [raw])

    assert (form["name"], form["alias"], form["former"]) == (name, alias, former)


def test_a_core_name_stays_as_it_is(forms_of: FormsOf) -> None:
    raw = ["Müller & Söhne GmbH & Co. KG", "I.B.M. Corp.", "Fiat S.p.A.", "Center (North)"]
    once = [str(form["name"]) for form in forms_of(standardise_organization_names, raw)]

    twice = [form["name"] for form in forms_of(standardise_organization_names, once)]

    assert twice == once
