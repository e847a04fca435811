"""Whether a table's rows are persons, organisations or both, and what its undecided names are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from resolution.domain.attributes import PartyType
from resolution.files import detectors as d
from resolution.files.guesses import Guess
from resolution.files.headers import words_of
from resolution.files.lexicon import load_lexicon

_PERSON_ONLY = frozenset(
    {
        "given_name",
        "middle_name",
        "family_name",
        "birth_date",
        "birth_year",
        "birth_place",
        "gender",
        "salutation",
    }
)
_PERSON_IDENTIFIERS = frozenset({"social_security", "passport", "driving_licence", "national"})
_ORGANIZATION_IDENTIFIERS = frozenset({"lei", "registration"})
_LOOKED_AT = 200  # names; looking one up takes some microseconds, the name data seconds to load
_MOST = 0.6  # share of rows from which all are taken to be of one type
_SOME = 0.1  # share of rows from which a type is taken to be among them
_ROWS_OF_ITS_OWN = 0.03  # share of rows with an organisation's name and no person's: parties themselves


@dataclass(frozen=True, slots=True)
class Parties:
    """A table's columns with their names decided, and the type of all rows if it is one."""

    guesses: tuple[Guess, ...]
    party_type: PartyType | None
    reason: str


def decide_parties(guesses: Sequence[Guess], *, organizations_alone: float) -> Parties:
    """Decide names and type.

    `organizations_alone` is the share of rows that have an organisation's name and no person's.
    """
    named = _decide_family_name(guesses)
    spoken = _spoken_type(named)
    has_person = any(g.attribute in _PERSON_ONLY or g.kind in _PERSON_IDENTIFIERS for g in named)
    named = [_decide_name(g, named, spoken=spoken, has_person=has_person) for g in named]
    attributes = {g.attribute for g in named}
    has_person_name = not attributes.isdisjoint({"full_name", "given_name", "family_name"})
    has_organization = "organization_name" in attributes
    if spoken is not None:
        return Parties(
            tuple(_as_employer(named) if spoken == {"person"} else named),
            _one(spoken),
            "the type column says so",
        )
    if has_organization and (has_person_name or has_person):
        if organizations_alone >= _ROWS_OF_ITS_OWN:
            return Parties(tuple(named), None, "rows of both types: decided by the names of each row")
        return Parties(tuple(_as_employer(named)), PartyType.PERSON, "every row has a person's name")
    if has_organization or (not has_person_name and _has_organization_id(named)):
        return Parties(tuple(named), PartyType.ORGANIZATION, "only organisations' names")
    if _is_mixed(named):
        return Parties(tuple(named), None, "names of both types in one column")
    return Parties(tuple(named), PartyType.PERSON, "persons' names or facts")


def _one(spoken: set[str]) -> PartyType | None:
    types = {"organization" if value == "mailbox" else value for value in spoken}
    return PartyType(types.pop()) if len(types) == 1 and spoken != {"mailbox"} else None


def _spoken_type(guesses: Sequence[Guess]) -> set[str] | None:
    """Return the types that a type column names, or None when there is no such column."""
    column = next((g for g in guesses if g.attribute == "party_type"), None)
    if column is None:
        return None
    type_of = load_lexicon().party_type_of
    keys = {" ".join(words_of(value)) for value in column.profile.values}
    return {type_of[key] for key in keys if key in type_of}


def _decide_family_name(guesses: Sequence[Guess]) -> list[Guess]:
    """Read a bare `Name` beside `Vorname` as the family name, `nome` beside `cognome` as the given name."""
    attributes = {g.attribute for g in guesses if g.kind is None}
    missing = {"family_name", "given_name"} - attributes
    if len(missing) != 1 or not attributes & {"family_name", "given_name"}:
        return list(guesses)
    [attribute] = missing
    bare = [g for g in guesses if g.attribute == "name" and len(g.header.words) == 1]
    if len(bare) != 1 or bare[0].profile.share(d.is_organization_like) > 0.3:
        return list(guesses)
    other = "given" if attribute == "family_name" else "family"
    reason = f"{bare[0].reason}; beside the {other} name it is the {attribute.replace('_', ' ')}"
    return [replace(g, attribute=attribute, reason=reason) if g is bare[0] else g for g in guesses]


def _decide_name(
    guess: Guess, guesses: Sequence[Guess], *, spoken: set[str] | None, has_person: bool
) -> Guess:
    if guess.attribute != "name":
        return guess
    if spoken is not None and len(spoken - {"mailbox"}) != 1:
        return replace(guess, attribute="full_name", reason=f"{guess.reason}; the type column decides by row")
    if spoken is not None:
        attribute = "full_name" if "person" in spoken else "organization_name"
        return replace(guess, attribute=attribute, reason=f"{guess.reason}; the type column says {attribute}")
    if any(g.attribute == "organization_name" for g in guesses) and has_person:
        return replace(
            guess, attribute="full_name", reason=f"{guess.reason}; the organisation is named beside"
        )
    return _decide_name_by_values(guess, guesses, has_person=has_person)


def _decide_name_by_values(guess: Guess, guesses: Sequence[Guess], *, has_person: bool) -> Guess:
    organizations = guess.profile.share(d.is_organization_like)
    persons = _person_share(guess.profile.values)
    if has_person and organizations < _MOST:
        return replace(
            guess, attribute="full_name", reason=f"{guess.reason}; the other columns are a person's"
        )
    if persons >= _MOST and not _has_organization_id(guesses):
        reason = f"{guess.reason}; {persons:.0%} of the names look like persons'"
        return replace(guess, attribute="full_name", reason=reason)
    if persons >= 0.35 and organizations < 0.35:  # some of both: each row decides
        return replace(guess, attribute="full_name", reason=f"{guess.reason}; names of persons and others")
    reason = f"{guess.reason}; {1 - persons:.0%} of the names are not like persons', nor is any other column"
    return replace(guess, attribute="organization_name", reason=reason)


def _person_share(values: Sequence[str]) -> float:
    """Return the share of names that are person-shaped and made of known given and family names."""
    shaped = [value for value in values[:_LOOKED_AT] if d.is_person_shaped(value)]
    if not values or len(shaped) < _SOME * min(len(values), _LOOKED_AT):
        return 0.0
    from resolution.files.known_names import is_known_person_name  # takes seconds to load

    return sum(map(is_known_person_name, shaped)) / min(len(values), _LOOKED_AT)


def _has_organization_id(guesses: Sequence[Guess]) -> bool:
    return any(g.attribute == "identifier" and g.kind in _ORGANIZATION_IDENTIFIERS for g in guesses)


def _is_mixed(guesses: Sequence[Guess]) -> bool:
    """Whether a table that has only whole names holds organisations among them."""
    attributes = {g.attribute for g in guesses}
    if attributes & {"given_name", "family_name"}:
        return False
    names = [g for g in guesses if g.attribute == "full_name" and g.kind is None]
    return any(g.profile.share(d.is_organization_like) >= _SOME for g in names)


def _as_employer(guesses: Sequence[Guess]) -> list[Guess]:
    """Read organisation names on a table of persons as their employers."""
    return [
        replace(g, attribute="employer", reason=f"{g.reason}; the rows are persons")
        if g.attribute == "organization_name" and g.kind is None
        else g
        for g in guesses
    ]
