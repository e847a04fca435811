"""What somebody typed, in the forms by which records are found: whole keys, and words of names.

Keys are those that `resolution/standardise` makes of mails, phones and identifiers. It reads a country from
the rest of a record; here every reading is tried that what was typed allows.
"""

import re
from functools import cache

from resolution.standardise.folding import romanised

SEARCHED_NAMES = ("full_name", "alias", "former_name", "organization_name")  # attributes found by their words
MOST_WORDS = 8  # of a question; names have fewer
FEWEST_DIGITS = 6  # of a phone number
LONGEST_CODE = 3  # digits of a country calling code
SHORTEST_IDENTIFIER = 4
DOTLESS = "gmail.com"  # a mailbox there is the same with and without dots
COUNTRY_PREFIXES = {"EL": "gr", "CHE": "ch", "XI": "gb"}  # of VAT numbers, where they are no country codes


def keys_asked(text: str) -> tuple[str, ...]:
    """Return the keys that a text may be as a whole: a mail, a phone, an identifier; most likely first."""
    plain = " ".join(romanised(text).split())
    found = [text.strip().casefold(), *_mails(plain), *_phones(plain), *_identifiers(plain)]
    return tuple(dict.fromkeys(key for key in found if key))


def words_asked(text: str) -> tuple[str, ...]:
    """Return the words of a text as names have them, each once."""
    found = re.findall(r"[a-z0-9]+", romanised(text).casefold().replace("'", ""))
    return tuple(dict.fromkeys(found))[:MOST_WORDS]


def _mails(plain: str) -> list[str]:
    match = re.fullmatch(r"(?:mailto:)?([^@\s]+)@([^@\s]+)", plain)
    if match is None:
        return []
    local, domain = match[1].split("+")[0].strip(".'-"), match[2].strip(".-")
    return [f"{local.replace('.', '') if domain == DOTLESS else local}@{domain}"]


def _phones(plain: str) -> list[str]:
    """Return the national numbers that a text may be."""
    digits = "".join(letter for letter in plain.replace("(0)", "") if letter.isdigit())
    if len(digits) < FEWEST_DIGITS or any(letter.isalpha() for letter in plain):
        return []
    is_marked = plain.startswith("+") or digits.startswith("00")
    whole = digits.lstrip("0")
    if not is_marked:
        return [whole]
    starts = (whole[:length] for length in range(1, LONGEST_CODE + 1))
    return [*(whole[len(start) :].lstrip("0") for start in starts if start in _calling_codes()), whole]


@cache
def _calling_codes() -> frozenset[str]:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    return frozenset(str(code) for code in COUNTRY_CODE_TO_REGION_CODE)


def _identifiers(plain: str) -> list[str]:
    """Return an identifier as a value alone, and behind the country that a VAT number begins with."""
    value = re.sub(r"[^A-Z0-9]", "", plain.upper())
    if len(value) < SHORTEST_IDENTIFIER or not any(letter.isdigit() for letter in value):
        return []
    match = re.fullmatch(r"(EL|XI|CHE|[A-Z]{2})([A-Z]?[0-9].*)", value)
    if match is None:
        return [value]
    country = COUNTRY_PREFIXES.get(match[1], match[1].lower())
    return [f"{country}:{match[2]}", value]
