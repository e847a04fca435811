"""Which parties a text stands for: found by ids, mails, phones, identifiers or words of names, then ranked.

Somebody without clearance for personal values searches organisations only, and by values that may be seen:
what is masked must not be told by what is found, nor by how much of it there is (a person is there for who
has its golden id).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from context_api.customers.seen import Masked, seen
from context_api.customers.standing import GOLDEN_ID
from context_api.policy.classification import Classification, Classifications, classifications
from context_api.rendering.facts import NAME_ATTRIBUTE
from context_api.rendering.loading import NamedParty, named_parties
from context_api.rendering.masking import MASKABLE
from context_api.store.asked_terms import SEARCHED_NAMES, keys_asked, words_asked
from context_api.store.listing import known_by
from context_api.store.reading import golden_id_of, golden_ids_of, resolve_id
from context_api.store.searching import MOST_RECORDS, Search, SearchedRecord, searched_records
from context_api.store.views import Snapshot
from resolution.domain.attributes import PartyType
from resolution.domain.claims import IDENTIFIER_PREFIX

KEYED = ("email", "phone")  # found whole; identifiers too
ENOUGH = 3  # records that are as they were asked for; with fewer, words like those asked for count too
LEAST_SCORE = 0.5  # below it hardly a word agrees
BEGUN = 0.9  # what a word counts for that was begun rightly
FEWEST_BEGUN = 4  # letters of it
ALL_WORDS, WHOLE_NAME = 0.8, 0.2  # shares of a score: each word asked for, and how much else the name has
SAME = 0.9  # values that agree about as well as the best one count as what matched


@dataclass(frozen=True, slots=True)
class Asked:
    """What is searched for: a text, among parties of one type or known by one source, or all."""

    text: str
    party_type: PartyType | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class PartyHit:
    """A party that was found: how well it fits (1: exactly), by which fields, stated by which sources."""

    party: NamedParty
    score: float
    matched: tuple[str, ...]
    sources: tuple[str, ...]


def find_parties(
    snapshot: Snapshot, asked: Asked, *, cleared: Collection[Classification], limit: int
) -> tuple[tuple[PartyHit, ...], bool]:
    """Return the parties that fit best, and whether there may be more."""
    text = asked.text.strip()
    found = _by_id(snapshot, text, cleared=cleared)
    is_cut = False
    if not found:
        records = _records(snapshot, asked, cleared=cleared)
        is_cut = len(records) >= MOST_RECORDS
        found = _fits(snapshot, text, records, cleared=cleared)
    if asked.source is not None:
        known = known_by(snapshot, found, asked.source)
        found = {golden_id: fit for golden_id, fit in found.items() if golden_id in known}
    ranked = sorted(found, key=lambda golden_id: (-found[golden_id].score, golden_id))
    named = named_parties(snapshot, ranked[: limit + 1])
    hits = [
        PartyHit(named[golden_id], found[golden_id].score, found[golden_id].matched, found[golden_id].sources)
        for golden_id in ranked[: limit + 1]
        if golden_id in named and asked.party_type in (None, named[golden_id].party_type)
    ]
    return tuple(hits[:limit]), is_cut or len(hits) > limit


def shown_name(
    party: NamedParty, classes: Classifications, cleared: Collection[Classification]
) -> str | Masked | None:
    """Return the name of a party as somebody may see it."""
    classification = classes.of_attribute(party.party_type, NAME_ATTRIBUTE[party.party_type])
    return seen(party.name, classification, cleared)


@dataclass(frozen=True, slots=True)
class _Fit:
    score: float
    matched: tuple[str, ...]
    sources: tuple[str, ...]


def _by_id(snapshot: Snapshot, text: str, *, cleared: Collection[Classification]) -> dict[str, _Fit]:
    """Return the parties that an id stands for today."""
    if GOLDEN_ID.fullmatch(text):
        found = resolve_id(snapshot, text)
        ids = (found.golden_id,) if found.golden_id is not None else found.parts
        return {golden_id: _Fit(1.0, ("golden_id",), ()) for golden_id in ids}
    if text.count(":") < 2 or not text.isprintable():
        return {}
    golden_id = golden_id_of(snapshot, text)
    if golden_id is None:
        return {}
    is_person = named_parties(snapshot, [golden_id])[golden_id].party_type is PartyType.PERSON
    if is_person and Classification.PII not in cleared:  # the id may be a mail address
        return {}
    return {golden_id: _Fit(1.0, ("record_id",), (text.split(":", 1)[0],))}


def _records(
    snapshot: Snapshot, asked: Asked, *, cleared: Collection[Classification]
) -> tuple[SearchedRecord, ...]:
    """Return the live records that may be meant."""
    party_type = asked.party_type
    if Classification.PII not in cleared:
        if party_type is PartyType.PERSON:
            return ()
        party_type = PartyType.ORGANIZATION
    search = Search(snapshot, None if party_type is None else party_type.value)
    found = search.by_keys(keys_asked(asked.text))
    is_name = "@" not in asked.text and any(letter.isalpha() for letter in asked.text)
    if is_name and len(found) < ENOUGH:
        found |= search.by_words(words_asked(asked.text), enough=ENOUGH)
    return searched_records(snapshot, found)


def _fits(
    snapshot: Snapshot, text: str, records: Iterable[SearchedRecord], *, cleared: Collection[Classification]
) -> dict[str, _Fit]:
    """Return how well each party fits: as its best record does."""
    fitting = _Fitting(frozenset(keys_asked(text)), words_asked(text), cleared)
    by_record = {
        record.record_id: fit for record in records if (fit := fitting.of(record)).score >= LEAST_SCORE
    }
    by_party: dict[str, list[_Fit]] = defaultdict(list)
    for record_id, golden_id in golden_ids_of(snapshot, by_record).items():
        by_party[golden_id].append(by_record[record_id])
    return {golden_id: _together(fits) for golden_id, fits in by_party.items()}


def _together(fits: Sequence[_Fit]) -> _Fit:
    best = max(fit.score for fit in fits)
    matched = {name for fit in fits if fit.score >= best * SAME for name in fit.matched}
    sources = {source for fit in fits for source in fit.sources}
    return _Fit(best, tuple(sorted(matched)), tuple(sorted(sources)))


@dataclass(frozen=True, slots=True)
class _Fitting:
    """How records fit what was asked for; what a name came to is kept, as many records share it."""

    keys: Collection[str]
    words: Sequence[str]
    cleared: Collection[Classification]
    names: dict[str, float] = field(default_factory=dict)
    searched: dict[tuple[str, str], bool] = field(default_factory=dict)

    def of(self, record: SearchedRecord) -> _Fit:
        """Return how well a record fits, by the values that may be seen."""
        scores: dict[str, float] = {}
        for name, key in record.keys:
            if self._is_searched(record.party_type, name):
                scores[name] = max(scores.get(name, 0.0), self._score(name, key))
        best = max(scores.values(), default=0.0)
        matched = tuple(name for name, score in scores.items() if score and score >= best * SAME)
        return _Fit(best, matched, (record.source,))

    def _score(self, name: str, key: str) -> float:
        if name not in SEARCHED_NAMES:
            return float(key in self.keys or key.partition(":")[2] in self.keys)
        if key not in self.names:
            self.names[key] = likeness(self.words, key.split())
        return self.names[key]

    def _is_searched(self, party_type: str, name: str) -> bool:
        known = self.searched.get((party_type, name))
        if known is None:
            is_named = name in SEARCHED_NAMES or name in KEYED or name.startswith(IDENTIFIER_PREFIX)
            known = is_named and self._may_be_seen(party_type, name)
            self.searched[party_type, name] = known
        return known

    def _may_be_seen(self, party_type: str, name: str) -> bool:
        stated = classifications().of_attribute(PartyType(party_type), name)
        return stated not in MASKABLE or stated in self.cleared


def likeness(words: Sequence[str], name: Sequence[str]) -> float:
    """Return how well a name is what was asked for, 0 to 1: word by word, then as a whole, in any order."""
    if not words or not name:
        return 0.0
    each = sum(max(_word_likeness(word, other) for other in name) for word in words) / len(words)
    whole = fuzz.token_sort_ratio(" ".join(words), " ".join(name)) / 100
    return round(ALL_WORDS * each + WHOLE_NAME * whole, 4)


def _word_likeness(word: str, other: str) -> float:
    if word == other:
        return 1.0
    if len(word) >= FEWEST_BEGUN and other.startswith(word):
        return BEGUN
    return OSA.normalized_similarity(word, other)
