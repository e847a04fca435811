"""What the catalogue says of columns."""

from pipelines.assets.column_words import words_of


def test_a_comparison_is_named_in_what_its_columns_mean() -> None:
    assert "family name" in str(words_of("links", "level_family_name"))
    assert words_of("links", "weight_phone") == "What phone adds to the match weight, in bits."


def test_one_column_means_different_things_in_different_tables() -> None:
    assert words_of("golden_values", "rule") != words_of("conflicts", "rule")
    assert "met" in str(words_of("links", "rule"))


def test_of_tables_of_others_nothing_is_claimed() -> None:
    assert words_of("deals", "value") is None
    assert words_of("links", "colour") is None
