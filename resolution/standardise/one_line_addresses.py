"""Addresses in one string taken apart: street line, postcode, city, state, country.

Runs once per distinct value. Parts are split at commas and line ends; from the end come country, postcode
and state, then the city; the street line is the part with a house number.
"""

import re
from dataclasses import dataclass

from resolution.standardise.folding import romanised
from resolution.standardise.lexicon import variants, words
from resolution.standardise.places import country_code, state_codes

_US = re.compile(
    r"^(?P<rest>.*?)[ ,]*\b(?P<state>[a-z]{2}|[a-z]{2}[a-z ]{2,18})[. ]+(?P<code>[0-9]{5})(?:[ -]+[0-9]{4})?$"
)
_CODES = (
    ("gb", re.compile(r"\b(?P<code>[a-z]{1,2}[0-9][a-z0-9]? ?[0-9][a-z]{2})\b")),
    ("ca", re.compile(r"\b(?P<code>[a-z][0-9][a-z][ -]?[0-9][a-z][0-9])\b")),
    ("nl", re.compile(r"\b(?P<code>[1-9][0-9]{3} ?[a-z]{2})\b")),
    ("pl", re.compile(r"\b(?P<code>[0-9]{2}-[0-9]{3})\b")),
    ("br", re.compile(r"\b(?P<code>[0-9]{5}-[0-9]{3})\b")),
    ("jp", re.compile(r"\b(?P<code>[0-9]{3}-[0-9]{4})\b")),
    (None, re.compile(r"\b(?:[a-z]{1,3}-)?(?P<code>[0-9]{4,6})\b")),
    (None, re.compile(r"\b(?P<code>[0-9]{3} [0-9]{2})\b")),
)


# A code before its city, which no address in the United States has: a short end is then a country's code.
_CODE_THEN_CITY = re.compile(r"^(?:[a-z]{1,3}-)?[0-9]{3,6}(?: [0-9]{2}| ?[a-z]{2})? (?=[a-z]{2})")
_UNMISTAKABLE = (None, "gb", "ca")  # patterns that hold where the country is not named
_CITY_STATES = {"sg": "singapore", "hk": "hong kong", "mc": "monaco", "mo": "macau", "gi": "gibraltar"}
_UNIT_WORD = (
    r"(?:#|apt|appt|apartment|unit|suite|ste|flat|fl|floor|room|rm|kv|of|oficina|piso|depto|dpto|whg|"
    r"bld|bldg|d|dom|nr|no|house|haus)"
)
_UNIT = re.compile(
    rf"^(?P<unit>{_UNIT_WORD}[. ]*#?[ ]*[0-9]+[a-z]?(?:-[0-9]+[a-z]?)?)(?: (?P<rest>[a-z][a-z .'-]+))?$"
)


@dataclass(frozen=True, slots=True)
class ParsedAddress:
    """The parts of an address as folded text; None where it does not say."""

    line: str | None
    postcode: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None


def parse_address(text: str) -> ParsedAddress:
    """Return the parts of an address written in one string."""
    parts = [part.strip(" .") for part in re.split(r"[,;\n|]+", romanised(text))]
    parts = [" ".join(part.split()) for part in parts if part.strip(" .")]
    country = _take_country(parts)
    state, code = _take_us_tail(parts)
    if code is None:
        code = _take_postcode(parts, country)
        country = country or _take_country(parts)
        state = _take_state(parts)
    city = _take_city(parts, country=country, has_tail=code is not None or state is not None)
    return ParsedAddress(line=_line(parts), postcode=code, city=city, state=state, country=country)


def _take_country(parts: list[str]) -> str | None:
    if len(parts) < 2:
        return None
    last = parts[-1]
    if len(last) == 2 and len(parts) > 2 and _is_code_then_city(parts[-2]) and country_code(last) is not None:
        return country_code(parts.pop())
    named = re.sub(r"^[a-z]{0,3}-?[0-9][0-9 -]* ", "", last)
    if (len(named) <= 3 and named not in {"usa", "uk", "us", "uae"}) or named in state_codes():
        return None
    code = country_code(named, is_strict=True)
    if code is not None:
        rest = last[: len(last) - len(named)].strip()
        parts[-1:] = [rest] if rest else []
    return code


def _is_code_then_city(text: str) -> bool:
    found = _CODE_THEN_CITY.match(text)
    return found is not None and not _names_street(text[found.end() :])


def _take_us_tail(parts: list[str]) -> tuple[str | None, str | None]:
    if not parts:
        return None, None
    found = _US.match(parts[-1])
    if found is None or found["state"] not in state_codes():
        return None, None
    rest = found["rest"].strip(" ,")
    parts[-1:] = [rest] if rest else []
    return state_codes()[found["state"]], found["code"]


def _take_postcode(parts: list[str], country: str | None) -> str | None:
    for place in range(len(parts) - 1, -1, -1):
        for code_country, pattern in _CODES:
            if code_country not in _UNMISTAKABLE if country is None else code_country not in (None, country):
                continue
            matches = list(pattern.finditer(parts[place]))
            if not matches or (place == 0 and matches[-1].start() == 0):
                continue
            found = matches[-1]
            if code_country is None and _names_street(parts[place][found.end() :]):
                continue
            left, right = parts[place][: found.start()].strip(), parts[place][found.end() :].strip(" -")
            parts[place : place + 1] = [rest for rest in (left, right) if rest]
            return re.sub(r"[^a-z0-9]", "", found["code"])
    return None


def _names_street(text: str) -> bool:
    """Return whether the words behind a number make it a house number."""
    forms, types = variants("addresses", "words"), set(words("addresses", "street_types"))
    return any(forms.get(word.strip("."), word) in types for word in text.split())


def _take_state(parts: list[str]) -> str | None:
    if len(parts) < 2:
        return None
    if parts[-1] in state_codes() and (len(parts) > 2 or len(parts[-1]) <= 3):
        return state_codes()[parts.pop()]
    head, _, tail = parts[-1].rpartition(" ")
    if head and len(tail) in (2, 3) and tail in state_codes() and not re.search(r"[0-9]", head):
        parts[-1] = head
        return state_codes()[tail]
    return None


def _take_city(parts: list[str], *, country: str | None, has_tail: bool) -> str | None:
    if len(parts) > 1:
        unit = _UNIT.match(parts[-1])
        if unit is not None and unit["rest"]:
            parts[-1] = unit["unit"]
            return unit["rest"]
        if re.search(r"[0-9]", parts[-1]):
            return None
        if country in _CITY_STATES:
            parts[:] = [part for part in parts if re.search(r"[0-9]", part)] or parts
            return _CITY_STATES[country]
        named = [part for part in parts[1:] if not re.search(r"[0-9]", part)]
        city = named[0] if country == "gb" else named[-1]  # British addresses name the county behind the town
        parts[:] = [part for part in parts if part not in named]
        return city
    if parts and has_tail:
        parts[0], place = _split_behind_street_type(parts[0])
        return place
    return None


def _split_behind_street_type(text: str) -> tuple[str, str | None]:
    forms, types = variants("addresses", "words"), set(words("addresses", "street_types"))
    tokens = text.split()
    for place in range(len(tokens) - 2, 0, -1):
        word = tokens[place].strip(".")
        if forms.get(word, word) in types and not re.search(r"[0-9]", " ".join(tokens[place + 1 :])):
            return " ".join(tokens[: place + 1]), " ".join(tokens[place + 1 :])
    return text, None


def _line(parts: list[str]) -> str | None:
    if not parts:
        return None
    starting = [part for part in parts if re.match(r"[0-9]+[a-z]?\b", part)]
    units = [part for part in parts if _UNIT.match(part)]
    plain = [part for part in parts if part not in units]
    numbered = [part for part in plain if re.search(r"[0-9]", part) and re.search(r"[a-z]{3}", part)]
    main = (starting or numbered or plain or parts)[0]
    return " ".join([main, *sorted((part for part in units if part != main), key=_is_house)])


def _is_house(unit: str) -> bool:
    """Return whether a unit part names the house; it goes to the end, where a street line has it."""
    return re.match(r"(?:bld|bldg|d|dom|nr|no|house|haus)\b", unit) is not None
