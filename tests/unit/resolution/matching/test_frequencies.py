"""Term frequencies: who holds a value, and what agreeing on it is worth."""

from collections.abc import Callable
from math import log2

import duckdb
import pytest

from resolution.domain.attributes import PartyType
from resolution.matching import engine, features, frequencies, preparing
from resolution.matching.comparisons import Comparison, Level, either_missing, same
from resolution.matching.model import TermFrequencies

Input = Callable[..., str]


def _learn(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    column: str,
    *,
    party_type: PartyType = PartyType.PERSON,
) -> TermFrequencies:
    return frequencies.learn_frequencies(connection, table, columns=[column], party_type=party_type)[column]


def test_a_name_is_as_common_as_its_records(
    connection: duckdb.DuckDBPyConnection, match_input: Input
) -> None:
    table = match_input(connection, [{"family_name": n} for n in ["smith"] * 6 + ["kron", "maier"]])

    learned = _learn(connection, table, "family_name")

    assert learned.values == {"smith": 6 / 8}
    assert learned.default == 1 / 8
    assert learned.reference == pytest.approx((36 + 1 + 1) / 64)
    assert learned.agreement == pytest.approx(30 / 56)
    assert learned.shared == ()


def test_ten_records_of_one_person_do_not_make_her_phone_a_switchboard(
    connection: duckdb.DuckDBPyConnection, match_input: Input
) -> None:
    hers = [{"family_name": "kron", "phone": "3011111111"}] * 10
    switchboard = [{"family_name": f"name{n}", "phone": "3022222222"} for n in range(10)]
    table = match_input(connection, hers + switchboard)

    learned = _learn(connection, table, "phone_key")

    assert learned.values == {"22222222": 10 / 11}
    assert learned.default == pytest.approx(max(1 / 11, learned.reference / 2**frequencies.MOST_RARITY))
    assert learned.shared == ("22222222",)


def test_a_phone_of_many_branches_is_shared_though_their_name_is_one(
    connection: duckdb.DuckDBPyConnection, match_input: Input
) -> None:
    rows = [
        {"org_name": "acme", "phone": "3022222222", "street": f"{n}street", "house_number": str(n)}
        for n in "abcdefghi"
    ]
    table = match_input(
        connection, [*rows, {"org_name": "kron", "phone": "3011111111"}], party_type=PartyType.ORGANIZATION
    )

    learned = _learn(connection, table, "phone_key", party_type=PartyType.ORGANIZATION)

    assert learned.values == {"22222222": 9 / 10}


def test_a_column_without_values_has_frequencies_that_change_nothing(
    connection: duckdb.DuckDBPyConnection, match_input: Input
) -> None:
    """People with free mail only: nobody has a company domain."""
    table = match_input(connection, [{"email": "a@gmail.com"}, {"email": "b@gmail.com"}])

    learned = _learn(connection, table, "work_domain")
    columns, joins = frequencies.frequency_columns(connection, frequencies={"work_domain": learned})
    features.add_columns(connection, table, looked_up=columns, joins=joins, target="match_person")

    assert learned.values == {}
    assert learned.agreement == 0
    tf = connection.execute("SELECT tf_work_domain FROM match_person").fetchall()
    assert tf == [(None,), (None,)]


def test_attached_frequencies_are_the_models_and_unknown_values_get_the_default(
    connection: duckdb.DuckDBPyConnection, match_input: Input
) -> None:
    table = match_input(connection, [{"family_name": "smith"}, {"family_name": "new"}, {"given_name": "x"}])
    learned = TermFrequencies({"smith": 0.25}, 0.01, 0.1, 0.1)

    columns, joins = frequencies.frequency_columns(connection, frequencies={"family_name": learned})
    features.add_columns(connection, table, looked_up=columns, joins=joins, target="match_person")

    found = connection.execute(
        "SELECT family_name, tf_family_name FROM match_person ORDER BY record_id"
    ).fetchall()
    assert found == [("smith", 0.25), ("new", 0.01), (None, None)]


def test_agreeing_on_a_value_weighs_log2_of_reference_over_its_frequency(
    connection: duckdb.DuckDBPyConnection, match_input: Input
) -> None:
    names = ["smith"] * 6 + ["kron"] * 2 + ["maier", "maier", "new", "lone"]
    table = match_input(connection, [{"family_name": n} for n in names])
    comparison = Comparison(
        "family_name",
        "Family name",
        either_missing("family_name"),
        (Level("same", same("family_name"), 0.9, tf_column="family_name"), Level("different", "", 0.1)),
        ("family_name",),
        ("family_name",),
    )
    learned = _learn(connection, table, "family_name")
    draft = preparing.draft_model(
        (comparison,), (), {"family_name": learned}, word_weights={}, default_word_weight=1.0
    )
    preparing.complete_input(connection, table, model=draft, target="match_person")
    connection.execute(
        "CREATE TABLE pairs AS SELECT '0' AS match_key, a.record_id AS join_key_l, b.record_id AS join_key_r"
        " FROM match_person a JOIN match_person b ON a.record_id < b.record_id"
    )

    engine.score_pairs(connection, "match_person", pairs="pairs", model=draft, target="scored")

    rows = connection.execute(
        "SELECT p.family_name, gamma_family_name, mw_tf_adj_family_name FROM scored"
        " JOIN match_person p ON p.record_id = record_id_l"
    ).fetchall()
    assert len(rows) == 66
    for name, level, weight in rows:
        frequency = learned.values.get(name, learned.default)
        assert weight == pytest.approx(log2(learned.reference / frequency) if level == 1 else 0.0, abs=1e-9)


def test_the_columns_are_those_that_levels_name() -> None:
    level = Level("same", "x", 0.5, tf_column="b")
    other = Comparison(
        "o", "O", "z", (Level("same", "x", 0.5, tf_column="a"), level, Level("d", "", 0.5)), ("o",), ("o",)
    )

    assert frequencies.tf_columns([other, other]) == ("a", "b")
