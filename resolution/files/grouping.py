"""Which columns belong together: the parts of the second address, the kind of a passport number.

Nothing here depends on the order of columns, so shuffled columns give the same groups.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from resolution.files import detectors as d
from resolution.files.guesses import Guess

ADDRESS = frozenset(
    {"address", "street", "house_number", "unit", "address_extra", "postcode", "city", "state", "country"}
)
PERSON_NAME = frozenset({"full_name", "given_name", "middle_name", "family_name", "name_suffix"})
NAME = PERSON_NAME | {"name", "organization_name", "name_kind"}
SINGLE = ("email", "phone", "web_domain", "employer", "job_title", "birth_date", "birth_place")

# Groups in the order in which they count; a group not named here comes between.
_FIRST = ("registered", "headquarters", "home", "location", "work", "mobile", "landline", "day", "mailing")
_LAST = ("billing", "shipping", "second", "third", "former")
_NAME_GROUPS = frozenset({"second", "third", "former"})
_ADDRESS_SHARE = 0.6  # of a numbered address line's values that look like addresses: a second address

_Key = tuple[int, str, int]


def assign_groups(guesses: Sequence[Guess]) -> list[Guess]:
    """Give every column its group: 1 for the first address, name, phone …, 2 for the second."""
    lined = _read_address_lines(guesses)
    grouped = _number(lined, ADDRESS, merge=True)
    grouped = _number(grouped, NAME, merge=False)
    for attribute in SINGLE:
        grouped = _number(grouped, frozenset({attribute}), merge=False)
    return _tie_name_kinds(_tie_identifiers(_part_collisions(grouped)))


def _key(guess: Guess) -> _Key:
    """Return what says which of several a column is; smaller is earlier."""
    words = [word for word in guess.groups if guess.attribute not in NAME or word in _NAME_GROUPS]
    order = (*_FIRST, *_LAST)
    word = min(words, key=order.index, default="") if words else ""
    place = order.index(word) + 1 if word else 0
    return (place, word, guess.header.number or 0)


def _number(guesses: Iterable[Guess], attributes: frozenset[str], *, merge: bool) -> list[Guess]:
    """Number the groups of columns with these attributes in the order of their keys."""
    found = list(guesses)
    keys: dict[_Key, set[str]] = {}
    for guess in found:
        if guess.attribute in attributes:
            keys.setdefault(_key(guess), set()).add(guess.attribute)
    groups: list[set[str]] = []
    group_of: dict[_Key, int] = {}
    for key in sorted(keys):
        place = _place(groups, keys[key]) if merge else len(groups)
        if place == len(groups):
            groups.append(set())
        groups[place] |= keys[key]
        group_of[key] = place + 1
    return [
        replace(guess, group=group_of[_key(guess)]) if guess.attribute in attributes else guess
        for guess in found
    ]


def _place(groups: Sequence[set[str]], attributes: set[str]) -> int:
    """Return the first group that has none of these parts, as `city` may complete `home_street`."""
    for place, group in enumerate(groups):
        if group.isdisjoint(attributes):
            return place
    return len(groups)


def _read_address_lines(guesses: Sequence[Guess]) -> list[Guess]:
    """Decide what numbered and bare address columns are: lines of one address, or addresses."""
    return [_read_address(guess, guesses) for guess in guesses]


def _read_address(guess: Guess, guesses: Sequence[Guess]) -> Guess:
    if guess.attribute not in {"address", "street"}:
        return guess
    if guess.header.line is not None:
        attribute = "street" if guess.header.line == 1 else "address_extra"
        return replace(guess, attribute=attribute)
    beside = [g for g in guesses if g is not guess and g.groups == guess.groups]
    twins = [g for g in beside if g.attribute == guess.attribute and g.header.words == guess.header.words]
    numbered = guess.header.number is not None
    if numbered and twins and not _are_addresses([guess, *twins], beside):
        number = guess.header.number or 1
        first = min(g.header.number or 1 for g in [guess, *twins])
        header = replace(guess.header, number=None, line=number)
        return replace(guess, attribute="street" if number == first else "address_extra", header=header)
    has_parts = any(g.attribute in {"city", "postcode"} for g in guesses)
    has_street = any(g.attribute == "street" for g in beside)
    is_whole = guess.profile.share(d.is_whole_address) >= 0.5  # a plain majority
    if guess.attribute == "address" and has_parts and not is_whole and not has_street:
        return replace(guess, attribute="street")
    return guess


def _are_addresses(twins: Sequence[Guess], beside: Sequence[Guess]) -> bool:
    """Whether numbered columns are addresses of their own, not lines of one."""
    numbers = {guess.header.number for guess in twins if guess.header.number not in {None, 1}}
    company = {"city", "postcode", "state", "country"}
    if any(guess.header.number in numbers and guess.attribute in company for guess in beside):
        return True
    return all(
        guess.profile.share(d.is_street) >= _ADDRESS_SHARE
        and guess.profile.share(d.has_house_number) >= _ADDRESS_SHARE
        for guess in twins
    )


def _order(guess: Guess) -> tuple[int, float, int, str]:
    """Rank columns of one meaning: earlier group, surer, fuller, then by name."""
    return (guess.group, -guess.confidence, -guess.profile.filled, guess.column.casefold())


def _part_collisions(guesses: Sequence[Guess]) -> list[Guess]:
    """Move columns of one meaning in one group to groups of their own."""
    taken: set[tuple[str, str | None, int]] = set()
    group_of: dict[str, int] = {}
    for guess in sorted(guesses, key=_order):
        group = guess.group
        movable = guess.attribute in ADDRESS | NAME | set(SINGLE) - {"address_extra"}
        while movable and (guess.attribute, guess.kind, group) in taken:
            group += 1
        taken.add((guess.attribute, guess.kind, group))
        group_of[guess.column] = group
    return [replace(guess, group=group_of[guess.column]) for guess in guesses]


def _tie_identifiers(guesses: Sequence[Guess]) -> list[Guess]:
    """Give each identifier a group of its own, and its companions the same."""
    identifiers = sorted((g for g in guesses if g.attribute == "identifier"), key=_identifier_order)
    group_of = {guess.column: place for place, guess in enumerate(identifiers, start=1)}
    tied: list[Guess] = []
    for guess in guesses:
        if guess.attribute == "identifier":
            tied.append(replace(guess, group=group_of[guess.column]))
        elif guess.attribute in {"identifier_country", "identifier_kind"}:
            owner = next((g for g in identifiers if _is_companion(guess, g)), None)
            tied.append(
                replace(guess, group=group_of[owner.column])
                if owner
                else replace(guess, attribute="ignore", reason="speaks of an identifier that is not there")
            )
        else:
            tied.append(guess)
    return tied


def _identifier_order(guess: Guess) -> tuple[str, int, str]:
    return (guess.kind or "", guess.header.number or 0, guess.column.casefold())


def _is_companion(guess: Guess, identifier: Guess) -> bool:
    return guess.kind == identifier.kind and guess.header.number == identifier.header.number


def _tie_name_kinds(guesses: Sequence[Guess]) -> list[Guess]:
    """Give a column that says `AKA` the group of the name it is filled with."""
    names = [g for g in guesses if g.attribute in PERSON_NAME | {"organization_name"}]
    return [
        replace(guess, group=_name_group(guess, names)) if guess.attribute == "name_kind" else guess
        for guess in guesses
    ]


def _name_group(guess: Guess, names: Sequence[Guess]) -> int:
    """Return the group of names whose fill is nearest; alias-like values rather mean a later name."""
    numbered = [name for name in names if name.header.number == guess.header.number]
    says_other = all(value.casefold() not in {"primary", "main", "legal"} for value in guess.profile.values)
    later = [name for name in names if name.group > 1] if says_other else []
    candidates = later or numbered or names
    nearest = min(
        candidates,
        key=lambda name: (abs(name.profile.filled - guess.profile.filled), name.column.casefold()),
        default=None,
    )
    return nearest.group if nearest else 1
