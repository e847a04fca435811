"""Hashes of the small form equal those of the bulk form, whatever texts and times a record states."""

from datetime import datetime

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from context_api.content_hashes import (
    GOLDEN_LINES_SQL,
    HASH_SQL,
    LEDGER_LINE_SQL,
    REDIRECT_LINE_SQL,
    content_hash,
    golden_hash,
    ledger_hash,
    redirect_hash,
)
from resolution.domain.golden import Conflict, GoldenValue
from resolution.domain.ledger import Change, LedgerRow, Redirect

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
TIMES = st.none() | st.datetimes(datetime(1960, 1, 1), datetime(2040, 1, 1))  # noqa: DTZ001
STATED = st.tuples(TEXTS, TEXTS, TIMES)
NOW = datetime(2026, 1, 1, 0, 0, 0, 7)  # noqa: DTZ001


@settings(derandomize=True, max_examples=25, deadline=None)
@given(value=STATED, conflict=STATED, members=st.sets(TEXTS, min_size=1, max_size=3))
def test_a_golden_record_has_one_hash_in_python_and_sql(
    value: tuple[str, str, datetime | None], conflict: tuple[str, str, datetime | None], members: set[str]
) -> None:
    stated = GoldenValue("email", 0, value[0], value[1], "crm:c:1", "crm", value[2], "union", 1, 2)
    against = Conflict("city", conflict[0], conflict[1], "crm:c:1", "crm", conflict[2], "recent", 1, 2)
    said = (
        "value varchar, key varchar, record_id varchar, source varchar, observed_at timestamp, rule varchar"
    )
    with duckdb.connect() as connection:
        connection.execute(
            "create table membership (golden_id varchar, record_id varchar, party_type varchar);"
            f"create table golden_values (golden_id varchar, attribute varchar, position int, {said},"
            " support int, claiming int);"
            f"create table conflicts (golden_id varchar, attribute varchar, {said},"
            " support int, claiming int)"
        )
        for member in members:
            connection.execute("insert into membership values ('g', ?, 'person')", [member])
        row = ["crm:c:1", "crm"]
        connection.execute(
            "insert into golden_values values ('g', 'email', 0, ?, ?, ?, ?, ?, 'union', 1, 2)",
            [*value[:2], *row, value[2]],
        )
        connection.execute(
            "insert into conflicts values ('g', 'city', ?, ?, ?, ?, ?, 'recent', 1, 2)",
            [*conflict[:2], *row, conflict[2]],
        )

        found = connection.execute(
            f"select {HASH_SQL} from ({GOLDEN_LINES_SQL}) group by golden_id"
        ).fetchall()

    assert found == [(golden_hash("person", members, values=[stated], conflicts=[against]),)]


def test_ledger_rows_and_redirects_have_one_hash_in_python_and_sql() -> None:
    row = LedgerRow("crm:c:1", "g-1", NOW, "run", Change.NEW)
    redirect = Redirect("g-2", "g-1", NOW, "decision 4")

    with duckdb.connect() as connection:
        ledger = connection.execute(
            f"select {HASH_SQL} from (select {LEDGER_LINE_SQL} as line from (select 'g-1' as golden_id,"
            " 'new' as change, 'run' as cause, null as heir, $1::timestamp as valid_from))",
            [NOW],
        ).fetchall()
        redirects = connection.execute(
            f"select {HASH_SQL} from (select {REDIRECT_LINE_SQL} as line from (select 'g-1' as golden_id_to,"
            " 'decision 4' as cause, $1::timestamp as valid_from))",
            [NOW],
        ).fetchall()

    assert ledger == [(ledger_hash(row),)]
    assert redirects == [(redirect_hash(redirect),)]


def test_the_order_of_lines_does_not_matter() -> None:
    assert content_hash(["a", "b"]) == content_hash(["b", "a"]) != content_hash(["a", "c"])
