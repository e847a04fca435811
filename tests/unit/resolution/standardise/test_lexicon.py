import re

import pytest

from resolution.standardise.lexicon import (
    LEXICONS,
    alternatives,
    load_lexicon,
    pairs,
    sql_set,
    sql_text,
    variants,
    words,
)


@pytest.mark.parametrize("name", sorted(path.stem for path in LEXICONS.glob("*.yml")))
def test_every_entry_of_a_lexicon_is_text(name: str) -> None:
    pending: list[object] = [load_lexicon(name)]
    while pending:
        entry = pending.pop()
        if isinstance(entry, dict):
            pending += [*entry.keys(), *entry.values()]
        elif isinstance(entry, list):
            pending += entry
        else:
            assert isinstance(entry, str), f"{entry!r} needs quotes in {name}.yml"


def test_variants_lead_to_their_form() -> None:
    forms = variants("legal_forms", "trailing")

    assert (forms["limited"], forms["ltd"]) == ("ltd", "ltd")


def test_pairs_and_words_are_read() -> None:
    assert pairs("emails", "typo_domains")["gmial.com"] == "gmail.com"
    assert "mr" in words("person_titles", "titles")


def test_quotes_are_safe_in_sql() -> None:
    assert sql_text("o'brien") == "'o''brien'"
    assert sql_set(["b", "a", "b"]) == "('a', 'b')"


def test_the_longest_alternative_is_tried_first() -> None:
    found = re.match(alternatives(["st", "street"]), "street")

    assert found is not None
    assert found[0] == "street"
