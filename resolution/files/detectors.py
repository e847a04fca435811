"""What single values look like: pure tests of one text, without any knowledge of its column.

Values in real files are misspelt: a date with an impossible month is still shaped like a date. So
these tests look at shape, and only checksummed identifiers are verified.
"""

import re
from functools import lru_cache

from rigour.territories import lookup_territory
from stdnum import lei
from stdnum.eu import vat

_EMAIL = re.compile(r"^(?:mailto:)?[^@\s]+@[^@\s]+$|<[^@\s]+@[^@\s]+>")
_URL = re.compile(r"^(?:https?://|www\.)\S+$", re.IGNORECASE)
_DOMAIN = re.compile(r"^(?:[a-z0-9-]+\.)+[a-z]{2,12}(?:/\S*)?$", re.IGNORECASE)
_NUMERIC_DATE = re.compile(
    r"^[\dOolI]{1,4}\s*[-/.]+\s*[\dOolI]{1,3}\s*[-/.]+\s*[\dOolI]{1,5}(?:[T ]+[\d:.]+\s*(?:[AaPp][Mm])?(?:Z|[+-]\d\d:?\d\d)?)?$"
)
_CJK_DATE = re.compile(r"^\d{4}\s*年\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?$")
_WORD_DATE = re.compile(
    r"^(?:\d{1,2}\.?(?:st|nd|rd|th)?[\s-]+[^\W\d]{3,10}\.?[\s,-]+\d{2,4}|[^\W\d]{3,10}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4})(?:\s.*)?$"
)
_COMPACT_DATE = re.compile(
    r"^(?:1[5-9]|20)\d\d(?:0\d|1[0-2])(?:[0-2]\d|3[01])$|^(?:[0-2]\d|3[01])(?:0\d|1[0-2])(?:19|20)\d\d$"
)
_MONTH_ONLY = re.compile(r"^\d{4}[-/.]\d{1,2}$")
_PHONE = re.compile(
    r"^(?:tel\.?:?\s*)?[+(\d][\d\s().\-/+\u00a0\u2010-\u2015]{4,28}(?:\s*(?:x|ext\.?|#|app\.?|durchwahl)\s*\d{1,6})?$",
    re.IGNORECASE,
)
_POSTCODE = re.compile(r"^(?=.*[\doO])[a-z0-9]{2,6}(?:[\s-]?[a-z0-9]{2,5})?$", re.IGNORECASE)
_NUMBER = re.compile(r"^[-+]?\d+(?:[.,]\d+)?$")
_HOUSE_NUMBER = re.compile(
    r"^(?:no\.?\s*)?\d{1,6}\s*[a-z]?(?:\s*[-/]\s*\d{1,5}\s*[a-z]?)?(?:\s*(?:bis|ter))?$", re.IGNORECASE
)
_STREET_WORD = re.compile(
    r"(?:^|\W)(?:st|str|street|rd|road|ave?|avenue|blvd|boulevard|dr|drive|ln|lane|ct|court|pl|place|way|cres|crescent|circuit|close|terrace|hwy|highway|pkwy|square|rue|chemin|place|calle|avda|avenida|carrera|plaza|via|viale|corso|piazza|rua|travessa|ul|ulica|al|aleja|platz|weg|allee|gasse|laan|plein|gata|gatan|vagen|vej|vei|utca|p\.?\s?o\.?\s?box)(?:\W|$)|(?:stra(?:ss|ß)e|str\.?|straat|weg|gasse|platz|allee|ring|damm|laan|gracht|vagen|gatan|vej|gade|katu|tie)(?:\W|$)",
    re.IGNORECASE,
)
_ORGANIZATION_WORD = re.compile(
    r"(?:^|\W)(?:inc|llc|l\.l\.c|ltd|limited|corp|corporation|co|company|plc|gmbh|ag|kg|ug|ohg|gbr|e\.?v|se|s\.?a\.?s?|s\.?a\.?r\.?l|s\.?r\.?l|s\.?p\.?a|b\.?v|n\.?v|a/?s|ab|oy|oyj|as|asa|aps|s\.?l|s\.?c|sp\.? z ?o\.?o|s\.r\.o|kft|zrt|ltda|pty|pte|pvt|llp|lp|group|holdings?|bank|university|school|college|academy|hospital|clinic|church|hotel|restaurant|cafe|bar|grill|pizza|pizzeria|bistro|services?|solutions|systems|technologies|consulting|partners|associates|association|foundation|institute|centers?|centres?|council|department|ministry|agency|society|club|store|shop|market|industries|international|enterprises?|trading|insurance|center|daycare|kindergarten|museum|library|trust|fund|stiftung|verein|gesellschaft|handel|bau|societe|compagnie|ecole|empresa|servicios|construcciones|azienda|fabbrica|bedrijf|handelsonderneming|spolka|przedsiebiorstwo|fabryka)(?:\W|$)|&|\d",
    re.IGNORECASE,
)
_SALUTATION = re.compile(
    r"^(?:mr|mrs|ms|miss|mx|sir|dame|lady|lord|dr|prof|herr|frau|hr|fr|monsieur|madame|mademoiselle|mme|mlle|m|sr|sra|srta|don|dona|sig|signor|signora|sig\.ra|dhr|mevr|mw|pan|pani)\.?(?:\s+(?:dr|prof)\.?)?$",
    re.IGNORECASE,
)
_GENDER = re.compile(
    r"^(?:[mfwhukvxd01249]|male|female|man|woman|mann|frau|maennlich|männlich|weiblich|divers|homme|femme|masculin|feminin|féminin|hombre|mujer|masculino|femenino|feminino|uomo|donna|maschio|femmina|maschile|femminile|vrouw|kobieta|mezczyzna|mężczyzna|kvinna|kvinde|kvinne|mand|mies|nainen|nonbinary|non-binary|unknown|other|u|муж(?:ской|чина)?|жен(?:ский|щина)?|м|ж|男|女|남|여|erkek|kadın|k|e)$",
    re.IGNORECASE,
)
_TRUTH = re.compile(
    r"^(?:0|1|y|n|t|f|yes|no|true|false|x|ja|nein|oui|non|si|sí|tak|nie|sim|nao|não|da|nee)$", re.IGNORECASE
)
_LETTERS = re.compile(r"[^\W\d_]")
_SUFFIX = re.compile(
    r"^(?:jr|sr|snr|jnr|junior|senior|i{1,3}|iv|v|vi|md|phd|esq|2nd|3rd|4th)\.?$", re.IGNORECASE
)
_VAT_SHAPE = re.compile(r"^[A-Z]{2}[\s.-]?[0-9A-Z][0-9A-Z .\-]{6,14}$", re.IGNORECASE)
_LEI_LENGTH = 20


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
    groups = re.search(r"^\+|^\(\d|\d[\s./-]+\d{3}[\s./-]+\d|^0\d+[\s/-]\d", text)
    return is_phone(text) and groups is not None and not is_separated_date(text)


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
    return _STREET_WORD.search(text) is not None or has_house_number(text)


def has_house_number(text: str) -> bool:
    words = text.replace(",", " ").split()
    return len(words) > 1 and (words[0][0].isdigit() or any(word[0].isdigit() for word in words[1:]))


def is_whole_address(text: str) -> bool:
    """Whether the text holds more than a street line: several parts, or a long text with numbers."""
    parts = [part for part in re.split(r"[,\n;]", text) if part.strip()]
    return len(parts) >= 2 and any(letter.isdigit() for letter in text)


def is_organization_like(text: str) -> bool:
    """Whether a name has a legal form, a word of trade, a digit or an ampersand."""
    return _ORGANIZATION_WORD.search(text) is not None


def is_person_shaped(text: str) -> bool:
    """Whether a name is two to five words of letters, or CJK characters of a name's length."""
    if is_organization_like(text):
        return False
    words = text.replace(",", " ").split()
    if len(words) == 1:
        return 2 <= len(text) <= 4 and not text.isascii()
    return 2 <= len(words) <= 5 and all(_LETTERS.match(word) for word in words)


def is_salutation(text: str) -> bool:
    return _SALUTATION.match(text) is not None


def is_gender(text: str) -> bool:
    return _GENDER.match(text) is not None


def is_truth_value(text: str) -> bool:
    return _TRUTH.match(text) is not None or is_date(text)


def is_suffix(text: str) -> bool:
    return _SUFFIX.match(text) is not None


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
    return _TRUTH.match(text) is not None
