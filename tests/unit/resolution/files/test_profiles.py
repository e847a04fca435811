from resolution.files import detectors as d
from resolution.files.profiles import profile_columns


def test_a_profile_counts_and_samples(connection, read_table) -> None:  # type: ignore[no-untyped-def]
    table = read_table({"email": ["a@x.com", None, "no"], "tags": [["p", "q"], None, ["r"]]})

    email, tags = profile_columns(connection, table)

    assert (email.rows, email.filled, email.distinct) == (3, 2, 2)
    assert email.share(d.is_email) == 0.5
    assert sorted(tags.values) == ["p", "q", "r"]
    assert tags.is_list


def test_a_thinly_filled_column_of_a_large_table_is_still_seen(connection, read_table) -> None:  # type: ignore[no-untyped-def]
    table = read_table({"fax": [None] * 20_000 + ["415-555-1212"] * 5})

    [fax] = profile_columns(connection, table)

    assert len(fax.values) == 5


def test_an_empty_column_has_no_shares(connection, read_table) -> None:  # type: ignore[no-untyped-def]
    [empty] = profile_columns(connection, read_table({"a": [None, " "]}))

    assert (empty.fill, empty.share(d.is_email)) == (0.0, 0.0)
