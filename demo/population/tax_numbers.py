"""Tax numbers that pass their country's check, made in one step instead of tried until one fits."""

import random
from collections.abc import Callable

from stdnum import luhn
from stdnum.at import uid as at_uid
from stdnum.ch import uid as ch_uid
from stdnum.iso7064 import mod_11_10


def tax_number(country: str, rng: random.Random) -> str:
    """Return a valid tax number of a country of the atlas."""
    return _MAKERS[country](rng)


def _digits(count: int, rng: random.Random) -> str:
    return str(rng.randrange(10 ** (count - 1), 10**count))


def _german(rng: random.Random) -> str:
    digits = _digits(8, rng)
    return f"DE{digits}{mod_11_10.calc_check_digit(digits)}"


def _austrian(rng: random.Random) -> str:
    digits = _digits(7, rng)
    return f"ATU{digits}{at_uid.calc_check_digit('U' + digits)}"


def _british(rng: random.Random) -> str:
    digits = _digits(7, rng)
    rest = sum(weight * int(digit) for weight, digit in zip(range(8, 1, -1), digits, strict=True)) % 97
    return f"GB{digits}{97 - rest:02}"


def _american(rng: random.Random) -> str:
    return f"12-{rng.randrange(10**7):07}"


def _french(rng: random.Random) -> str:
    digits = _digits(8, rng)
    siren = digits + luhn.calc_check_digit(digits)
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02}{siren}"


def _dutch(rng: random.Random) -> str:
    while True:  # one sum in eleven has no check digit
        digits = _digits(8, rng)
        rest = sum(weight * int(digit) for weight, digit in zip(range(9, 1, -1), digits, strict=True)) % 11
        if rest < 10:
            return f"NL{digits}{rest}B01"


def _swedish(rng: random.Random) -> str:
    digits = "556" + _digits(6, rng)
    return f"SE{digits}{luhn.calc_check_digit(digits)}01"


def _swiss(rng: random.Random) -> str:
    while True:  # as in the Netherlands
        digits = _digits(8, rng)
        number = digits + ch_uid.calc_check_digit(digits)
        if len(number) == 9:
            return f"CHE-{number[:3]}.{number[3:6]}.{number[6:]}"


_MAKERS: dict[str, Callable[[random.Random], str]] = {
    "DE": _german,
    "AT": _austrian,
    "GB": _british,
    "US": _american,
    "FR": _french,
    "NL": _dutch,
    "SE": _swedish,
    "CH": _swiss,
}
