"""The bulk form of survivorship says what the small form says, for random parties and rules."""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolution import survivorship
from resolution.domain.attributes import PartyType
from resolution.domain.claims import AttributeClaim
from resolution.survivorship_bulk import survive
from resolution.survivorship_rules import SurvivorshipRules, default_rules, parse_rules

OTHER_RULES = parse_rules(
    """
    format: 1
    sources: [a, [b, c]]
    person:
      default: most_complete
      full_name: [most_trusted, most_complete]
      email: most_recent
      identifier.tax: [most_recent, most_complete]
      job_title: [best_written, most_complete, most_frequent]
      city: [follow address, most_trusted]
    organization: {address: [union, most_frequent], email: most_trusted}
    """,
    origin="test",
)
VALUES = {
    "full_name": ["A Lee", "Ann Lee", "ann lee", "Bo Ek"],
    "given_name": ["A", "Ann", "Bo"],
    "address": ["Ulm", "1 Weg, Ulm", "2 Weg, Bonn"],
    "city": ["Ulm", "Bonn"],
    "street": ["Weg", "Gasse"],
    "email": ["a@x.org", "A@x.org", "b@x.org"],
    "birth_date": ["1970", "1970-01-02", "1971-01-02"],
    "job_title": ["CEO", "ceo", "Ceo", "Chef de cuisine", "Größenordnung"],
    "identifier.tax": ["DE1", "DE2"],
}
OBSERVED = st.none() | st.integers(1, 3).map(lambda day: datetime(2026, 1, day, tzinfo=UTC))
STATED = st.dictionaries(
    st.sampled_from(sorted(VALUES)), st.lists(st.integers(0, 4), min_size=1, max_size=3), max_size=len(VALUES)
)
# A party: its type and, for each record, source, time and what it states.
PARTIES = st.lists(
    st.tuples(
        st.sampled_from(list(PartyType)),
        st.lists(st.tuples(st.sampled_from("abcd"), OBSERVED, STATED), min_size=1, max_size=5),
    ),
    min_size=1,
    max_size=12,
)
Party = tuple[PartyType, list[tuple[str, datetime | None, dict[str, list[int]]]]]


def claims_of(parties: Sequence[Party]) -> dict[str, tuple[PartyType, list[AttributeClaim]]]:
    """Return the claims of each party, by golden id."""
    by_golden: dict[str, tuple[PartyType, list[AttributeClaim]]] = {}
    for number, (party_type, records) in enumerate(parties):
        claims = [
            AttributeClaim(
                record_id=f"{source}:party:{number}-{index}",
                source=source,
                attribute=attribute,
                value=VALUES[attribute][choice % len(VALUES[attribute])],
                key=VALUES[attribute][choice % len(VALUES[attribute])].casefold(),
                observed_at=observed_at,
                position=position,
            )
            for index, (source, observed_at, stated) in enumerate(records)
            for attribute, choices in stated.items()
            for position, choice in enumerate(choices)
        ]
        by_golden[f"g-{number}"] = (party_type, claims)
    return by_golden


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 2}) as connection:
        yield connection


def load(connection: duckdb.DuckDBPyConnection, parties: Sequence[Party], *, order: int = 0) -> None:
    """Fill the tables that survivorship reads; `order` shuffles the claims."""
    connection.execute(
        """
        create or replace table claims (
            record_id varchar, party_type varchar, attribute varchar, value varchar, key varchar,
            position smallint);
        create or replace table party_records (
            record_id varchar, source varchar, party_type varchar, observed_at timestamp);
        create or replace table membership (record_id varchar, golden_id varchar, party_type varchar);
        """
    )
    claims = [
        (golden_id, party_type.value, claim)
        for golden_id, (party_type, stated) in claims_of(parties).items()
        for claim in stated
    ]
    random.Random(order).shuffle(claims)
    records = {claim.record_id: (golden_id, party, claim) for golden_id, party, claim in claims}
    if not claims:
        return
    connection.executemany(
        "insert into claims values (?, ?, ?, ?, ?, ?)",
        [(c.record_id, party, c.attribute, c.value, c.key, c.position) for _, party, c in claims],
    )
    connection.executemany(
        "insert into party_records values (?, ?, ?, ?)",
        [
            (c.record_id, c.source, party, c.observed_at and c.observed_at.replace(tzinfo=None))
            for _, party, c in records.values()
        ],
    )
    connection.executemany(
        "insert into membership values (?, ?, ?)",
        [(c.record_id, golden_id, party) for golden_id, party, c in records.values()],
    )


VALUE_COLUMNS = "attribute, position, value, key, record_id, source, observed_at, rule, support, claiming"
CONFLICT_COLUMNS = VALUE_COLUMNS.replace("position, ", "")


def in_bulk(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[object, ...]]]:
    """Return what the bulk form wrote, values before conflicts, by golden id."""
    found: dict[str, list[tuple[object, ...]]] = defaultdict(list)
    values = connection.table("golden_values").project(f"golden_id, {VALUE_COLUMNS}, confidence")
    conflicts = connection.table("conflicts").project(f"golden_id, {CONFLICT_COLUMNS}, confidence")
    for golden_id, *row in values.order("golden_id, attribute, position").fetchall():
        found[golden_id].append(tuple(row))
    for golden_id, *row in conflicts.order("golden_id, attribute, key").fetchall():
        found[golden_id].append(tuple(row))
    return dict(found)


def in_small(parties: Sequence[Party], rules: SurvivorshipRules) -> dict[str, list[tuple[object, ...]]]:
    """Return what the small form says, in the same shape."""
    found: dict[str, list[tuple[object, ...]]] = {}
    for golden_id, (party_type, claims) in claims_of(parties).items():
        survivors = survivorship.survive(claims, rules, party_type=party_type)
        rows: list[tuple[object, ...]] = []
        for columns, values in ((VALUE_COLUMNS, survivors.values), (CONFLICT_COLUMNS, survivors.conflicts)):
            rows += [
                (*(getattr(value, column) for column in columns.split(", ")), value.confidence)
                for value in values
            ]
        if rows:
            found[golden_id] = [
                tuple(x.replace(tzinfo=None) if isinstance(x, datetime) else x for x in row) for row in rows
            ]
    return found


@settings(derandomize=True, max_examples=25, deadline=None)
@given(parties=PARTIES, order=st.integers(0, 3), rules=st.sampled_from([default_rules(), OTHER_RULES]))
def test_bulk_and_small_form_agree(
    connection: duckdb.DuckDBPyConnection, parties: list[Party], order: int, rules: SurvivorshipRules
) -> None:
    load(connection, parties, order=order)

    survive(connection, rules)

    assert in_bulk(connection) == in_small(parties, rules)


@settings(derandomize=True, max_examples=10, deadline=None)
@given(before=PARTIES, after=PARTIES, untouched=PARTIES)
def test_writing_only_what_changed_equals_writing_everything(
    connection: duckdb.DuckDBPyConnection, before: list[Party], after: list[Party], untouched: list[Party]
) -> None:
    rules = default_rules()
    load(connection, [*untouched, *before])
    survive(connection, rules)

    load(connection, [*untouched, *after])
    connection.execute("create or replace temp table changed (golden_id varchar)")
    changed = range(len(untouched), len(untouched) + max(len(before), len(after)))
    connection.executemany("insert into changed values (?)", [(f"g-{number}",) for number in changed])
    survive(connection, rules, changed="changed")

    assert in_bulk(connection) == in_small([*untouched, *after], rules)


def test_no_records_give_empty_tables(connection: duckdb.DuckDBPyConnection) -> None:
    load(connection, [])

    survive(connection, default_rules())

    assert in_bulk(connection) == {}
