"""Identifiers as `kind:country:value`.

The value is upper-case letters and digits; a VAT number loses its country prefix to the country, so that
both ways to write it agree. The kind comes from the column or from a type column beside it (SSN, EIN, UEN …).
"""

from functools import cache
from typing import cast

from resolution.standardise.lexicon import load_lexicon, sql_set, sql_text, words

MIN_LENGTH = 4
_VAT_COUNTRIES = (
    "AT|BE|BG|CHE|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|NO|PL|PT|RO|SE|SI|SK|US|XI"
)


@cache
def _typed(expression: str, meaning: int) -> str:
    """Return SQL that looks up a type value; meaning 0 is the kind, 1 the country."""
    types = cast("dict[str, dict[str, str]]", load_lexicon("identifiers")["types"])
    entries = {
        name.lower(): (kind, country) for kind, names in types.items() for name, country in names.items()
    }
    plain = f"regexp_replace(lower({expression}), '[^a-z0-9]', '', 'g')"
    whens = " ".join(
        f"when {sql_text(name)} then {sql_text(entry[meaning])}" for name, entry in sorted(entries.items())
    )
    return f"case {plain} {whens} end"


def identifier_kind(type_value: str, default: str) -> str:
    """Return SQL for the kind: what the type column says, else the column's own kind."""
    return f"coalesce({_typed(type_value, 0)}, {sql_text(default)})"


def identifier_type_country(type_value: str) -> str:
    """Return SQL for the country that a type implies (SSN → us), NULL when none."""
    return f"nullif({_typed(type_value, 1)}, '')"


@cache
def identifier_value(expression: str) -> str:
    """Return SQL for the comparison form of an identifier, NULL for placeholders."""
    plain = f"regexp_replace(upper(strip_accents({expression})), '[^A-Z0-9]', '', 'g')"
    repeated = "|".join(f"{sign}+" for sign in "0123456789X")
    return (
        f"case when length({plain}) < {MIN_LENGTH} or regexp_full_match({plain}, '{repeated}') "
        f"or {plain} in {sql_set(words('identifiers', 'placeholders'))} then null else {plain} end"
    )


def vat_country(value: str) -> str:
    """Return SQL for the country of a prefixed VAT number, NULL when it has no such prefix."""
    return (
        f"case regexp_extract({value}, '^({_VAT_COUNTRIES})[A-Z]?[0-9]', 1) when '' then null "
        f"when 'EL' then 'gr' when 'CHE' then 'ch' when 'XI' then 'gb' "
        f"else lower(regexp_extract({value}, '^({_VAT_COUNTRIES})', 1)) end"
    )


def vat_body(value: str) -> str:
    """Return SQL for a tax number without its country prefix."""
    return f"regexp_replace({value}, '^(?:{_VAT_COUNTRIES})([A-Z]?[0-9])', '\\1')"
