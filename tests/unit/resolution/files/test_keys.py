from resolution.files.guesses import guess_column
from resolution.files.keys import choose_source_id
from resolution.files.profiles import profile_columns


def key(connection, table) -> str | None:  # type: ignore[no-untyped-def]
    guesses = [guess_column(profile) for profile in profile_columns(connection, table)]
    chosen = choose_source_id(connection, table, guesses)
    return next((guess.column for guess in chosen if guess.attribute == "source_id"), None)


def test_the_plainest_name_of_distinct_keys_wins(connection, read_table) -> None:  # type: ignore[no-untyped-def]
    table = read_table({"AccountId": ["1", "2", "3"], "Id": ["7", "8", "9"], "OwnerId": ["4", "5", "6"]})

    assert key(connection, table) == "Id"


def test_a_key_that_repeats_is_no_key(connection, read_table) -> None:  # type: ignore[no-untyped-def]
    table = read_table({"id": ["1"] * 9 + ["2"], "customer_no": [str(n) for n in range(10)]})

    assert key(connection, table) == "customer_no"


def test_keys_may_repeat_between_sources(connection, read_table) -> None:  # type: ignore[no-untyped-def]
    table = read_table({"id": ["1", "2"] * 4, "source": ["a", "a", "b", "b", "c", "c", "d", "d"]})

    assert key(connection, table) == "id"


def test_a_column_of_distinct_codes_is_the_key_where_none_is_named(connection, read_table) -> None:  # type: ignore[no-untyped-def]
    table = read_table({"qqq": [f"k{n}" for n in range(30)], "surname": ["Lee"] * 30})

    assert key(connection, table) == "qqq"


def test_a_few_rows_of_codes_are_no_proof(connection, read_table) -> None:  # type: ignore[no-untyped-def]
    assert key(connection, read_table({"qqq": ["k1", "k2"], "surname": ["Lee", "Ray"]})) is None
