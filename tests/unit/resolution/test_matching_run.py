"""A whole run's matching: new records meet the same pairs as in a full run, decisions and clean sources."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolution import matching_run
from resolution.domain.attributes import PartyType, SourceMapping
from resolution.matching import blocking, engine, features, fitting, preparing, scoring
from resolution.matching.model import BlockingRule, PartyModel, TermFrequencies

Record = tuple[str | None, ...]
COLUMNS = ("phone", "family", "city")
RULES = (
    BlockingRule("phone", "phone", 9, ("c",)),
    BlockingRule("family_and_city", "family || '|' || city", 9, ("a|a",)),
    BlockingRule("city", "city", 9),
)
MODEL: PartyModel = preparing.draft_model((), RULES, {}, word_weights={}, default_word_weight=1.0)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as opened:
        yield opened


def _load(
    connection: duckdb.DuckDBPyConnection, records: Sequence[Record], *, ids: Sequence[str], table: str
) -> None:
    columns = {name: pa.array([r[i] for r in records], pa.string()) for i, name in enumerate(COLUMNS)}
    connection.register("given", pa.table({"record_id": pa.array(ids, pa.string()), **columns}))
    connection.execute(f"CREATE OR REPLACE TABLE {table} AS FROM given")
    features.add_columns(
        connection, table, columns=blocking.key_columns(connection, rules=RULES), target=table
    )


VALUES = st.sampled_from([None, "a", "b", "c"])


@settings(max_examples=15, deadline=None, derandomize=True)
@given(
    records=st.lists(st.tuples(*[VALUES] * len(COLUMNS)), min_size=2, max_size=14),
    seed=st.integers(0, 1000),
)
def test_new_records_meet_the_pairs_of_a_full_run(records: list[Record], seed: int) -> None:
    ids = [f"r{n:02}" for n in range(len(records))]
    is_new = np.random.default_rng(seed).random(len(records)) < 0.4
    fresh = [n for n in range(len(records)) if is_new[n]]
    with duckdb.connect(":memory:") as connection:
        _load(connection, records, ids=ids, table="everyone")
        _load(connection, [records[n] for n in fresh], ids=[ids[n] for n in fresh], table="fresh")
        engine.block_pairs(connection, "everyone", model=MODEL, target="met_in_full")

        matching_run.block_new(connection, new="fresh", everyone="everyone", model=MODEL, target="met")

        pairs = "SELECT join_key_l, join_key_r, match_key::VARCHAR FROM "
        expected = connection.execute(
            pairs + "met_in_full WHERE join_key_l IN (SELECT record_id FROM fresh)"
            " OR join_key_r IN (SELECT record_id FROM fresh) ORDER BY ALL"
        ).fetchall()
        assert connection.execute(pairs + "met ORDER BY ALL").fetchall() == expected


def _party_records(connection: duckdb.DuckDBPyConnection, rows: Sequence[tuple[str, str, str]]) -> None:
    connection.execute("CREATE TABLE party_records (record_id VARCHAR, source VARCHAR, party_type VARCHAR)")
    connection.executemany("INSERT INTO party_records VALUES (?, ?, ?)", [list(row) for row in rows])


def _links(
    connection: duckdb.DuckDBPyConnection, rows: Sequence[tuple[str, str, float]], *, veto: str | None = None
) -> None:
    scoring.create_links(connection, ["email"])
    for left, right, probability in rows:
        connection.execute(
            "INSERT INTO links BY NAME SELECT ? AS record_id_l, ? AS record_id_r, 'person' AS party_type,"
            " ? AS match_probability, 'probabilistic' AS method, 'no_match' AS band, 'by_mail' AS rule,"
            " ? AS veto",
            [left, right, probability, veto],
        )


def test_decisions_bind_whether_the_pair_was_scored_or_not(connection: duckdb.DuckDBPyConnection) -> None:
    _party_records(connection, [(name, "crm", "person") for name in "abc"] + [("o", "crm", "organization")])
    _links(connection, [("a", "b", 0.2)], veto="different_identifiers")
    connection.execute("CREATE TABLE decisions (record_id_l VARCHAR, record_id_r VARCHAR, decision VARCHAR)")
    connection.execute(
        "INSERT INTO decisions VALUES ('a', 'b', 'match'), ('a', 'c', 'no_match'), ('a', 'o', 'match')"
    )

    matching_run.apply_decisions(connection)

    found = connection.execute(
        "SELECT record_id_l, record_id_r, method, rule, band, veto FROM links ORDER BY ALL"
    ).fetchall()
    assert found == [
        ("a", "b", "steward", "decision", "match", None),
        ("a", "c", "steward", "decision", "no_match", None),
    ]


@pytest.mark.parametrize(
    ("links", "declared", "clean"),
    [
        pytest.param([("crm", "erp")] * 10, None, ("crm", "erp"), id="only-across"),
        pytest.param([("crm", "erp")] * 10 + [("crm", "crm")], None, ("erp",), id="twice-in-one-source"),
        pytest.param([("crm", "erp")], None, (), id="too-little-told"),
        pytest.param([("crm", "erp")], True, ("crm",), id="declared-clean"),
        pytest.param([("crm", "erp")] * 10, False, ("erp",), id="declared-not-clean"),
    ],
)
def test_a_source_is_clean_when_its_links_lead_elsewhere(
    connection: duckdb.DuckDBPyConnection,
    links: list[tuple[str, str]],
    declared: bool | None,
    clean: tuple[str, ...],
) -> None:
    names = {source: [f"{source}{n:03}" for n in range(100)] for source in ("crm", "erp")}
    _party_records(connection, [(name, source, "person") for source, of in names.items() for name in of])
    _links(connection, [(names[a][n], names[b][n + (a == b)], 0.99) for n, (a, b) in enumerate(links)])
    sources = [
        SourceMapping("crm.csv", "crm", (), duplicate_free=declared),
        SourceMapping("erp.csv", "erp", ()),
    ]

    assert matching_run._clean_sources(connection, sources) == clean


def test_vetoed_and_unsure_links_tell_nothing_of_a_source(connection: duckdb.DuckDBPyConnection) -> None:
    _party_records(connection, [(f"crm{n}", "crm", "person") for n in range(9)] + [("erp0", "erp", "person")])
    _links(connection, [("crm0", "crm1", 0.6)])
    unsure = matching_run._clean_sources(connection, [])
    _links(connection, [("crm0", "erp0", 0.99), ("crm1", "crm2", 0.99)], veto="different_identifiers")

    assert unsure == matching_run._clean_sources(connection, []) == ()


def test_values_shared_by_persons_and_by_organisations_are_both_kept(
    monkeypatch: pytest.MonkeyPatch, connection: duckdb.DuckDBPyConnection
) -> None:
    def fit(_: object, prepared: preparing.Prepared, **__: object) -> PartyModel:
        value = f"30{len(prepared.party_type)}"
        return replace(MODEL, term_frequencies={"phone_key": TermFrequencies({}, 1, 1, 0, (value, "3099"))})

    def prepare(_: object, party_type: PartyType) -> preparing.Prepared:
        return preparing.Prepared("people", 2, (), MODEL, party_type, ())

    monkeypatch.setattr(preparing, "prepare", prepare)
    monkeypatch.setattr(fitting, "fit_party_model", fit)
    connection.execute("CREATE TABLE party_records (record_id VARCHAR)")
    connection.execute("CREATE TABLE decisions (record_id_l VARCHAR, record_id_r VARCHAR, decision VARCHAR)")

    learned = matching_run.learn(connection, options=matching_run.MatchingOptions(), sources=())

    assert learned.model.shared_values == {"phone_key": ("306", "3099", "3012")}
