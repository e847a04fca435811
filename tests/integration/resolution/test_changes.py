"""Law 3: any split of the same records into batches, in any order, ends in the clusters of one full run.

Below files and standardising: the records of the sample, taken in a batch at a time by the model of a run,
against settling them all at once. Thresholds are lowered too, so that components grow and bridges matter.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolution import clustered_pairs, matching_run, state
from resolution.changes import Changes, apply_changes
from resolution.decisions import Decision
from resolution.domain.clustering import Bridge
from resolution.domain.ids import seed_id
from resolution.matching.model import ResolutionModel, from_json
from resolution.run_folder import STATE
from resolution.settle import Terms, settle_all
from resolution.survivorship_rules import default_rules

START = datetime(2026, 1, 1)  # noqa: DTZ001 - the ledger keeps UTC without a zone
MOST_RECORDS = 100
FEWER_RECORDS = 60
Outcome = dict[str, list[tuple[object, ...]]]


@dataclass(frozen=True, slots=True)
class Ground:
    """Standardised records, and a model."""

    run: Path
    model: ResolutionModel
    types: dict[str, str]

    @property
    def records(self) -> tuple[str, ...]:
        return tuple(sorted(self.types))

    def model_with(self, threshold: float) -> ResolutionModel:
        parties = {
            name: replace(party, match_threshold=threshold, review_threshold=threshold / 2)
            for name, party in self.model.parties.items()
        }
        return replace(self.model, parties=parties)


@pytest.fixture(scope="module")
def ground(sample_run: Path) -> Ground:
    with duckdb.connect(str(sample_run / STATE), read_only=True) as connection:
        rows = connection.execute("SELECT record_id, party_type FROM party_records ORDER BY ALL").fetchall()
    model = from_json(json.loads((sample_run / "model.json").read_text(encoding="utf-8")))
    return Ground(sample_run, model, dict(random.Random(7).sample(rows, MOST_RECORDS)))


def terms_on(day: int, model: ResolutionModel) -> Terms:
    now = START + timedelta(days=day)
    return Terms(Bridge(**model.bridge), model.clean_sources, default_rules(), now, cause=f"day {day}")


def opened(ground: Ground) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1})
    connection.execute(f"ATTACH '{ground.run / STATE}' AS known (READ_ONLY)")
    return connection


def outcome(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """Return everything that does not hang on when records were first seen."""
    members = (
        "(SELECT golden_id, string_agg(record_id, ' ' ORDER BY record_id) AS members FROM membership"
        " GROUP BY golden_id)"
    )
    queries = {
        "clusters": f"SELECT members FROM {members}",
        "links": "SELECT * EXCLUDE (match_weight, match_probability), round(match_weight, 9) FROM links",
        "values": "SELECT members, attribute, position, value, record_id, rule, support, claiming"
        f" FROM golden_values JOIN {members} USING (golden_id)",
        "conflicts": "SELECT members, attribute, value, record_id, rule, support, claiming"
        f" FROM conflicts JOIN {members} USING (golden_id)",
        "pairs": f"SELECT members, pairs, expected FROM clustered_pairs JOIN {members} USING (golden_id)",
    }
    return {name: sorted(connection.execute(q).fetchall(), key=repr) for name, q in queries.items()}


def full_run(ground: Ground, model: ResolutionModel, records: set[str], decisions: list[Decision]) -> Outcome:
    with opened(ground) as connection:
        connection.execute("CREATE TABLE wanted (record_id VARCHAR)")
        connection.executemany("INSERT INTO wanted VALUES (?)", [[record] for record in sorted(records)])
        for table in ("party_records", "claims"):
            connection.execute(
                f"CREATE TABLE {table} AS FROM known.{table} SEMI JOIN wanted USING (record_id)"
            )
        state.write_decisions(connection, decisions)
        matching_run.score(connection, matching_run.take(connection, model))
        settle_all(connection, terms_on(0, model))
        clustered_pairs.count_all(connection)
        return outcome(connection)


@dataclass(frozen=True, slots=True)
class Batches:
    """A run that takes batches in."""

    connection: duckdb.DuckDBPyConnection
    model: ResolutionModel

    @classmethod
    def begun(cls, ground: Ground, model: ResolutionModel, decisions: list[Decision]) -> "Batches":
        connection = opened(ground)
        for table in ("party_records", "claims"):
            connection.execute(f"CREATE TABLE {table} AS FROM known.{table} LIMIT 0")
        state.write_decisions(connection, decisions)
        matching_run.score(connection, matching_run.take(connection, model))
        settle_all(connection, terms_on(0, model))
        clustered_pairs.count_all(connection)
        return cls(connection, model)

    def take(self, day: int, records: list[str], *, gone: list[str], altered: bool = False) -> Changes:
        connection = self.connection
        for table in ("wanted", "gone", "redecided"):
            connection.execute(f"CREATE OR REPLACE TABLE {table} (record_id VARCHAR)")
        for table, named in (("wanted", records), ("gone", gone)):
            if named:
                connection.executemany(f"INSERT INTO {table} VALUES (?)", [[record] for record in named])
        for new, table in (("new_records", "party_records"), ("new_claims", "claims")):
            connection.execute(
                f"CREATE OR REPLACE TABLE {new} AS FROM known.{table} SEMI JOIN wanted USING (record_id)"
            )
        if altered:  # as if the source had said something else for a while
            connection.execute(
                "UPDATE new_records SET family_name = 'zyx', full_name = 'zyx', email = NULL,"
                " org_name = 'zyx'"
            )
        return apply_changes(connection, self.model, terms_on(day, self.model))

    def golden_ids(self) -> dict[str, str]:
        return dict(self.connection.execute("SELECT record_id, golden_id FROM membership").fetchall())


def random_decisions(ground: Ground, order: random.Random, *, count: int) -> list[Decision]:
    """Return decisions that cannot contradict each other: what a random truth says of random pairs."""
    party = {record: order.randrange(4) for record in ground.records}
    pairs = {tuple(sorted(order.sample(ground.records, 2))) for _ in range(count)}
    return [
        Decision(a, b, is_match=party[a] == party[b])
        for a, b in sorted(pairs)
        if ground.types[a] == ground.types[b]
    ]


@settings(derandomize=True, max_examples=3, deadline=None)
@given(
    order=st.randoms(use_true_random=False),
    batches=st.sampled_from([1, 3]),
    threshold=st.sampled_from([0.05, 0.5, 0.9]),
    decided=st.sampled_from([0, 60]),
)
def test_batches_in_any_order_end_in_the_clusters_of_one_full_run(
    ground: Ground, order: random.Random, batches: int, threshold: float, decided: int
) -> None:
    model = ground.model_with(threshold)
    shuffled = order.sample(ground.records, len(ground.records))
    decisions = random_decisions(ground, order, count=decided)
    expected = full_run(ground, model, set(shuffled[20:]), decisions)
    run = Batches.begun(ground, model, decisions)
    with run.connection:
        for day in range(batches):
            batch = shuffled[day::batches]
            run.take(3 * day + 1, batch[:8], gone=[], altered=True)
            run.take(3 * day + 2, batch, gone=batch[:3])
        run.take(99, [*shuffled[20:60], *shuffled[:20]], gone=shuffled[:20])
        run.take(100, shuffled[20:], gone=[])

        found = outcome(run.connection)

    for name, rows in expected.items():
        assert found[name] == rows, name


def test_ten_batches_with_changes_and_removals_between_end_in_the_clusters_of_one_full_run(
    ground: Ground,
) -> None:
    """R17: on every other day the sources say something else, corrected on the next; some records leave."""
    order = random.Random(17)
    model = ground.model_with(0.3)
    shuffled = order.sample(ground.records, FEWER_RECORDS)
    bounds = [0, *sorted(order.sample(range(1, FEWER_RECORDS), 9)), FEWER_RECORDS]
    decisions = random_decisions(ground, order, count=30)
    known: set[str] = set()
    absent: set[str] = set()
    wrong: set[str] = set()
    run = Batches.begun(ground, model, decisions)
    with run.connection:
        for day, (start, end) in enumerate(pairwise(bounds), start=1):
            is_wrong = day % 2 == 0 and day < 10
            again = order.sample(sorted(known), min(5, len(known))) if is_wrong else wrong
            said = {*shuffled[start:end], *order.sample(sorted(absent), len(absent) // 2), *again}
            gone = set(order.sample(sorted(known | said), 2))
            run.take(day, sorted(said), gone=sorted(gone), altered=is_wrong)
            known, absent = (known | said) - gone, (absent - said) | gone
            wrong = (said if is_wrong else set()) - gone

        found = outcome(run.connection)

    expected = full_run(ground, model, known, decisions)
    assert len(known) < FEWER_RECORDS
    assert any(" " in str(members) for (members,) in found["clusters"])
    for name, rows in expected.items():
        assert found[name] == rows, name


@pytest.fixture
def run(ground: Ground) -> Iterator[Batches]:
    """All records, taken in at once."""
    begun = Batches.begun(ground, ground.model, [])
    with begun.connection:
        begun.take(1, list(ground.records), gone=[])
        yield begun


def test_rows_that_the_run_knows_already_are_no_change(run: Batches, ground: Ground) -> None:
    before, ids = outcome(run.connection), run.golden_ids()

    changes = run.take(2, list(ground.records), gone=[])

    assert changes == Changes(new=0, changed=0, removed=0, golden_records=0)
    assert (outcome(run.connection), run.golden_ids()) == (before, ids)
    assert run.connection.execute("SELECT count(*) FROM ledger").fetchone() == (len(ground.records),)


def test_a_golden_id_stays_while_its_founder_and_companions_do(run: Batches, ground: Ground) -> None:
    before = run.golden_ids()
    rest = [record for record in ground.records if before[record] != seed_id(record)]
    touched = {before[record] for record in rest[:10]}

    run.take(2, [], gone=rest[:10])
    without = run.golden_ids()
    run.take(3, rest[:10], gone=[])

    assert all(without[r] == golden for r, golden in before.items() if golden not in touched)
    assert all(without[r] == golden for r, golden in before.items() if golden == seed_id(r))
    assert run.golden_ids() == before


def test_a_removed_founder_leaves_its_id_to_the_others_and_gets_it_back(run: Batches) -> None:
    before = run.golden_ids()
    founders = [r for r, golden in before.items() if golden == seed_id(r)]
    shared = [r for r in founders if list(before.values()).count(before[r]) > 1][:10]

    run.take(2, [], gone=shared)
    without = run.golden_ids()
    run.take(3, shared, gone=[])

    assert shared
    assert not set(shared) & without.keys()
    assert run.golden_ids() == before


def test_only_golden_records_that_changed_are_named(run: Batches) -> None:
    before = run.golden_ids()
    record = min(before)

    changes = run.take(2, [record], gone=[], altered=True)

    after = run.golden_ids()
    touched = {golden for (golden,) in run.connection.execute("FROM golden_changed").fetchall()}
    moved = {r for r in before if before[r] != after[r]}
    assert (changes.new, changes.changed, changes.removed) == (0, 1, 0)
    assert touched == {after[record]} | {ids[r] for ids in (before, after) for r in moved}
