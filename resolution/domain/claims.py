"""Claims: what one record says about one attribute of its party."""

import re
from dataclasses import dataclass
from datetime import datetime

IDENTIFIER_PREFIX = "identifier."


@dataclass(frozen=True, slots=True)
class AttributeClaim:
    """One value that one record states.

    `value` is what the source said; `key` its comparison form, so that equal keys are agreement.
    `position` counts the values that the record states for the attribute, 0 first; the parts of an
    address or name carry the position of the address or name they belong to.
    """

    record_id: str
    source: str
    attribute: str
    value: str
    key: str
    observed_at: datetime | None = None
    position: int = 0


def is_partial(attribute: str, key: str) -> bool:
    """Say whether a value is only a part of what the attribute can hold.

    A partial value never survives against a whole one, whatever the rule: an initial is no given
    name, a year no birth date, a town without street and postcode no address. `IS_PARTIAL_SQL`
    says the same in SQL over columns `attribute` and `key`; a test holds the two equal.
    """
    match attribute:
        case "given_name" | "middle_name":
            return len(key) == 1
        case "full_name":
            return re.match(r"[^ ]( |$)", key) is not None
        case "birth_date":
            return len(key) < len("YYYY-MM-DD")
        case "address":
            return re.search(r"[0-9]", key) is None
        case _:
            return False


IS_PARTIAL_SQL = """case attribute
    when 'given_name' then length(key) = 1
    when 'middle_name' then length(key) = 1
    when 'full_name' then length(key) = 1 or substr(key, 2, 1) = ' '
    when 'birth_date' then length(key) < 10
    when 'address' then not regexp_matches(key, '[0-9]')
    else false end"""


def is_well_written(attribute: str, value: str) -> bool:
    """Say whether a value is written as people write it: not all in one case, no `Family, Given`.

    Judged by Latin letters without marks, so that `IS_WELL_WRITTEN_SQL` can say the same over columns
    `attribute` and `value`; a value without any is well written.
    """
    if attribute == "full_name" and "," in value:
        return False
    return (re.search(r"[a-z]", value) is None) == (re.search(r"[A-Z]", value) is None)


IS_WELL_WRITTEN_SQL = """(
    regexp_matches(value, '[a-z]') = regexp_matches(value, '[A-Z]')
    and not (attribute = 'full_name' and contains(value, ',')))"""
