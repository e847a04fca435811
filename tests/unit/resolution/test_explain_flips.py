from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolution.explain_flips import find_flips


def comparison(name: str, label: str, weights: list[float]) -> dict[str, Any]:
    """Return a comparison with levels 0, 1, … of the given weights, and the missing level."""
    levels = [{"level": i, "label": f"level {i}", "weight": weight} for i, weight in enumerate(weights)]
    return {
        "name": name,
        "label": label,
        "levels": [*levels, {"level": -1, "label": "missing", "weight": 0.0}],
    }


PHONE = comparison("phone", "Phone", [-2.0, 9.0])
EMAIL = comparison("email", "E-mail", [-1.0, 4.0, 12.0])


def test_the_smallest_change_that_crosses_is_told_first() -> None:
    flips = find_flips([PHONE, EMAIL], {"phone": (0, -2.0), "email": (0, -1.0)}, total=-1.0, threshold=2.0)

    assert [(flip.label, flip.level_then, flip.weight) for flip in flips] == [
        ("E-mail", "level 1", 4.0),
        ("Phone", "level 1", 10.0),
    ]
    assert flips[1].sentence(is_match=False) == (
        'If the phone were "level 1" instead of "level 0", the match weight would be +10.0: a match.'
    )


def test_a_match_is_flipped_by_what_would_speak_against_it() -> None:
    (flip,) = find_flips([PHONE], {"phone": (1, 9.0)}, total=5.0, threshold=2.0)

    assert flip.is_missing_then
    assert flip.sentence(is_match=True) == (
        "If the phone were missing, the match weight would be -4.0: no longer a match."
    )


def test_a_missing_value_is_flipped_by_stating_it() -> None:
    (flip,) = find_flips([EMAIL], {"email": (-1, 0.0)}, total=0.0, threshold=2.0)

    assert flip.sentence(is_match=False).startswith('If both stated the E-mail and it were "level 1"')


def test_when_nothing_alone_would_do_the_nearest_is_told_as_such() -> None:
    (flip,) = find_flips([PHONE, EMAIL], {"phone": (1, 9.0), "email": (2, 12.0)}, total=40.0, threshold=2.0)

    assert not flip.crosses
    assert flip.sentence(is_match=True) == (
        'Nothing alone would flip it; nearest: if the E-mail were "level 0" instead of "level 2",'
        " the match weight would be +27.0, still a match."
    )


def test_without_comparisons_there_is_nothing_to_flip() -> None:
    assert find_flips([], {}, total=1.0, threshold=2.0) == ()


WEIGHTS = st.lists(st.integers(-20, 20).map(float), min_size=1, max_size=4)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.lists(WEIGHTS, min_size=1, max_size=4), st.randoms(use_true_random=False), st.integers(-10, 10))
def test_flips_equal_a_brute_force_over_all_levels(
    weights: list[list[float]], random: Any, threshold: int
) -> None:
    comparisons = [comparison(f"c{i}", f"C{i}", found) for i, found in enumerate(weights)]
    chosen = {c["name"]: random.choice(c["levels"]) for c in comparisons}
    total = sum(level["weight"] for level in chosen.values())
    held = {name: (level["level"], level["weight"]) for name, level in chosen.items()}

    flips = find_flips(comparisons, held, total=total, threshold=float(threshold))

    crossing = {
        c["label"]
        for c in comparisons
        for level in c["levels"]
        if (total - held[c["name"]][1] + level["weight"] >= threshold) != (total >= threshold)
    }
    assert {flip.label for flip in flips if flip.crosses} <= crossing
    assert bool(crossing) == any(flip.crosses for flip in flips)
    assert len([flip for flip in flips if flip.crosses]) == min(len(crossing), 4)


@pytest.mark.parametrize("label", ["Name", "E-mail"])
def test_a_label_reads_as_a_word_inside_the_sentence(label: str) -> None:
    (flip,) = find_flips([comparison("x", label, [-3.0])], {"x": (0, -3.0)}, total=-3.0, threshold=-1.0)

    assert flip.sentence(is_match=False).startswith(f"If the {'name' if label == 'Name' else 'E-mail'} were")
