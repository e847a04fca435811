"""What single values look like: pure tests of one text, without any knowledge of its column.

Values in real files are misspelt: a date with an impossible month is still shaped like a date. So
these tests look at shape, and only checksummed identifiers are verified. Words are in `value_words.yml`.
"""

import re
from functools import cache, lru_cache
from importlib.resources import files

import yaml
from rigour.territories import lookup_territory
from stdnum import lei
from stdnum.eu import vat

_EMAIL = re.compile(r"^(?:mailto:)?[^@\s]+@[^@\s]+$|<[^@\s]+@[^@\s]+>")
_URL = re.compile(r"^(?:https?://|www\.)\S+$", re.IGNORECASE)
_DOMAIN = re.compile(r"^(?:[a-z0-9-]+\.)+[a-z]{2,12}(?:/\S*)?$", re.IGNORECASE)
_CLOCK = r"(?:[T ]+[\d:.,]+\s*(?:[AaPp][Mm])?\s*(?:Z|UTC|[+-]\d\d(?::?\d\d)?)?)?"
_NUMERIC_DATE = re.compile(r"^[\dOolI]{1,4}\s*[-/.]+\s*[\dOolI]{1,3}\s*[-/.]+\s*[\dOolI]{1,5}" + _CLOCK + "$")
_CJK_DATE = re.compile(r"^\d{4}\s*年\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?$")
_MONTH_WORD = r"[^\W\d]{3,10}\.?"
_WORD_DATE = re.compile(
    rf"^(?:\d{{1,2}}\.?(?:st|nd|rd|th)?[\s-]+(?:de\s+)?{_MONTH_WORD}[\s,-]+(?:de\s+)?\d{{2,4}}"
    rf"|{_MONTH_WORD}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}})(?:\s.*)?$"
)
_COMPACT_DATE = re.compile(
    r"^(?:1[5-9]|20)\d\d(?:0\d|1[0-2])(?:[0-2]\d|3[01])$|^(?:[0-2]\d|3[01])(?:0\d|1[0-2])(?:19|20)\d\d$"
)
_MONTH_ONLY = re.compile(r"^\d{4}[-/.]\d{1,2}$")
_PHONE = re.compile(
    r"^(?:tel\.?:?\s*)?[+(\d][\d\s().\-/+\u00a0\u2010-\u2015]{4,28}"
    r"(?:\s*(?:x|ext\.?|#|app\.?|durchwahl)\s*\d{1,6})?$",
    re.IGNORECASE,
)
_PHONE_GROUPS = re.compile(r"^\+|^\(\d|\d[\s./-]+\d{3}[\s./-]+\d|^0\d+[\s/-]\d")
_POSTCODE = re.compile(r"^(?=.*[\doO])[a-z0-9]{2,6}(?:[\s-]?[a-z0-9]{2,5})?$", re.IGNORECASE)
_NUMBER = re.compile(r"^[-+]?\d+(?:[.,]\d+)?$")
_HOUSE_NUMBER = re.compile(
    r"^(?:no\.?\s*)?\d{1,6}\s*[a-z]?(?:\s*[-/]\s*\d{1,5}\s*[a-z]?)?(?:\s*(?:bis|ter))?$", re.IGNORECASE
)
_LETTERS = re.compile(r"[^\W\d_]")
_VAT_SHAPE = re.compile(r"^[A-Z]{2}[\s.-]?[0-9A-Z][0-9A-Z .\-]{6,14}$", re.IGNORECASE)
_LEI_LENGTH = 20


@cache
def _words(name: str) -> frozenset[str]:
    text = files("resolution.files").joinpath("value_words.yml").read_text(encoding="utf-8")
    return frozenset(yaml.load(text, Loader=yaml.BaseLoader)[name])


@cache
def _any_word(name: str, *, endings: str | None = None) -> re.Pattern[str]:
    """Return a pattern of any of the words standing alone, or of the endings closing a word."""
    alone = "|".join(re.escape(word) for word in sorted(_words(name)))
    pattern = rf"(?:^|\W)(?:{alone})(?:\W|$)"
    if endings is not None:
        closing = "|".join(re.escape(word) for word in sorted(_words(endings)))
        pattern += rf"|(?:{closing})(?:\W|$)"
    return re.compile(pattern, re.IGNORECASE)


def is_email(text: str) -> bool:
    return _EMAIL.search(text) is not None


def is_url(text: str) -> bool:
    """Whether the text is a URL or a bare domain."""
    return _URL.match(text) is not None or (_DOMAIN.match(text) is not None and not _NUMBER.match(text))


def is_date(text: str) -> bool:
    """Whether the text is shaped like a full date, also a misspelt one (`1849-81-01`)."""
    return any(pattern.match(text) for pattern in (_NUMERIC_DATE, _COMPACT_DATE, _WORD_DATE, _CJK_DATE))


def is_separated_date(text: str) -> bool:
    """Whether the text is a date that cannot be taken for a plain number."""
    return any(pattern.match(text) for pattern in (_NUMERIC_DATE, _WORD_DATE, _CJK_DATE))


def is_year(text: str) -> bool:
    return len(text) == 4 and text.isdecimal() and 1000 <= int(text) <= 2100


def is_partial_date(text: str) -> bool:
    return is_year(text) or _MONTH_ONLY.match(text) is not None


def is_phone(text: str) -> bool:
    """Whether the text is shaped like a phone number of at least six digits."""
    digits = sum(letter.isdigit() for letter in text)
    return 6 <= digits <= 20 and _PHONE.match(" ".join(text.split())) is not None


def is_written_phone(text: str) -> bool:
    """Whether the text is a phone number that shows it: a plus sign or groups, no date."""
    return is_phone(text) and _PHONE_GROUPS.search(text) is not None and not is_separated_date(text)


def is_postcode(text: str) -> bool:
    return 3 <= len(text) <= 10 and _POSTCODE.match(text) is not None


def is_number(text: str) -> bool:
    return _NUMBER.match(text) is not None


def is_house_number(text: str) -> bool:
    return _HOUSE_NUMBER.match(text) is not None


def is_street(text: str) -> bool:
    """Whether the text has letters and names a street or starts or ends with a house number."""
    if not _LETTERS.search(text):
        return False
    return _any_word("street_words", endings="street_endings").search(text) is not None or has_house_number(
        text
    )


def has_house_number(text: str) -> bool:
    words = text.replace(",", " ").split()
    return len(words) > 1 and (words[0][0].isdigit() or any(word[0].isdigit() for word in words[1:]))


def is_whole_address(text: str) -> bool:
    """Whether the text holds more than a street line: several parts, or a long text with numbers."""
    parts = [part for part in re.split(r"[,\n;]", text) if part.strip()]
    return len(parts) >= 2 and any(letter.isdigit() for letter in text)


def is_organization_like(text: str) -> bool:
    """Whether a name has a legal form, a word of trade, a digit or an ampersand."""
    return "&" in text or has_digit(text) or _any_word("organization_words").search(text) is not None


def is_person_shaped(text: str) -> bool:
    """Whether a name is two to five words of letters, or CJK characters of a name's length."""
    if is_organization_like(text):
        return False
    words = text.replace(",", " ").split()
    if len(words) == 1:
        return 2 <= len(text) <= 4 and not text.isascii()
    return 2 <= len(words) <= 5 and all(_LETTERS.match(word) for word in words)


def is_salutation(text: str) -> bool:
    return all(word in _words("salutations") for word in text.lower().replace(".", " ").split())


def is_gender(text: str) -> bool:
    return text.lower() in _words("genders")


def is_truth_value(text: str) -> bool:
    return is_yes_or_no(text) or is_date(text)


def is_suffix(text: str) -> bool:
    return text.lower().strip(" .,") in _words("suffixes")


def has_letters(text: str) -> bool:
    return _LETTERS.search(text) is not None


def is_word(text: str) -> bool:
    """Whether the text is mostly letters: a name, a place, a title."""
    letters = sum(letter.isalpha() or letter in " -'.," for letter in text)
    return has_letters(text) and letters >= 0.8 * len(text)


@lru_cache(maxsize=4096)
def is_country(text: str) -> bool:
    """Whether the text is the name or code of a country, in any language that rigour knows."""
    if not 2 <= len(text) <= 60 or any(letter.isdigit() for letter in text):
        return False
    territory = lookup_territory(text)
    return territory is not None and territory.is_country


def is_lei(text: str) -> bool:
    return len(text) >= _LEI_LENGTH and bool(lei.is_valid(text))


def is_vat_shaped(text: str) -> bool:
    """Whether the text has a country prefix and a VAT number's length; the checksum is not asked."""
    compact = re.sub(r"[\s.-]", "", text)
    digits = sum(letter.isdigit() for letter in compact)
    return _VAT_SHAPE.match(text) is not None and compact[:2].isalpha() and digits >= 7


def is_vat(text: str) -> bool:
    return is_vat_shaped(text) and bool(vat.is_valid(text))


def has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


def is_year_like(text: str) -> bool:
    return is_year(text) or (len(text) == 2 and text.isdecimal())


def is_month(text: str) -> bool:
    return (text.isdecimal() and 1 <= int(text[:4]) <= 12) or (text.isalpha() and 3 <= len(text) <= 12)


def is_day(text: str) -> bool:
    return text.isdecimal() and 1 <= int(text[:4]) <= 31


def is_moment(text: str) -> bool:
    """Whether the text is a date, or seconds or milliseconds since 1970."""
    return is_date(text) or (text.isdecimal() and len(text) in {10, 13})


def is_yes_or_no(text: str) -> bool:
    return text.lower() in _words("truth_values")
