"""A seeded renaming of an economy: other people, companies, phones, mails and ids, the same structure.

Every copy of the economy gets a `Renaming` of its own. Letters are replaced one by one, consonants by
consonants and vowels by vowels, digits by digits, so that the same value always becomes the same other
value, values that were alike stay just as alike, and blocks keep their sizes. What the language of the
field needs stays: legal forms, kinds of street, role mailboxes, mail providers, country and area codes.
`e` and `i` stay too, so that `ü` and `ue` still say the same. Copy 0 is the economy itself.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

CONSONANTS = "bcdfghjklmnpqrstvwxyz"
VOWELS = "aou"
UMLAUTS = "äöü"  # of the vowels, in their order
MOST_COPIES = 10  # the digits have no more rotations
YEARS = range(1936, 2008)  # of birth; a multiple of four, so that leap days stay leap days
YEARS_BY_COPY = 4

_KEPT = (
    # legal forms
    "ag aktiengesellschaft bv co company corp corporation eg gesellschaft gmbh inc incorporated kg kgaa"
    " limited llc llp ltd mbh nv ohg oy ab plc sa sarl se spa srl ug"
    # words that stand between names
    " and of the und de la le van von der den di du el"
    # kinds of street
    " street st place pl close cl crescent cres circuit cct court ct road rd garden gardens drive dr"
    " avenue ave lane ln way creek ck square sq retreat highway hwy parade pde terrace tce boulevard blvd"
    " circle centre center po box unit flat north south east west"
    # role mailboxes and their names
    " info sales support office contact accounting accounts payable team service admin billing help"
    # mail providers and ends of domains
    " gmail yahoo outlook hotmail icloud web gmx aol com net org uk at ch fr it nl us eu"
)
KEPT_WORDS = frozenset(_KEPT.split())
_FREE_MAIL = frozenset({"gmail", "yahoo", "outlook", "hotmail", "icloud", "web", "gmx", "aol"})
_WORD = re.compile(r"[^\W\d_]+")
_PHONE = re.compile(r"((?:(?:\+|00)(?:1|3[139]|4[1349])|\(?0?\)?)\W*(?:\d\W*){3})(.*)", re.S)
_DATE = re.compile(r"(\d{4})(-\d\d-\d\d)")


@dataclass(frozen=True, slots=True)
class Renaming:
    """The renaming of one copy: a bijection of values for each kind of value."""

    copy: int
    letters: dict[int, str]
    digits: dict[int, str]

    def text(self, value: str) -> str:
        """Rename the words of a name, street or town."""
        return _WORD.sub(lambda found: self.word(found.group()), value)

    def word(self, value: str) -> str:
        """Rename one word, unless it is one of `KEPT_WORDS`; nothing is renamed to one of those."""
        if value.lower() in KEPT_WORDS:
            return value
        renamed = value.translate(self.letters)
        while renamed.lower() in KEPT_WORDS:  # walk on along the cycle, which keeps it a bijection
            renamed = renamed.translate(self.letters)
        return renamed

    def email(self, value: str) -> str:
        """Rename the local part and the domain, but not providers, roles and top-level domains."""
        local, at, domain = value.rpartition("@")
        if not at:
            return self.text(value)
        label, dot, top = domain.partition(".")
        if label.lower() not in _FREE_MAIL:
            label = self.text(label)
        return f"{self.text(local)}@{label}{dot}{top}"

    def phone(self, value: str) -> str:
        """Rename what follows the country code and the first three digits."""
        found = _PHONE.fullmatch(value)
        return found[1] + found[2].translate(self.digits) if found else value.translate(self.digits)

    def code(self, value: str) -> str:
        """Rename the digits of a postcode or an identifier."""
        return value.translate(self.digits)

    def birth_date(self, value: str) -> str:
        """Move an ISO date by whole years, in a circle; anything else (1900-01-01, a typo) stays."""
        found = _DATE.fullmatch(value)
        if not found or int(found[1]) not in YEARS:
            return value
        year = YEARS[(int(found[1]) - YEARS[0] + YEARS_BY_COPY * self.copy) % len(YEARS)]
        return f"{year}{found[2]}"

    def source_id(self, value: str) -> str:
        """Return an id that no other copy has."""
        return value if self.copy == 0 else f"{value}-{self.copy}"


def make_renaming(copy: int, *, seed: int) -> Renaming:
    """Return the renaming of one copy; no two copies of one seed give a consonant or digit alike.

    Raises:
        ValueError: There are no more than `MOST_COPIES` copies.
    """
    if not 0 <= copy < MOST_COPIES:
        raise ValueError(f"copy {copy} is not one of 0 to {MOST_COPIES - 1}")
    draw = random.Random(seed)  # noqa: S311 - not for secrets
    consonants = _rotated(CONSONANTS, copy, draw)
    digits = _rotated("0123456789", copy, draw)
    vowels = _rotated(VOWELS, copy, draw)
    umlauts = {
        mark: UMLAUTS[VOWELS.index(vowels[plain])] for plain, mark in zip(VOWELS, UMLAUTS, strict=True)
    }
    small = {**consonants, **vowels, **umlauts}
    letters = {**small, **{a.upper(): b.upper() for a, b in small.items()}}
    return Renaming(copy, str.maketrans(letters), str.maketrans(digits))


def _rotated(letters: str, by: int, draw: random.Random) -> dict[str, str]:
    """Return each letter with the one that stands `by` places on in a drawn circle of them."""
    circle = draw.sample(letters, len(letters))
    return {letter: circle[(place + by) % len(circle)] for place, letter in enumerate(circle)}


def rules(renaming: Renaming) -> dict[str, Callable[[str], str]]:
    """Return how the values of each column are renamed; other columns stay."""
    return {
        "source_id": renaming.source_id,
        **dict.fromkeys(
            ("full_name", "first_name", "last_name", "org_name", "street", "city"), renaming.text
        ),
        "email": renaming.email,
        "phone": renaming.phone,
        **dict.fromkeys(("postcode", "tax_id"), renaming.code),
        "birth_date": renaming.birth_date,
    }
