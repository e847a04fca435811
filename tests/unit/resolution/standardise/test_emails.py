from collections.abc import Callable

import pytest

from resolution.standardise.emails import standardise_emails

FormsOf = Callable[..., list[dict[str, object]]]


@pytest.mark.parametrize(
    ("raw", "email"),
    [
        pytest.param("Maria.Sentosa@FMail.com", "maria.sentosa@fmail.com", id="case"),
        pytest.param("Maria Sentosa<msentosa@fmail.com>", "msentosa@fmail.com", id="display-name"),
        pytest.param("mailto:a.b@acme.de", "a.b@acme.de", id="mailto"),
        pytest.param("joe+news@acme.com", "joe@acme.com", id="plus-tag"),
        pytest.param("j.o.e@googlemail.com", "joe@gmail.com", id="gmail"),
        pytest.param("joe@gmial.com", "joe@gmail.com", id="mistyped-provider"),
        pytest.param("joe@outlook..com", "joe@outlook.com", id="doubled-dot"),
        pytest.param("jürgen@müller.de", "jurgen@muller.de", id="umlauts"),
    ],
)
def test_comparison_form(raw: str, email: str, forms_of: FormsOf) -> None:
    [form] = forms_of(standardise_emails, [raw])

    assert form["email"] == email


@pytest.mark.parametrize(
    "raw", ["test@test.com", "joe", "@acme.com", "joe@", "x@example.com", "www.acme.com"]
)
def test_what_is_no_address_is_missing(raw: str, forms_of: FormsOf) -> None:
    assert forms_of(standardise_emails, [raw]) == [{}]


@pytest.mark.parametrize(
    ("raw", "is_role", "is_free"),
    [
        pytest.param("info@acme.com", True, False, id="info"),
        pytest.param("sales.de@acme.com", True, False, id="role-with-country"),
        pytest.param("support2@acme.com", True, False, id="role-with-number"),
        pytest.param("it.smith@acme.com", False, False, id="short-word-before-a-name"),
        pytest.param("joe@web.de", False, True, id="free-mail"),
    ],
)
def test_role_and_free_addresses_are_known(raw: str, is_role: bool, is_free: bool, forms_of: FormsOf) -> None:
    [form] = forms_of(standardise_emails, [raw])

    assert (form["is_role"], form["is_free"]) == (is_role, is_free)


def test_the_display_name_is_kept(forms_of: FormsOf) -> None:
    [form] = forms_of(standardise_emails, ['"Maria Sentosa" <msentosa@fmail.com>'])

    assert form["display"] == "Maria Sentosa"


def test_an_address_in_comparison_form_stays_as_it_is(forms_of: FormsOf) -> None:
    once = [
        str(form["email"])
        for form in forms_of(standardise_emails, ["J.O.E+x@googlemail.com", "A <a.b@c.de>"])
    ]

    assert [form["email"] for form in forms_of(standardise_emails, once)] == once
