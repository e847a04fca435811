import pytest

from context_api.search.parties import LEAST_SCORE, likeness


def test_the_words_of_a_name_count_in_any_order() -> None:
    assert likeness(["lee", "ann"], ["ann", "lee"]) == 1.0


def test_likeness_falls_with_each_thing_that_differs() -> None:
    name = ["anna", "maria", "schmidt"]
    asked = ["anna maria schmidt", "anna schmidt", "anna schmitd", "anna roe", "otto roe"]
    scores = [likeness(words.split(), name) for words in asked]

    assert scores == sorted(scores, reverse=True)
    assert scores[-1] < LEAST_SCORE


@pytest.mark.parametrize(("words", "name"), [([], ["ann"]), (["ann"], [])])
def test_nothing_is_like_nothing(words: list[str], name: list[str]) -> None:
    assert likeness(words, name) == 0.0
