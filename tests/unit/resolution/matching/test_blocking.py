"""Blocking meets the pairs that brute force meets, within a budget, and never by missing or common values."""

from collections.abc import Callable, Mapping
from itertools import combinations
from random import Random

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from splink import DuckDBAPI, Linker

from resolution.domain.attributes import PartyType
from resolution.matching import blocking, engine, features, preparing
from resolution.matching.blocking import SMALLEST_BLOCK, SMALLEST_BUDGET, learn_blocking, pair_budget
from resolution.matching.model import BlockingRule, PartyModel

KEYS = {"phone": "phone", "name": "given || '|' || family", "city": "city"}
COLUMNS = ("phone", "given", "family", "city")
Record = tuple[str | None, ...]


def _table(connection: duckdb.DuckDBPyConnection, records: list[Record]) -> None:
    columns = {name: pa.array([r[i] for r in records], pa.string()) for i, name in enumerate(COLUMNS)}
    ids = pa.array([f"r{n:05}" for n in range(len(records))], pa.string())
    connection.register("records", pa.table({"record_id": ids, **columns}))
    connection.execute("CREATE OR REPLACE TABLE people AS FROM records")


def _model(rules: tuple[BlockingRule, ...]) -> PartyModel:
    return preparing.draft_model((), rules, {}, word_weights={}, default_word_weight=1.0)


def _blocked(
    connection: duckdb.DuckDBPyConnection, rules: tuple[BlockingRule, ...]
) -> dict[tuple[str, str], int]:
    features.add_columns(
        connection, "people", columns=blocking.key_columns(connection, rules=rules), target="people"
    )
    engine.block_pairs(connection, "people", model=_model(rules), target="pairs")
    rows = connection.execute("SELECT join_key_l, join_key_r, match_key::INTEGER FROM pairs").fetchall()
    assert len(rows) == len({row[:2] for row in rows})  # each pair once
    return {(left, right): rule for left, right, rule in rows}


def _key(record: Mapping[str, str | None], rule: str) -> str | None:
    values = [record[c] for c in {"phone": ("phone",), "name": ("given", "family"), "city": ("city",)}[rule]]
    return None if None in values else "|".join(str(v) for v in values)


def _brute_force(records: list[Record], rules: tuple[BlockingRule, ...]) -> dict[tuple[str, str], int]:
    named = [(f"r{n:05}", dict(zip(COLUMNS, r, strict=True))) for n, r in enumerate(records)]
    met = {}
    for (left, a), (right, b) in combinations(named, 2):
        for position, rule in enumerate(rules):
            key = _key(a, rule.name)
            if key is not None and key == _key(b, rule.name) and key not in rule.stop_values:
                met[left, right] = position
                break
    return met


VALUES = st.sampled_from([None, "a", "b", "c"])


@settings(max_examples=12, deadline=None, derandomize=True)
@given(records=st.lists(st.tuples(*[VALUES] * len(COLUMNS)), min_size=2, max_size=14))
def test_the_same_pairs_by_the_same_first_rule_as_brute_force(records: list[Record]) -> None:
    with duckdb.connect(":memory:") as connection:
        _table(connection, records)
        rules = learn_blocking(connection, "people", keys=KEYS, records=len(records))

        if rules:
            assert _blocked(connection, rules) == _brute_force(records, rules)
        else:
            every = tuple(BlockingRule(name, sql, 9) for name, sql in KEYS.items())
            assert _brute_force(records, every) == {}


def test_the_same_pairs_by_the_same_first_rule_as_splink(connection: duckdb.DuckDBPyConnection) -> None:
    drawn = Random(7)
    some: list[Record] = [tuple(drawn.choice([None, *"abcdef"]) for _ in COLUMNS) for _ in range(60)]
    _table(connection, some)
    rules = learn_blocking(connection, "people", keys=KEYS, records=len(some))
    ours = _blocked(connection, rules)
    api = DuckDBAPI(connection=connection)

    linker = Linker(api.register("people"), engine.splink_settings(_model(rules)), log_level=None)
    blocked = linker.inference.compute_blocked_pairs_for_predict().physical_name
    rows = connection.execute(f"SELECT join_key_l, join_key_r, match_key::INTEGER FROM {blocked}").fetchall()

    assert len(set(ours.values())) == len(KEYS)
    assert ours == {(left, right): rule for left, right, rule in rows}


def test_stop_values_never_block(connection: duckdb.DuckDBPyConnection) -> None:
    records: list[Record] = [
        ("1", "a", "x", None),
        ("1", "b", "x", None),
        ("2", "a", "x", None),
        ("2", "c", "y", None),
    ]
    _table(connection, records)
    rules = (BlockingRule("phone", KEYS["phone"], 3, ("1",)), BlockingRule("name", KEYS["name"], 3, ()))

    assert _blocked(connection, rules) == {("r00002", "r00003"): 0, ("r00000", "r00002"): 1}


def test_records_without_a_value_never_block(connection: duckdb.DuckDBPyConnection) -> None:
    """Missing keys were once hashed, so that all records without a phone made one giant block."""
    _table(connection, [(None, "a", None, None)] * 50 + [("1", None, "x", None)] * 2)

    rules = learn_blocking(connection, "people", keys=KEYS, records=52)

    assert [rule.name for rule in rules] == ["phone"]
    assert _blocked(connection, rules) == {("r00050", "r00051"): 0}


def test_rules_that_meet_no_pair_are_left_out(connection: duckdb.DuckDBPyConnection) -> None:
    _table(connection, [(str(n), "a", None, None) for n in range(9)])

    assert learn_blocking(connection, "people", keys=KEYS, records=9) == ()


@pytest.mark.parametrize("budget", [1, 40, 120, 1000, 100_000])
def test_the_pairs_stay_within_the_budget(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, budget: int
) -> None:
    monkeypatch.setattr(blocking, "pair_budget", lambda _: budget)
    sizes = {"a": 2, "b": 3, "c": 6, "d": 15, "e": 40}
    some: list[Record] = [(f"{city}{i}", None, None, city) for city, n in sizes.items() for i in range(n)]
    _table(connection, some)

    (rule,) = learn_blocking(connection, "people", keys=KEYS, records=sum(sizes.values()))

    kept = {city: n for city, n in sizes.items() if n <= rule.largest_block}
    pairs = len(_blocked(connection, (rule,)))
    smallest = sum(n * (n - 1) // 2 for n in sizes.values() if n <= SMALLEST_BLOCK)
    assert set(rule.stop_values) == set(sizes) - set(kept)
    assert pairs == sum(n * (n - 1) // 2 for n in kept.values())
    assert pairs <= max(budget, smallest)


def test_one_limit_holds_for_all_rules_together(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocking, "pair_budget", lambda _: 50)
    # 45 pairs by each of two rules
    _table(connection, [("1", str(n), "x", "a") for n in range(10)])

    rules = learn_blocking(connection, "people", keys=KEYS, records=10)

    assert [rule.stop_values for rule in rules] == [("1",), ("a",)]


def test_records_that_are_alike_in_every_key_do_not_make_its_values_common(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An inventor of a thousand patents once met none of his own, for his name was held to be too common."""
    monkeypatch.setattr(blocking, "pair_budget", lambda _: 20)
    often: list[Record] = [("1", "junyi", "li", "a") for _ in range(12)]
    others: list[Record] = [(str(n), str(n), "x", "b") for n in range(2, 9)]
    _table(connection, [*often, *others])

    rules = learn_blocking(connection, "people", keys=KEYS, records=19)

    assert {rule.name: rule.stop_values for rule in rules} == {"phone": (), "name": (), "city": ("b",)}
    assert len(_blocked(connection, rules)) == 12 * 11 // 2


def test_a_rule_alone_stays_within_the_budget_of_twins(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocking, "pair_budget", lambda _: 10)
    some: list[Record] = [(phone, None, None, None) for phone in "1" * 6 + "2" * 9]
    _table(connection, some)

    (rule,) = learn_blocking(connection, "people", keys=KEYS, records=len(some))

    assert rule.stop_values == ("2",)  # 15 pairs and 36 more; the budget is four times ten
    assert len(_blocked(connection, (rule,))) == 15


@pytest.mark.parametrize(
    ("budget", "with_twins"),
    [(10, 40), (1_000_000, 4_000_000), (8_000_000, 10_000_000), (44_000_000, 44_000_000)],
)
def test_twins_cost_some_budgets_and_no_more_than_memory_holds(budget: int, with_twins: int) -> None:
    assert blocking.twin_budget(budget) == with_twins


@pytest.mark.parametrize(("records", "pairs_each"), [(10, 30_000), (10_000, 100), (100_000_000, 4)])
def test_the_budget_grows_with_the_records_and_less_so_for_many(records: int, pairs_each: int) -> None:
    assert pair_budget(records) >= max(SMALLEST_BUDGET, records * pairs_each)
    assert pair_budget(records) <= pair_budget(records + 1)


def test_people_who_state_the_same_meet(
    connection: duckdb.DuckDBPyConnection,
    load_parties: Callable[..., None],
    people: Callable[..., list[dict[str, object]]],
) -> None:
    load_parties(connection, people(150))
    prepared = preparing.prepare(connection, PartyType.PERSON)
    assert prepared is not None

    engine.block_pairs(connection, prepared.table, model=prepared.draft, target="pairs")

    met = set(connection.execute("SELECT join_key_l, join_key_r FROM pairs").fetchall())
    twice = [str(r["record_id"])[4:] for r in people(150) if str(r["record_id"]).startswith("erp:")]
    assert len(twice) > 50
    assert {("crm:" + n, "erp:" + n) for n in twice} <= met
