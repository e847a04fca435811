"""Mistakes that people and systems make when they write a fact down. Each is pure but for its dice."""

import random
from collections.abc import Callable
from datetime import date

from anyascii import anyascii

KEY_NEIGHBOURS = {"a": "s", "e": "r", "i": "o", "o": "p", "n": "m", "r": "t", "s": "d", "t": "z", "l": "k"}
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
STREET_WORDS = {
    "Street": "St",
    "Road": "Rd",
    "Lane": "Ln",
    "Avenue": "Ave",
    "Boulevard": "Blvd",
    "Drive": "Dr",
    "Northwest": "NW",
    "Southeast": "SE",
    "East": "E",
    "straße": "str.",
    "strasse": "str.",
    "avenue": "av.",
}
FORM_VARIANTS = {
    "Limited": ["Ltd", "Ltd."],
    "Ltd": ["Limited", "Ltd."],
    "GmbH": ["Gesellschaft mit beschränkter Haftung", "G.m.b.H.", "gmbh"],
    "GmbH & Co. KG": ["GmbH + Co KG", "GmbH & Co.KG"],
    "AG": ["Aktiengesellschaft", "A.G."],
    "Inc.": ["Inc", "Incorporated"],
    "Corp.": ["Corporation", "Corp"],
    "LLC": ["L.L.C.", "Llc"],
    "B.V.": ["BV"],
    "N.V.": ["NV"],
    "SARL": ["S.A.R.L."],
    "SAS": ["S.A.S."],
    "plc": ["PLC", "Public Limited Company"],
    "AB": ["Aktiebolag"],
}


def typo(text: str, rng: random.Random) -> str:
    """Return the text with one slip: letters swapped, lost, doubled, or the key beside."""
    if len(text) < 4:
        return text
    at = rng.randrange(1, len(text) - 2)
    slips: list[Callable[[], str]] = [
        lambda: text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        lambda: text[:at] + text[at + 1 :],
        lambda: text[:at] + text[at] + text[at:],
        lambda: text[:at] + KEY_NEIGHBOURS.get(text[at], "e") + text[at + 1 :],
    ]
    return rng.choice(slips)()


def flatten_letters(text: str, rng: random.Random) -> str:
    """Return the text as a system without umlauts has it: transcribed, or with the dots dropped."""
    return anyascii(text.translate(UMLAUTS)) if rng.random() < 0.6 else anyascii(text)


def rewrite_form(form: str, rng: random.Random) -> str:
    """Return another way to write a legal form, or none at all."""
    return rng.choice([*FORM_VARIANTS.get(form, []), form, ""])


def shorten_street(street: str) -> str:
    """Return the street with its kind abbreviated."""
    for long, short in STREET_WORDS.items():
        street = street.replace(long, short)
    return street


def wrong_birth_date(day: date, rng: random.Random) -> date:
    """Return the date with day and month swapped where that is a date, else a year off."""
    if day.day <= 12 and day.day != day.month and rng.random() < 0.6:
        return day.replace(month=day.day, day=day.month)
    return day.replace(year=day.year + rng.choice([-1, 1, 10]), day=min(day.day, 28))
