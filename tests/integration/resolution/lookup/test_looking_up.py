"""Who is this: the answer for one record is the answer of a batch, whatever way it is asked."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from resolution.changes import apply_changes
from resolution.domain.errors import DamagedSnapshot, InputError, NothingToLookUp
from resolution.lookup.answers import LookupAnswer
from resolution.lookup.given import GivenRecord
from resolution.lookup.looking_up import MOST_RECORDS, open_snapshot
from resolution.run import resolve, terms_of
from resolution.survivorship_rules import default_rules

CRM_DEV = Path(__file__).parents[5] / "shared" / "data" / "crm_dev"
ALL = 10_000  # candidates


def said(answer: LookupAnswer) -> dict[str, dict[str, Any]]:
    """Return what an answer says of each candidate, in the columns of `links`."""
    return {
        c.record_id: {
            "match_weight": c.match_weight,
            "match_probability": c.match_probability,
            "method": c.method,
            "rule": c.rule,
            "veto": c.veto,
            "band": c.verdict,
            **{f"level_{s.comparison}": s.level for s in c.shares},
        }
        for c in answer.candidates
    }


def in_batch(links: dict[str, dict[str, Any]], answer: LookupAnswer) -> dict[str, dict[str, Any]]:
    """Return what the batch says in the same columns."""
    columns = next((row.keys() for row in said(answer).values()), {}.keys())
    return {other: {column: link[column] for column in columns} for other, link in links.items()}


def test_a_held_out_record_has_the_links_of_the_batch_and_joins_whom_it_joined(held_out: Any) -> None:
    linked = 0
    for record, given in held_out.given.items():
        (answer,) = held_out.lookup.find([given], limit=ALL)

        assert said(answer) == in_batch(held_out.links[record], answer), record
        assert answer.linked == len(answer.candidates) <= answer.compared
        weights = [c.match_weight for c in answer.candidates]
        assert weights == sorted(weights, reverse=True)
        for candidate in answer.candidates:
            total = candidate.prior + sum(share.weight for share in candidate.shares)
            assert total == pytest.approx(candidate.match_weight, abs=1e-9)
        if record in held_out.companions:
            assert answer.joins == held_out.companions[record]
        linked += answer.linked
    assert linked > 60
    assert len(held_out.companions) > 30


@pytest.mark.skipif(not CRM_DEV.is_dir(), reason="the labelled set crm_dev is not here")
def test_so_it_is_on_records_of_a_company_of_thousands(hold_out: Any, tmp_path: Path) -> None:
    part = tmp_path / "part.parquet"
    duckdb.execute(
        "copy (select r.* from read_parquet($1) r join read_csv($2, all_varchar = true) t"
        " using (source, source_id) where hash(t.entity_id, 1) % 6 = 0) to '"
        + str(part)
        + "' (format parquet)",
        [str(CRM_DEV / "records.parquet"), str(CRM_DEV / "truth.csv")],
    )
    run = resolve([part], out=tmp_path / "run").folder

    held = hold_out(run, [part], tmp_path, count=200)

    for record, given in held.given.items():
        (answer,) = held.lookup.find([given], limit=ALL)
        assert said(answer) == in_batch(held.links[record], answer), record
        if record in held.companions:
            assert answer.joins == held.companions[record]
    assert sum(len(links) for links in held.links.values()) > 200


def test_it_would_join_whom_an_update_with_it_joins(held_out: Any, sample_run: Path) -> None:
    """All records that are alone in their component are taken in by one update."""
    alone = list(held_out.companions)
    now = datetime.now(UTC).replace(tzinfo=None)
    terms = terms_of(held_out.model, default_rules(), now=now, cause="update")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{sample_run / 'current' / 'state.duckdb'}' as state (read_only)")
        for (table,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = 'state'"
        ).fetchall():
            connection.execute(f"create table {table} as from state.{table}")
        connection.execute("create table held as select unnest($1::varchar[]) as record_id", [alone])
        connection.execute("create table later as from party_records semi join held using (record_id)")
        connection.execute("create table later_claims as from claims semi join held using (record_id)")
        connection.execute("create table new_records as from party_records limit 0")
        connection.execute("create table new_claims as from claims limit 0")
        connection.execute("create table gone as from held")
        connection.execute("create temp table redecided (record_id varchar)")
        apply_changes(connection, held_out.model, terms)
        connection.execute("delete from gone; insert into new_records from later")
        connection.execute("insert into new_claims from later_claims")
        apply_changes(connection, held_out.model, terms)
        joined = connection.execute(
            "select h.record_id, list(m.record_id order by m.record_id) filter (m.record_id <> h.record_id)"
            " from held h join membership mine using (record_id) join membership m using (golden_id)"
            " group by 1"
        ).fetchall()

    expected = {record: tuple(others or ()) for record, others in joined}

    assert sum(len(others) for others in expected.values()) > 30
    for record, others in expected.items():
        assert held_out.lookup.find([held_out.given[record]])[0].joins == others


def test_many_at_once_are_answered_as_one_by_one_from_any_thread(held_out: Any) -> None:
    given = list(held_out.given.values())
    one_by_one = [held_out.lookup.find([record])[0] for record in given]

    at_once = held_out.lookup.find(given)
    with ThreadPoolExecutor(4) as pool:
        from_threads = list(pool.map(lambda record: held_out.lookup.find([record])[0], given))

    assert at_once == one_by_one
    assert from_threads == one_by_one


def test_a_record_given_anew_is_no_other_candidate_for_those_given_beside_it(held_out: Any) -> None:
    """What is said of a candidate is what the snapshot holds, though somebody gives it other values."""
    record = max(held_out.companions, key=lambda r: len(held_out.companions[r]))
    (alone,) = held_out.lookup.find([held_out.given[record]], limit=ALL)
    changed = replace(held_out.given[record], record_id=alone.candidates[0].record_id, phones=["0301234567"])

    beside, _ = held_out.lookup.find([held_out.given[record], changed], limit=ALL)

    assert beside == alone


def test_the_best_candidates_are_given_up_to_the_limit(held_out: Any) -> None:
    record = max(held_out.links, key=lambda r: len(held_out.links[r]))

    (all_of_them,) = held_out.lookup.find([held_out.given[record]], limit=ALL)
    (best,) = held_out.lookup.find([held_out.given[record]], limit=2)

    assert best.candidates == all_of_them.candidates[:2]
    assert (best.linked, best.joins) == (all_of_them.linked, all_of_them.joins)


def test_records_that_are_gone_are_no_candidates_and_tie_nothing(held_out: Any) -> None:
    record = max(held_out.companions, key=lambda r: len(held_out.companions[r]))
    (before,) = held_out.lookup.find([held_out.given[record]], limit=ALL)
    first = before.candidates[0].record_id

    (after,) = held_out.lookup.find(
        [held_out.given[record]], limit=ALL, since=held_out.lookup.since(gone=[first])
    )

    assert after.candidates == before.candidates[1:]
    assert first not in (after.joins or ())


def test_newer_records_are_found_as_if_they_stood_in_the_snapshot(held_out: Any, sample_run: Path) -> None:
    """Taking candidates out of the snapshot and giving them as newer records changes no answer."""
    asked = [r for r in held_out.companions if held_out.companions[r]][:8]
    before = held_out.lookup.find([held_out.given[record] for record in asked], limit=ALL)
    moved = sorted({answer.candidates[0].record_id for answer in before})
    with duckdb.connect(str(sample_run / "current" / "state.duckdb"), read_only=True) as connection:
        cursor = connection.execute(
            "select * from party_records where record_id in (select unnest($1::varchar[]))", [moved]
        )
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    since = held_out.lookup.since(records=rows)
    after = held_out.lookup.find([held_out.given[record] for record in asked], limit=ALL, since=since)

    assert {record.record_id for record in since.records} == set(moved) == set(since.gone)
    assert after == before


def test_a_newer_decision_moves_whom_it_would_join(held_out: Any) -> None:
    record = max(held_out.companions, key=lambda r: len(held_out.companions[r]))
    (before,) = held_out.lookup.find([held_out.given[record]])
    assert before.joins
    apart = {(min(record, other), max(record, other)): False for other in before.joins}

    (after,) = held_out.lookup.find([held_out.given[record]], since=held_out.lookup.since(decisions=apart))

    assert after.joins == ()
    assert after.candidates == before.candidates


@pytest.mark.parametrize(
    ("record", "field"),
    [
        pytest.param(GivenRecord(), "record", id="empty"),
        pytest.param(GivenRecord(emails=["n/a"]), "emails", id="placeholder"),
        pytest.param(GivenRecord(job_title="CEO"), "job_title", id="only-a-title"),
    ],
)
def test_a_record_with_nothing_to_compare_is_named_with_its_field(
    held_out: Any, record: GivenRecord, field: str
) -> None:
    whole = GivenRecord(full_name="Ann Lee")

    with pytest.raises(NothingToLookUp, match="record 1") as caught:
        held_out.lookup.find([whole, record])

    assert (caught.value.position, caught.value.field) == (1, field)


def test_too_many_at_once_are_refused(held_out: Any) -> None:
    with pytest.raises(InputError, match=str(MOST_RECORDS)):
        held_out.lookup.find([GivenRecord(full_name="Ann Lee")] * (MOST_RECORDS + 1))


def test_somebody_unknown_has_no_candidates(held_out: Any) -> None:
    (answer,) = held_out.lookup.find([GivenRecord(full_name="Xzqwv Yyqx", emails=["xzqwv@yyqx.example"])])

    assert (answer.candidates, answer.linked, answer.joins) == ((), 0, ())


def test_a_snapshot_with_a_changed_byte_is_not_opened(held_out: Any, tmp_path: Path) -> None:
    path = tmp_path / "1.snapshot"
    content = bytearray(held_out.lookup._snapshot.container.path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)

    with pytest.raises(DamagedSnapshot, match="publish again"):
        open_snapshot(path)
