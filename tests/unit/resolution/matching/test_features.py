"""The match input: derived forms, and rows that depend on their own record alone (law 3)."""

from collections.abc import Callable
from zlib import crc32

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolution.domain.attributes import PartyType
from resolution.matching import features
from resolution.matching.model import FORMAT

Row = dict[str, object]
Load = Callable[..., None]
WORDS = st.sampled_from(["anna", "bob", "de", "maier", "o", "kron", "acme", "bay"])
TEXT = st.none() | st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
TEXTS = st.none() | st.lists(WORDS, min_size=1, max_size=3, unique=True)
PLACE = st.fixed_dictionaries(
    {part: st.none() | WORDS for part in ("house_number", "street", "postcode", "city")}
)
COMMON = {
    "email": st.sampled_from([None, "a.b@acme.com", "info@acme.com", "77@gmail.com", "b_a9@gmx.de"]),
    "phone": st.sampled_from([None, "123456", "3012345678"]),
    "identifiers": st.sampled_from([None, ["tax:de:X1"], ["lei::Y", "tax::Z"]]),
    "street": st.none() | WORDS,
    "house_number": st.sampled_from([None, "12", "3a"]),
    "postcode": st.sampled_from([None, "10115"]),
    "city": st.none() | WORDS,
    "addresses_alt": st.none() | st.lists(PLACE, min_size=1, max_size=2),
}
PERSON = st.fixed_dictionaries(
    {"given_name": st.none() | WORDS, "middle_name": TEXT, "family_name": TEXT, "given_names_alt": TEXTS}
    | COMMON
)
ORGANIZATION = st.fixed_dictionaries({"org_name": TEXT, "org_names_alt": TEXTS} | COMMON)
PARTIES = [
    pytest.param(PartyType.PERSON, PERSON, id="persons"),
    pytest.param(PartyType.ORGANIZATION, ORGANIZATION, id="organisations"),
]


def _rows(connection: duckdb.DuckDBPyConnection, party_type: PartyType) -> dict[str, Row]:
    table = features.build_match_input(connection, party_type, default_weight=9.0)
    found = connection.execute(f"FROM {table}").to_arrow_table().to_pylist()
    return {str(row["record_id"]): row for row in found}


@pytest.mark.parametrize(("party_type", "strategy"), PARTIES)
def test_a_row_depends_on_its_own_record_alone(
    party_type: PartyType, strategy: st.SearchStrategy[Row], load_parties: Load
) -> None:
    @settings(max_examples=10, deadline=None, derandomize=True)
    @given(st.lists(strategy, min_size=2, max_size=6))
    def check(records: list[Row]) -> None:
        rows = [{**row, "record_id": f"r{n}"} for n, row in enumerate(records)]
        with duckdb.connect(":memory:") as connection:
            features.register_nicknames(connection)
            features.register_word_weights(connection, {"acme": 2.5, "bay": 1.25})
            load_parties(connection, rows, party_type=party_type.value)
            together = _rows(connection, party_type)
            load_parties(connection, rows[::-1], party_type=party_type.value)
            assert _rows(connection, party_type) == together
            for row in rows[:2]:
                load_parties(connection, [row], party_type=party_type.value)
                assert _rows(connection, party_type) == {row["record_id"]: together[str(row["record_id"])]}

    check()


def _one(connection: duckdb.DuckDBPyConnection, match_input: Callable[..., str], row: Row) -> Row:
    party_type = PartyType.ORGANIZATION if "org_name" in row else PartyType.PERSON
    table = match_input(connection, [row], party_type=party_type)
    found: Row = connection.execute(f"FROM {table}").to_arrow_table().to_pylist()[0]
    return found


@pytest.mark.parametrize(
    ("row", "column", "expected"),
    [
        pytest.param({"given_name": "manny"}, "given_forms", ["emanuel", "manny", "manuel"], id="nickname"),
        pytest.param({"given_name": "zbigniew"}, "given_forms", ["zbigniew"], id="unknown-given-name"),
        pytest.param({"given_name": "z"}, "given_forms", None, id="initials-have-no-forms"),
        pytest.param(
            {"given_name": "jo", "family_name": "de la cruz"},
            "name_key",
            "cruz de jo la",
            id="name-in-any-order",
        ),
        pytest.param(
            {"given_name": "j", "family_name": "kron"}, "name_key", "kron", id="initials-are-no-key"
        ),
        pytest.param({"given_name": "j"}, "name_key", None, id="only-an-initial"),
        pytest.param(
            {"email": "Maier.Anna7@x.com".lower()}, "local_key", "anna maier", id="local-part-in-any-order"
        ),
        pytest.param({"email": "4711@qq.com"}, "local_key", None, id="digits-are-no-name"),
        pytest.param({"email": "a@gmail.com"}, "work_domain", None, id="free-mail-is-no-employer"),
        pytest.param({"email": "a@acme.com"}, "work_domain", "acme.com", id="company-mail"),
        pytest.param({"phone": "3012345678"}, "phone_key", "12345678", id="phone-without-area-code"),
        pytest.param(
            {"street": "oak", "house_number": "1", "postcode": "9", "city": "b"},
            "address_key",
            "oak|1|9",
            id="address",
        ),
        pytest.param({"street": "oak", "city": "b"}, "address_key", "oak||b", id="address-by-city"),
        pytest.param({"street": "oak"}, "address_key", None, id="street-alone-is-no-address"),
        pytest.param(
            {"identifiers": ["tax:de:X1"]}, "id_values", ["tax:X1"], id="identifier-without-country"
        ),
        pytest.param({"org_name": "bavarian engine works"}, "acronym", "bew", id="acronym"),
        pytest.param({"org_name": "acme works"}, "acronym", None, id="two-words-have-no-acronym"),
        pytest.param({"org_name": "north wind"}, "org_compact", "northwind", id="name-without-spaces"),
    ],
)
def test_a_form_is(
    connection: duckdb.DuckDBPyConnection,
    match_input: Callable[..., str],
    row: Row,
    column: str,
    expected: object,
) -> None:
    assert _one(connection, match_input, row)[column] == expected


def test_a_match_input_of_other_columns_is_another_format(
    connection: duckdb.DuckDBPyConnection, match_input: Callable[..., str]
) -> None:
    """An update joins new rows to saved ones: raise model.FORMAT with the columns, and then these numbers."""
    columns = [
        (name, kind)
        for party_type, row in ((PartyType.PERSON, {}), (PartyType.ORGANIZATION, {"org_name": "acme"}))
        for name, kind, *_ in connection.execute(
            f"DESCRIBE {match_input(connection, [row], party_type=party_type)}"
        ).fetchall()
    ]

    assert (FORMAT, crc32(repr(sorted(columns)).encode())) == (2, 1048646895)


def test_the_weight_of_a_name_is_an_exact_sum_in_whatever_order_threads_add(
    connection: duckdb.DuckDBPyConnection, load_parties: Load
) -> None:
    load_parties(connection, [{"org_name": "acme bay kron"}], party_type="organization")
    features.register_word_weights(connection, {"acme": 0.1, "bay": 0.2, "kron": 0.4})

    (row,) = _rows(connection, PartyType.ORGANIZATION).values()

    assert row["token_total"] == 0.7


def test_deleted_records_and_the_other_party_type_stay_out(
    connection: duckdb.DuckDBPyConnection, load_parties: Load
) -> None:
    rows: list[Row] = [
        {"record_id": "here", "given_name": "anna"},
        {"record_id": "gone", "given_name": "anna", "is_deleted": True},
        {"record_id": "firm", "org_name": "anna", "party_type": "organization"},
    ]
    features.register_nicknames(connection)
    features.register_word_weights(connection, {})
    load_parties(connection, rows)

    assert list(_rows(connection, PartyType.PERSON)) == ["here"]
    assert list(_rows(connection, PartyType.ORGANIZATION)) == ["firm"]


def test_rare_words_weigh_more_and_unknown_words_most(
    connection: duckdb.DuckDBPyConnection, load_parties: Load
) -> None:
    names = ["acme services", "kron services", "maier services", "services bay", "acme bay"]
    load_parties(connection, [{"org_name": n} for n in names], party_type="organization")

    weights, default = features.learn_word_weights(connection, PartyType.ORGANIZATION)

    assert weights == pytest.approx({"acme": 1.3219, "bay": 1.3219, "services": 0.3219})
    assert default == pytest.approx(2.3219)


def test_only_columns_with_enough_values_are_filled(
    connection: duckdb.DuckDBPyConnection, match_input: Callable[..., str]
) -> None:
    rows = [{"given_name": f"n{n}", "city": "berlin", "phone": "1" if n == 0 else None} for n in range(20)]
    table = match_input(connection, rows)

    filled = features.filled_columns(
        connection, table, columns=["given_name", "city", "phone", "email"], least_share=0.1
    )

    assert filled == {"given_name", "city"}  # one value for all is agreement too: equal records are one party


def test_columns_are_added_beside_the_record_and_rows_stay_as_they_are(
    connection: duckdb.DuckDBPyConnection, match_input: Callable[..., str]
) -> None:
    rows = [
        {"given_name": name, "city": city} for name, city in (("ann", "ulm"), ("bo", None), ("cy", "bonn"))
    ]
    bare = match_input(connection, rows)
    before = connection.execute(f"FROM {bare} ORDER BY record_id").to_arrow_table()
    connection.execute("CREATE TABLE size_of AS FROM (VALUES ('ulm', 1), ('bonn', 3)) v(city, size)")

    features.add_columns(
        connection,
        bare,
        columns=["length(t.given_name) AS letters"],
        looked_up=["size_of.size AS size"],
        joins=["LEFT JOIN size_of ON size_of.city = t.city"],
        target="match_person",
    )

    after = connection.execute("FROM match_person ORDER BY record_id").to_arrow_table()
    assert after.select(before.column_names) == before
    assert after.select(["letters", "size"]).to_pylist() == [
        {"letters": 3, "size": 1},
        {"letters": 2, "size": None},
        {"letters": 2, "size": 3},
    ]
