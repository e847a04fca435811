"""The meaning of one column by itself: its header, borne out or overruled by its values."""

from dataclasses import dataclass

from resolution.files.evidence import SUPPORT, Detection, describe, detect
from resolution.files.headers import Header, parse_header
from resolution.files.lexicon import Meaning, Reading, load_lexicon, read_header
from resolution.files.profiles import ColumnProfile

_HEADER_SHARE = 0.6  # of the confidence; the rest are the values
_ALONE = 0.55  # score under which a header needs nearly all of its values to agree


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column seems to mean; `attribute` may be undecided (`name`, `fax`, `salutation`) or `ignore`.

    `is_given`: a person said it, and what is inferred of other columns follows it.
    """

    profile: ColumnProfile
    header: Header
    attribute: str
    confidence: float
    reason: str
    kind: str | None = None
    country: str | None = None
    groups: frozenset[str] = frozenset()
    group: int = 1
    is_given: bool = False

    @property
    def column(self) -> str:
        return self.profile.column


def guess_column(profile: ColumnProfile) -> Guess:
    """Return the meaning of a column, seen alone."""
    header = parse_header(profile.column)
    if not profile.filled:
        return _ignored(profile, header, "the column is empty", confidence=1.0)
    reading = read_header(header)
    detection = detect(profile)
    if reading is None:
        return _by_values(profile, header, detection)
    fits = [(_fit(meaning, profile), meaning) for meaning in reading.meanings]
    borne_out = [(fit, meaning) for fit, meaning in fits if fit is not None]
    if borne_out:
        fit, meaning = max(borne_out, key=lambda pair: pair[0] >= 0.8)  # first clear one
        return _by_header(profile, header, reading, fit=fit, meaning=meaning)
    said = reading.meanings[0].attribute.replace("_", " ")
    if detection is not None:
        reason = f"header says {said}, but {detection.share:.0%} of the values are {detection.word}"
        return _detected(profile, header, detection, reason)
    return _ignored(profile, header, f"header says {said}, but the values are {describe(profile)}")


def _fit(meaning: Meaning, profile: ColumnProfile) -> float | None:
    support, least = SUPPORT[meaning.attribute]
    fit = support(profile)
    return fit if fit >= least else None


def _by_header(
    profile: ColumnProfile, header: Header, reading: Reading, *, fit: float, meaning: Meaning
) -> Guess:
    confidence = round(reading.score * (_HEADER_SHARE + (1 - _HEADER_SHARE) * fit), 2)
    values = "all values fit" if fit > 0.99 else f"{fit:.0%} of the values fit"
    return Guess(
        profile,
        header,
        meaning.attribute,
        confidence,
        f"header says {reading.phrase}, {values}",
        meaning.kind,
        meaning.country,
        reading.groups,
    )


def _by_values(profile: ColumnProfile, header: Header, detection: Detection | None) -> Guess:
    if detection is None or _names_another_party(header, detection):
        return _ignored(profile, header, "not understood")
    reason = f"{detection.share:.0%} of the values are {detection.word}"
    return _detected(profile, header, detection, reason)


def _names_another_party(header: Header, detection: Detection) -> bool:
    """Whether the header says whose e-mail (phone, …) it is, and that is not the party's own."""
    lexicon = load_lexicon()
    if lexicon.other_words.isdisjoint(header.words):
        return False
    meanings = (meaning for word in header.words for meaning in lexicon.by_key.get(word, ()))
    return any(meaning.attribute == detection.meaning.attribute for meaning in meanings)


def _detected(profile: ColumnProfile, header: Header, detection: Detection, reason: str) -> Guess:
    meaning = detection.meaning
    return Guess(
        profile,
        header,
        meaning.attribute,
        round(detection.confidence, 2),
        reason,
        meaning.kind,
        meaning.country,
    )


def _ignored(profile: ColumnProfile, header: Header, reason: str, *, confidence: float = 0.6) -> Guess:
    return Guess(profile, header, "ignore", confidence, reason)
