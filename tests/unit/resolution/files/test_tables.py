from resolution.files.tables import literal, quote, unique_columns


def test_names_and_texts_are_safe_in_sql() -> None:
    assert quote('a"b') == '"a""b"'
    assert literal("it's") == "'it''s'"


def test_repeated_and_blank_columns_get_names_of_their_own() -> None:
    assert unique_columns(["phone", "Phone", "", "phone"]) == ["phone", "Phone_2", "column_3", "phone_3"]


def test_a_number_that_another_column_has_is_not_given_away() -> None:
    assert unique_columns(["phone", "phone", "phone_2"]) == ["phone", "phone_3", "phone_2"]


def test_columns_of_ours_are_not_hidden() -> None:
    assert unique_columns(["_line", "_record_id"]) == ["_line_2", "_record_id_2"]
