import random
import string

import pytest

from context_api.store.sealing import Sealer
from context_api.store.word_variants import (
    KEPT_LETTERS,
    SHORTEST_WORD,
    own_token,
    tokens_asked,
    tokens_kept,
)

SEALER = Sealer(b"k" * 32, "default")


def finds(asked: str, word: str) -> bool:
    return not tokens_asked(SEALER, asked).isdisjoint(tokens_kept(SEALER, word))


def misspelt(word: str, chance: random.Random) -> str:
    """Return a word with one letter more, one less, another one, or two that changed places."""
    place, letter = chance.randrange(len(word) - 1), chance.choice(string.ascii_lowercase)
    return chance.choice(
        [
            word[:place] + letter + word[place:],
            word[:place] + word[place + 1 :],
            word[:place] + letter + word[place + 1 :],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        ]
    )


def test_a_word_is_found_with_any_one_mistake_in_it() -> None:
    chance = random.Random(20_260_101)
    for _ in range(2_000):
        word = "".join(chance.choices(string.ascii_lowercase, k=chance.randint(5, 14)))
        asked = misspelt(word, chance)

        assert finds(asked, word), (asked, word)


@pytest.mark.parametrize(("asked", "word"), [("schm", "schmidtberger"), ("schmidtb", "schmidtberger")])
def test_a_word_is_found_by_how_it_begins(asked: str, word: str) -> None:
    assert finds(asked, word)


@pytest.mark.parametrize(("asked", "word"), [("anna", "otto"), ("sch", "schmidt"), ("schm", "meier")])
def test_other_words_are_not_found(asked: str, word: str) -> None:
    assert not finds(asked, word)


def test_rows_of_a_word_are_few_and_hold_its_own() -> None:
    word = "s" + "chmidtberger" * 3
    kept = tokens_kept(SEALER, word)

    assert own_token(SEALER, word) in kept
    assert len(kept) <= KEPT_LETTERS + 4
    assert tokens_asked(SEALER, word[: SHORTEST_WORD - 1]) == frozenset()


def test_tenants_share_no_token() -> None:
    other = Sealer(b"k" * 32, "rivals")

    assert tokens_kept(SEALER, "schmidt").isdisjoint(tokens_kept(other, "schmidt"))
