"""What a header says about its column, by the lexicon in `lexicon.yml`.

The lexicon is data; this module only looks up. A header is read with ever weaker means: the whole
name, the name without words that say whose it is, run-together words taken apart, a known phrase
within the name. The score (0 to 1) tells by which means it was understood.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import cast

import yaml

from resolution.files.headers import Header, words_of

EXACT, WITHOUT_PLAIN_WORDS, TAKEN_APART, PHRASE = 1.0, 0.95, 0.9, 0.7
_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # the same, ten times as fast, where libyaml is
_MIN_SPLIT_WORD = 3  # letters; shorter words would split anything


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a header says: an attribute's name (or `name`, `fax`, `salutation`), kind and country."""

    attribute: str
    kind: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a phrase can mean, likeliest first (Danish `by` is a city, elsewhere a birth year)."""

    meanings: tuple[Meaning, ...]
    score: float
    phrase: str
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The lexicon, indexed by run-together words and by set of words."""

    by_key: Mapping[str, tuple[Meaning, ...]]
    by_set: Mapping[frozenset[str], tuple[Meaning, ...]]
    plain_words: frozenset[str]
    group_of: Mapping[str, str]
    other_words: frozenset[str]
    whole_only: frozenset[str]
    date_part_of: Mapping[str, str]
    vocabulary: frozenset[str]
    party_type_of: Mapping[str, str]


@cache
def load_lexicon() -> Lexicon:
    """Return the lexicon of the package."""
    text = files("resolution.files").joinpath("lexicon.yml").read_text(encoding="utf-8")
    data = yaml.load(text, Loader=_Loader)  # noqa: S506 - makes strings only
    by_key: dict[str, tuple[Meaning, ...]] = {}
    by_set: dict[frozenset[str], tuple[Meaning, ...]] = {}
    vocabulary: set[str] = set()
    for phrase, meaning in _entries(data):
        words = tuple(word for word in words_of(phrase) if not word.isdigit())
        key, word_set = "".join(words), frozenset(words)
        by_key[key] = tuple(dict.fromkeys((*by_key.get(key, ()), meaning)))
        by_set[word_set] = tuple(dict.fromkeys((*by_set.get(word_set, ()), meaning)))
        vocabulary.update(words)
    groups = {word: group for group, words in data["group_words"].items() for word in words}
    types = {
        " ".join(words_of(value)): party
        for party, values in data["party_type_values"].items()
        for value in values
    }
    plain, other, whole = (frozenset(data[part]) for part in ("plain_words", "other_words", "whole_only"))
    known = frozenset(word for word in vocabulary | plain | groups.keys() if len(word) >= _MIN_SPLIT_WORD)
    parts = {word: part for part, words in data["date_parts"].items() for word in words}
    return Lexicon(by_key, by_set, plain, groups, other, whole, parts, known, types)


def _entries(data: Mapping[str, object]) -> Iterator[tuple[str, Meaning]]:
    # Identifiers and further names first: where a phrase stands twice, the first entry holds.
    for entry in cast("list[dict[str, object]]", data["identifiers"]):
        country = cast("str | None", entry.get("country"))
        for phrase in cast("list[str]", entry["any"]):
            yield phrase, Meaning("identifier", cast("str", entry["kind"]), country)
    for entry in cast("list[dict[str, object]]", data["names"]):
        for phrase in cast("list[str]", entry["any"]):
            yield phrase, Meaning(cast("str", entry["attribute"]), cast("str", entry["kind"]))
    for attribute, languages in cast("dict[str, dict[str, list[str]]]", data["attributes"]).items():
        for phrases in languages.values():
            for phrase in phrases:
                yield phrase, Meaning(attribute)


def read_header(header: Header) -> Reading | None:
    """Return what a header means, or None when the lexicon does not know it.

    A list's name is read like that of one of its values (`addresses_country`).
    """
    lexicon = load_lexicon()
    apart = _take_apart(header.words, lexicon)
    singular = tuple(_singular(word) for word in apart)
    readings = [_named(header.words, apart, lexicon)]
    if lexicon.other_words.isdisjoint(apart):
        readings.append(_named(singular, singular, lexicon) if singular != apart else None)
    readings.append(_phrase(apart, lexicon))
    if lexicon.other_words.isdisjoint(apart):
        readings.append(_phrase(singular, lexicon))
    return next((reading for reading in readings if reading is not None), None)


def _singular(word: str) -> str:
    if len(word) <= _MIN_SPLIT_WORD or not word.endswith("s"):
        return word
    return word[:-2] if word.endswith("sses") else word[:-1]


def _named(words: tuple[str, ...], apart: tuple[str, ...], lexicon: Lexicon) -> Reading | None:
    """Return what the words mean together, with all that are not plain."""
    exact = _whole(words, lexicon)
    if exact:
        return Reading(exact, EXACT, " ".join(words), _groups(words, lexicon))
    for among, score in ((words, WITHOUT_PLAIN_WORDS), (apart, TAKEN_APART)):
        part = _companion(among, lexicon) or _date_part(among, lexicon)
        if part is not None:
            return Reading((part,), score, " ".join(among))
        if lexicon.other_words.isdisjoint(among):
            found = _without_plain(among, lexicon, score)
            if found is not None:
                return found
    return None


def _whole(words: tuple[str, ...], lexicon: Lexicon) -> tuple[Meaning, ...]:
    return lexicon.by_key.get("".join(words)) or lexicon.by_set.get(frozenset(words)) or ()


def _groups(words: tuple[str, ...], lexicon: Lexicon) -> frozenset[str]:
    return frozenset(lexicon.group_of[word] for word in words if word in lexicon.group_of)


def _without_plain(words: tuple[str, ...], lexicon: Lexicon, score: float) -> Reading | None:
    """Drop words that only say whose value it is, as few as possible."""
    droppable = [i for i, word in enumerate(words) if word in lexicon.plain_words or word in lexicon.group_of]
    for kept in _subsets(words, droppable):
        meanings = _whole(kept, lexicon)
        if meanings:
            dropped = tuple(word for word in words if word not in kept)
            return Reading(meanings, score, " ".join(kept), _groups(dropped, lexicon))
    return None


def _subsets(words: tuple[str, ...], droppable: list[int]) -> Iterator[tuple[str, ...]]:
    # Longest remainders first; the leading words are dropped before the trailing ones.
    drops = sorted(range(1, 1 << min(len(droppable), 6)), key=lambda bits: (bits.bit_count(), bits))
    for bits in drops:
        gone = {index for place, index in enumerate(droppable[:6]) if bits >> place & 1}
        if len(gone) < len(words):
            yield tuple(word for index, word in enumerate(words) if index not in gone)


def _companion(words: tuple[str, ...], lexicon: Lexicon) -> Meaning | None:
    """Read `passport_country`, `national_id_type`, `drivers_license_state`: facts about an identifier."""
    if len(words) < 2:
        return None
    about = {
        "country": "identifier_country",
        "state": "identifier_country",
        "nationality": "identifier_country",
    }
    about |= {"type": "identifier_kind", "kind": "identifier_kind", "land": "identifier_country"}
    about |= {"pays": "identifier_country", "pais": "identifier_country", "typ": "identifier_kind"}
    about |= {"jurisdiction": "identifier_country", "authority": "identifier_country"}
    attribute = about.get(words[-1])
    subject = _whole(words[:-1], lexicon) or _whole((*words[:-1], "number"), lexicon)
    skip = {"issuing", "issue", "issuer", "of"}
    if not subject and words[-2] in skip:
        subject = _whole(words[:-2], lexicon)
    if attribute is None or not subject or subject[0].attribute != "identifier":
        return None
    return Meaning(attribute, subject[0].kind, subject[0].country)


def _date_part(words: tuple[str, ...], lexicon: Lexicon) -> Meaning | None:
    """Read `Geburtsdatum (Jahr)`, `birth_date.day`: a part of a birth date beside a name of it."""
    parts = {lexicon.date_part_of[word] for word in words if word in lexicon.date_part_of}
    rest = tuple(word for word in words if word not in lexicon.date_part_of)
    said = _whole(rest, lexicon) if rest and len(parts) == 1 else ()
    return Meaning(*parts) if said and said[0].attribute == "birth_date" else None


def _take_apart(words: tuple[str, ...], lexicon: Lexicon) -> tuple[str, ...]:
    apart: list[str] = []
    for word in words:
        known = word in lexicon.vocabulary or word in lexicon.other_words
        apart.extend([word] if known else _split(word, lexicon.vocabulary))
    return tuple(apart)


def _split(word: str, vocabulary: frozenset[str]) -> list[str]:
    """Split a run-together word into the fewest known words; unsplittable words stay whole."""
    best: list[list[str] | None] = [[]] + [None] * len(word)
    for end in range(_MIN_SPLIT_WORD, len(word) + 1):
        for start in range(max(0, end - 24), end - _MIN_SPLIT_WORD + 1):
            before = best[start]
            if before is None or word[start:end] not in vocabulary:
                continue
            found = best[end]
            if found is None or len(before) + 1 < len(found):
                best[end] = [*before, word[start:end]]
    return best[-1] or [word]


def _phrase(words: tuple[str, ...], lexicon: Lexicon) -> Reading | None:
    """Find the longest known phrase within the header; the last of equals, as English puts the noun last."""
    for length in range(len(words) - 1, 0, -1):
        for start in range(len(words) - length, -1, -1):
            inner, rest = words[start : start + length], words[:start] + words[start + length :]
            meanings = _whole(inner, lexicon)
            if (
                not meanings
                or "".join(inner) in lexicon.whole_only
                or not lexicon.other_words.isdisjoint(rest)
            ):
                continue
            score = PHRASE if start + length == len(words) or length > 1 else PHRASE - 0.15
            return Reading(meanings, score, " ".join(inner), _groups(rest, lexicon))
    return None
