"""How well a column's values bear out what its header says, and what they say by themselves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from resolution.files import detectors as d
from resolution.files.headers import words_of
from resolution.files.lexicon import Meaning, load_lexicon
from resolution.files.profiles import ColumnProfile

Support = Callable[[ColumnProfile], float]

CLEAR = 0.8  # share of values that must look alike before they speak without the header
_FEW = 3  # values; fewer never speak without the header
_FEW_SOURCES = 10  # distinct values that name systems even in a small table
_MAX_SOURCES = 100  # distinct values; a column with more does not name systems
_NAME_SHARE = 0.6  # names may be blank-like or numbered in part


def _share(test: Callable[[str], bool]) -> Support:
    return lambda profile: profile.share(test)


def _text(profile: ColumnProfile) -> float:
    """Share of values with letters that are none of the clearly shaped things."""
    shaped = profile.share(d.is_email) + profile.share(d.is_url) + profile.share(d.is_separated_date)
    return max(0.0, profile.share(d.has_letters) - shaped)


def _words(profile: ColumnProfile) -> float:
    return min(_text(profile), profile.share(d.is_word))


def _digits(profile: ColumnProfile) -> float:
    return max(0.0, profile.share(d.has_digit) - profile.share(d.is_email) - profile.share(d.is_url))


def _birth_date(profile: ColumnProfile) -> float:
    return profile.share(lambda text: d.is_date(text) or d.is_partial_date(text))


def _party_type(profile: ColumnProfile) -> float:
    return profile.share(is_party_type)


def is_party_type(text: str) -> bool:
    """Whether a value says person, organisation or mailbox."""
    return " ".join(words_of(text)) in load_lexicon().party_type_of


def _source(profile: ColumnProfile) -> float:
    is_few = profile.distinct <= min(_MAX_SOURCES, max(_FEW_SOURCES, profile.filled // 5))
    return 1.0 if is_few and profile.share(d.is_email) < CLEAR else 0.0


def _web(profile: ColumnProfile) -> float:
    return 0.0 if len(profile.values) >= _FEW and _has_one_host(profile) else profile.share(d.is_url)


# Attribute -> how far the values bear it out, and the least that is believed with the header.
SUPPORT: Mapping[str, tuple[Support, float]] = {
    "email": (_share(d.is_email), 0.3),
    "phone": (_share(d.is_phone), 0.4),
    "fax": (_share(d.is_phone), 0.4),
    "web_domain": (_web, 0.05),
    "birth_date": (_birth_date, 0.4),
    "birth_year": (_share(d.is_year_like), 0.6),
    "birth_month": (_share(d.is_month), 0.6),
    "birth_day": (_share(d.is_day), 0.6),
    "observed_at": (_share(d.is_moment), 0.6),
    "deleted": (_share(d.is_truth_value), 0.6),
    "gender": (_share(d.is_gender), 0.6),
    "salutation": (_share(d.is_salutation), 0.6),
    "postcode": (_share(d.is_postcode), 0.4),
    "country": (_share(d.is_country), 0.4),
    "state": (_words, 0.5),
    "city": (_words, 0.6),
    "birth_place": (_words, 0.5),
    "name": (_text, _NAME_SHARE),
    "full_name": (_text, _NAME_SHARE),
    "given_name": (_text, _NAME_SHARE),
    "middle_name": (_text, _NAME_SHARE),
    "family_name": (_text, _NAME_SHARE),
    "name_suffix": (_share(d.is_suffix), 0.3),
    "organization_name": (_text, 0.5),
    "employer": (_text, 0.5),
    "job_title": (_words, 0.5),
    "address": (_text, 0.5),
    "street": (_text, 0.5),
    "house_number": (_share(d.is_house_number), 0.4),
    "unit": (lambda profile: 1.0 - profile.share(d.is_email) - profile.share(d.is_separated_date), 0.5),
    "address_extra": (_text, 0.3),
    "identifier": (_digits, 0.5),
    "identifier_country": (_words, 0.5),
    "identifier_kind": (_words, 0.5),
    "name_kind": (_words, 0.5),
    "party_type": (_party_type, 0.6),
    "source": (_source, 0.5),
    "source_id": (lambda profile: profile.fill, 0.5),  # whether it repeats is asked with the source
}


@dataclass(frozen=True, slots=True)
class Detection:
    """What values say without a header."""

    meaning: Meaning
    share: float
    confidence: float
    word: str


_DETECTORS: tuple[tuple[Callable[[str], bool], Meaning, float, str], ...] = (
    (d.is_email, Meaning("email"), 0.85, "e-mail addresses"),
    (d.is_lei, Meaning("identifier", "lei"), 0.95, "LEI codes with a right check digit"),
    (d.is_vat, Meaning("identifier", "tax"), 0.85, "VAT numbers with a right check digit"),
    (d.is_url, Meaning("web_domain"), 0.7, "web addresses"),
    (d.is_written_phone, Meaning("phone"), 0.6, "phone numbers"),
)


def detect(profile: ColumnProfile) -> Detection | None:
    """Return what a column clearly holds, whatever its header; None when that is not clear."""
    if len(profile.values) < _FEW:
        return None
    for test, meaning, confidence, word in _DETECTORS:
        share = profile.share(test)
        if share >= CLEAR and not (meaning.attribute == "web_domain" and _has_one_host(profile)):
            return Detection(meaning, share, confidence * share, word)
    return None


def _has_one_host(profile: ColumnProfile) -> bool:
    """Whether all web addresses lie on one host: pages of a portal, not sites of parties."""
    hosts = {text.split("://")[-1].split("/")[0].lower() for text in profile.values if d.is_url(text)}
    return len(hosts) <= 1


def describe(profile: ColumnProfile) -> str:
    """Return in a few words what the values are, for a column that contradicts its header."""
    kinds = (
        (d.is_email, "e-mail addresses"),
        (d.is_url, "web addresses"),
        (d.is_date, "dates"),
        (d.is_number, "numbers"),
        (d.is_yes_or_no, "yes and no"),
    )
    shares = [(profile.share(test), word) for test, word in kinds]
    share, word = max(shares)
    return word if share >= 0.6 else "something else"  # a plain majority
