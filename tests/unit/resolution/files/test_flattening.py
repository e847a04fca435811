from resolution.files.flattening import flatten


def test_nested_objects_are_joined_by_underscores() -> None:
    assert flatten({"addr": {"city": "Reno", "geo": {"lat": "1"}}}) == {
        "addr_city": "Reno",
        "addr_geo_lat": "1",
    }


def test_a_list_of_plain_values_is_one_cell() -> None:
    assert flatten({"emails": ["a@x.com", None, "b@x.com"]}) == {"emails": ["a@x.com", "b@x.com"]}


def test_objects_of_a_list_are_numbered_from_the_second() -> None:
    row = {"phones": [{"number": "1", "type": "home"}, {"number": "2"}]}

    assert flatten(row) == {"phones_number": "1", "phones_type": "home", "phones_number_2": "2"}


def test_nulls_and_empty_lists_are_left_out() -> None:
    assert flatten({"a": None, "b": [], "c": {}}) == {}


def test_names_that_meet_are_both_kept() -> None:
    assert flatten({"a": {"b": "1"}, "a_b": "2"}) == {"a_b": "1", "a_b_2": "2"}


def test_truth_values_are_written_as_in_json() -> None:
    assert flatten({"active": True, "deleted": False}) == {"active": "true", "deleted": "false"}


def test_deep_nesting_ends_as_json_text() -> None:
    row: object = "end"
    for _ in range(50):
        row = {"n": row}

    cells = flatten({"n": row})

    [cell] = cells.values()
    assert isinstance(cell, str)
    assert cell.startswith('{"n":')


def test_objects_beyond_the_last_column_are_kept_as_text() -> None:
    cells = flatten({"p": [{"n": str(number)} for number in range(20)]})

    assert cells["p_n_16"] == "15"
    assert '"n": "19"' in cells["p_more"]
