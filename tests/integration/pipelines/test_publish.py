"""Publishing: one atomic version, in proportion to the change, whatever happens on the way (law 7)."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import Engine, text

from context_api.errors import NothingPublished, PublicationLost, StaleResult, StoreBusy
from context_api.settling import Ruling, decide, undo
from context_api.settling_publish import Publication, begin
from context_api.store.decisions import Verdict
from context_api.store.engine import open_store, reading, writing
from context_api.store.finding import find
from context_api.store.outbox import mark_done, pending
from context_api.store.ranges import ranged_tables
from context_api.store.reading import freshness, golden_id_of, golden_record, records, resolve_id, version_at
from context_api.store.reading_history import relationships, timeline
from context_api.store.sealing import Sealer
from context_api.store.views import Resolution
from pipelines.publish import ledger_from_store, terms_of
from pipelines.publish_ledger import read_base, resolution_schema
from resolution.domain.ids import seed_id

A, B, C = "crm:contact:1", "erp:customer:2", "itsm:requester:3"
ORG = "crm:company:9"
LATER = datetime(2026, 3, 1, tzinfo=UTC)


def tell(warehouse: Any) -> None:
    warehouse.record(A, full_name="Ann Lee", email="ann@example.com", city="Bern")
    warehouse.record(B, full_name="A. Lee", email="ann@example.com", phone="41315550100")
    warehouse.record(C, full_name="Cleo Roe", phone="123456")
    warehouse.record(ORG, "organization", organization_name="Roe Ltd")
    warehouse.link(A, B, 9)
    warehouse.link(B, C, 1)


def world(engine: Engine, sealer: Sealer) -> dict[str, str | None]:
    with reading(engine) as connection:
        snapshot = version_at(connection, sealer)
        return {record: golden_id_of(snapshot, record) for record in (A, B, C, ORG)}


def rows_of(engine: Engine, statement: str) -> list[tuple[Any, ...]]:
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_a_golden_record_says_where_each_value_comes_from(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    tell(warehouse)

    warehouse.publish(engine, sealer)

    with reading(engine) as connection:
        view = golden_record(version_at(connection, sealer), seed_id(A))
    assert (view.record_ids, view.entity_version, view.party_type) == ((A, B), 1, "person")
    chosen = {value.attribute: value for value in view.values}
    assert (chosen["city"].value, chosen["city"].record_id, chosen["city"].source) == ("Bern", A, "crm")
    assert (chosen["email"].support, chosen["email"].claiming) == (2, 2)
    assert [(c.attribute, c.value, c.record_id) for c in view.conflicts] == [("full_name", "A. Lee", B)]


def test_a_second_publish_without_change_writes_nothing(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    tell(warehouse)
    warehouse.activity("erp:order:1", [B])
    warehouse.publish(engine, sealer)

    summary = warehouse.publish(engine, sealer)

    assert (summary.written, sum(summary.ended.values())) == ({}, 0)
    with reading(engine) as connection:
        assert golden_record(version_at(connection, sealer), seed_id(A)).entity_version == 1


def test_an_entity_version_rises_exactly_when_content_or_membership_changes(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    tell(warehouse)
    warehouse.publish(engine, sealer)
    warehouse.record(C, full_name="Cleo Roe", phone="654321")
    warehouse.activity("erp:order:7", [A])

    summary = warehouse.publish(engine, sealer)

    assert summary.written["golden_records"] == 1
    with reading(engine) as connection:
        snapshot = version_at(connection, sealer)
        assert golden_record(snapshot, seed_id(C)).entity_version == 2
        assert golden_record(snapshot, seed_id(A)).entity_version == 1
        before = version_at(connection, sealer, as_of=datetime(2026, 1, 1, 12, tzinfo=UTC))
        assert golden_record(before, seed_id(C)).primary("phone") == "123456"
        assert timeline(before, seed_id(A)) == ()
        with pytest.raises(NothingPublished):
            version_at(connection, sealer, as_of=datetime(2025, 1, 1, tzinfo=UTC))


def test_merge_split_and_tombstone_keep_ids_by_one_rule(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    tell(warehouse)
    warehouse.publish(engine, sealer)
    warehouse.link(B, C, 9)
    warehouse.link(A, C, 9)
    warehouse.publish(engine, sealer)
    merged = world(engine, sealer)
    warehouse.link(B, C, -9)
    warehouse.link(A, C, -9)
    warehouse.deleted = {A}
    warehouse.publish(engine, sealer)

    assert merged[C] == seed_id(A)
    assert world(engine, sealer) == {A: None, B: seed_id(A), C: seed_id(C), ORG: seed_id(ORG)}
    with reading(engine) as connection:
        snapshot = version_at(connection, sealer)
        assert resolve_id(snapshot, seed_id(C)).status is Resolution.CURRENT
        assert golden_record(snapshot, seed_id(C)).entity_version == 2
        then = version_at(connection, sealer, as_of=datetime(2026, 1, 2, 12, tzinfo=UTC))
        assert resolve_id(then, seed_id(C)).golden_id == seed_id(A)
    deleted = "select valid_from from identity_ledger where change = 'tombstoned'"
    assert [str(row[0])[:10] for row in rows_of(engine, deleted)] == ["2025-01-01"]


def test_the_ledger_comes_back_to_the_warehouse_as_it_was(
    engine: Engine, warehouse: Any, new_warehouse: Callable[[], Any], sealer: Sealer
) -> None:
    tell(warehouse)
    warehouse.publish(engine, sealer)
    warehouse.link(A, C, 9)
    warehouse.link(B, C, 9)
    warehouse.publish(engine, sealer)
    other = new_warehouse()

    base = ledger_from_store(other.connection, engine, "default")

    tables = ("ledger", "redirects", "membership", "first_seen", "decisions")
    for table in tables:
        query = f"from resolution.{table} order by all"
        assert other.connection.execute(query).fetchall() == warehouse.connection.execute(query).fetchall()
    assert (
        base.version
        == warehouse.connection.execute("select max(version) from resolution.golden_membership").fetchall()[
            0
        ][0]
    )


def test_a_decision_made_while_a_version_is_staged_counts_in_it(
    engine: Engine, warehouse: Any, sealer: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(warehouse)
    warehouse.publish(engine, sealer)
    warehouse.record(A, full_name="Ann Lee", email="ann@example.com", city="Basel")
    warehouse.record("crm:contact:5", full_name="Cleo Roe", phone="123456")
    warehouse.link(C, "crm:contact:5", 9)
    finish = Publication.finish

    def decided_first(publication: Publication, **given: Any) -> Any:
        decide(engine, sealer, Ruling(A, C, Verdict.MATCH, "ana", "I know"), now=LATER)
        return finish(publication, **given)

    monkeypatch.setattr(Publication, "finish", decided_first)
    summary = warehouse.publish(engine, sealer)

    assert summary.settled_again > 0
    assert set(world(engine, sealer).values()) == {seed_id(A), seed_id(ORG)}
    with reading(engine) as connection:
        view = golden_record(version_at(connection, sealer), seed_id(A))
    assert view.record_ids == (A, "crm:contact:5", B, C)
    assert view.primary("city") == "Basel"
    membership = warehouse.connection.execute("from resolution.golden_membership").fetchall()
    assert {row[0]: row[1] for row in membership}[C] == seed_id(A)


def test_a_decision_undone_while_a_version_is_staged_does_not_count_in_it(
    engine: Engine, warehouse: Any, sealer: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(warehouse)
    warehouse.publish(engine, sealer)
    before = world(engine, sealer)
    made = decide(engine, sealer, Ruling(A, C, Verdict.MATCH, "ana", "I know"), now=warehouse.now)
    finish = Publication.finish

    def undone_first(publication: Publication, **given: Any) -> Any:
        undo(engine, sealer, made.sequence, author="ana", reason="no", now=LATER)
        return finish(publication, **given)

    monkeypatch.setattr(Publication, "finish", undone_first)
    warehouse.publish(engine, sealer)

    assert world(engine, sealer) == before


def test_an_older_result_never_replaces_a_newer_one(
    engine: Engine, warehouse: Any, new_warehouse: Callable[[], Any], sealer: Sealer
) -> None:
    tell(warehouse)
    warehouse.publish(engine, sealer)
    slow = new_warehouse()
    tell(slow)
    slow.settle(engine, sealer)
    newer = warehouse.publish(engine, sealer)

    with pytest.raises(StaleResult, match=f"version {newer.version} was published"):
        slow.publish_settled(engine, sealer)


def test_a_publish_that_was_overtaken_while_staging_gives_up(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    tell(warehouse)
    warehouse.settle(engine, sealer)
    with resolution_schema(warehouse.connection):
        base = read_base(warehouse.connection)
    from_fixture = sys.modules["small_warehouse"].MODEL
    first = begin(engine, sealer, base=base, terms=terms_of(from_fixture), now=LATER)
    second = begin(engine, sealer, base=base, terms=terms_of(from_fixture), now=LATER)

    with pytest.raises(PublicationLost), first.batch():
        pass
    assert second.finish(counts={}, now=LATER).version == second.version


def test_what_stops_a_publish_leaves_the_last_version_and_no_leftovers(
    engine: Engine, warehouse: Any, sealer: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(warehouse)
    warehouse.publish(engine, sealer)
    before = world(engine, sealer)
    warehouse.link(B, C, 9)
    warehouse.link(A, C, 9)
    warehouse.record(ORG, "organization", organization_name="Roe Limited")

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(Publication, "finish", fail)
        with pytest.raises(RuntimeError, match="disk"):
            warehouse.publish(engine, sealer)
    assert world(engine, sealer) == before

    summary = warehouse.publish(engine, sealer)

    assert world(engine, sealer)[C] == seed_id(A)
    visible = {
        row[0] for row in rows_of(engine, "select sequence from versions where visible_at is not null")
    }
    for table in ranged_tables():
        found = rows_of(engine, f"select published_from, published_to from {table}")
        assert {version for row in found for version in row} - {None} <= visible, table
    assert {row[0] for row in rows_of(engine, "select distinct version from outbox")} <= visible
    orphans = (
        "select golden_id, entity_version from golden_values"
        " except select golden_id, entity_version from golden_records"
    )
    assert rows_of(engine, orphans) == []
    assert [path.name for path in sorted(summary.snapshot.parent.iterdir())] == [
        "1000000.duckdb",
        f"{summary.version}.duckdb",
    ]


def test_an_erased_key_makes_one_records_part_unreadable_and_nothing_else(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    tell(warehouse)
    warehouse.publish(engine, sealer)
    with writing(engine) as connection:
        connection.execute(
            text("update record_keys set salt = null where record_id = :record"), {"record": B}
        )

    with reading(engine) as connection:
        view = golden_record(version_at(connection, sealer), seed_id(A))

    said = {(v.attribute, v.record_id): v.value for v in (*view.values, *view.conflicts)}
    assert said["full_name", B] is None
    assert said["phone", B] is None
    assert said["full_name", A] == "Ann Lee"
    assert said["city", A] == "Bern"


def test_a_store_holds_no_personal_value_in_the_clear(
    sqlite_engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    tell(warehouse)
    warehouse.activity("erp:order:1", [B], title="Secret order of Ann", body="Hello Ann Lee")
    warehouse.publish(sqlite_engine, sealer)
    with writing(sqlite_engine) as connection:
        todo = pending(connection, "default")
        mark_done(connection, "default", [row.sequence for row in todo], now=LATER)
    sqlite_engine.dispose()
    with open_store(str(sqlite_engine.url)).connect().execution_options(isolation_level="AUTOCOMMIT") as raw:
        raw.exec_driver_sql("commit")
        raw.exec_driver_sql("vacuum")
        raw.exec_driver_sql("begin")

    content = Path(str(sqlite_engine.url.database)).read_bytes()

    for personal in (b"Ann Lee", b"ann@example.com", b"41315550100", b"Cleo Roe", b"Secret order"):
        assert personal not in content


def test_the_outbox_tells_what_changed_and_only_of_visible_versions(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    tell(warehouse)
    warehouse.activity("erp:order:1", [B], title="Ten chairs", body="as agreed")
    warehouse.publish(engine, sealer)

    with writing(engine) as connection:
        first = pending(connection, "default")
        mark_done(connection, "default", [row.sequence for row in first], now=LATER)
    warehouse.publish(engine, sealer)

    texts = {(row.kind, row.key): row.text for row in first}
    assert texts["activity", "erp:order:1"] == "Ten chairs\nas agreed"
    assert texts["customer", A] == "Ann Lee, Bern"
    assert len(texts) == 5
    with reading(engine) as connection:
        assert pending(connection, "default") == []


def test_a_party_is_found_by_id_mail_phone_and_words_of_its_name(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    tell(warehouse)
    warehouse.publish(engine, sealer)

    with reading(engine) as connection:
        snapshot = version_at(connection, sealer)
        for asked in (seed_id(A), A, B, "ANN@example.com", "Lee Ann", "+41 31 555 01 00"):
            assert find(snapshot, asked) == (seed_id(A),), asked


def test_history_follows_the_records_a_party_has_now(engine: Engine, warehouse: Any, sealer: Sealer) -> None:
    tell(warehouse)
    warehouse.activity("erp:order:1", [B], at=datetime(2025, 1, 1), title="first")  # noqa: DTZ001
    warehouse.activity("erp:order:2", [C], at=datetime(2025, 2, 1), title="second")  # noqa: DTZ001
    warehouse.connection.execute(
        "insert into intermediate.int_relationships values"
        f" ('r1', 'works_for', '{C}', '{ORG}', 'buyer', null, null, 'crm', null)"
    )
    warehouse.connection.execute(
        "insert into sync.loads values ('l', 'erp', 'orders', timestamp '2026-01-01', timestamp '2026-01-01',"
        " 1, 1, 1, 0, 0, 'complete', null)"
    )
    warehouse.publish(engine, sealer)
    decide(engine, sealer, Ruling(A, C, Verdict.MATCH, "ana", "I know"), now=LATER)

    with reading(engine) as connection:
        snapshot = version_at(connection, sealer)
        assert [activity.title for activity in timeline(snapshot, seed_id(A))] == ["second", "first"]
        (edge,) = relationships(snapshot, seed_id(A))
        assert (edge.kind, edge.golden_id, edge.role) == ("works_for", seed_id(ORG), "buyer")
        assert [(f.source, f.last_status) for f in freshness(snapshot)] == [("erp", "complete")]
        assert [(r.record_id, r.change) for r in records(snapshot, seed_id(A))] == [
            (A, "new"),
            (B, "new"),
            (C, "merged"),
        ]


def test_the_match_snapshot_holds_what_one_record_is_matched_with(
    sqlite_engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    tell(warehouse)
    warehouse.connection.execute(
        "create table resolution.match_person as select 'x' as record_id, 1::ubigint as bk_email, 'n' as full_name"
    )

    summary = warehouse.publish(sqlite_engine, sealer)

    with duckdb.connect(str(summary.snapshot), read_only=True) as snapshot:
        assert snapshot.execute("from blocking_keys").fetchall() == [("person", "email", 1, "x")]
        assert snapshot.execute("select full_name from match_person").fetchall() == [("n",)]
        assert snapshot.execute("select model_json::json ->> 'format' from model").fetchone() is not None


def test_tenants_do_not_see_each_other(
    engine: Engine, warehouse: Any, new_warehouse: Callable[[], Any], sealer: Sealer
) -> None:
    tell(warehouse)
    warehouse.publish(engine, sealer)
    other, other_sealer = new_warehouse(), Sealer(sealer.master, "other")
    other.record(A, full_name="Somebody Else")

    other.publish(engine, other_sealer)

    with reading(engine) as connection:
        ours, theirs = version_at(connection, sealer), version_at(connection, other_sealer)
        assert golden_record(ours, seed_id(A)).primary("full_name") == "Ann Lee"
        assert golden_record(theirs, seed_id(A)).primary("full_name") == "Somebody Else"
        assert resolve_id(theirs, seed_id(C)).status is Resolution.UNKNOWN


def test_readers_see_one_version_while_others_are_published(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    """Both parties state the number of the version that they belong to; no reader sees two numbers."""

    def state(number: int) -> None:
        warehouse.record(A, full_name=f"Number {number}")
        warehouse.record(C, full_name=f"Number {number}")

    state(0)
    warehouse.publish(engine, sealer)
    is_over, faults, seen = threading.Event(), [], set()

    def read() -> None:
        while not is_over.is_set():
            try:
                with reading(engine) as connection:
                    snapshot = version_at(connection, sealer)
                    names = {golden_record(snapshot, seed_id(r)).primary("full_name") for r in (A, C)}
            except Exception as error:  # noqa: BLE001 - any error of a reader fails the test
                faults.append(repr(error))
                return
            seen.add(len(names))

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(1, 3):
        state(number)
        warehouse.publish(engine, sealer)
    is_over.set()
    for reader in readers:
        reader.join()

    assert faults == []
    assert seen == {1}


def test_a_locked_store_is_told_plainly(warehouse: Any, sqlite_url: str, sealer: Sealer) -> None:
    tell(warehouse)
    holder, ours = open_store(sqlite_url), open_store(sqlite_url, busy_timeout_seconds=0.05)
    warehouse.settle(holder, sealer)

    with writing(holder), pytest.raises(StoreBusy, match="locked by another process"):
        warehouse.publish_settled(ours, sealer)

    assert warehouse.publish_settled(ours, sealer).written["golden_records"] == 3


KILLED = """
import sys
sys.path.insert(0, {fixtures!r})
import duckdb, os, signal
from pathlib import Path
from context_api.store.engine import open_store
from context_api.store.sealing import Sealer
from context_api.settling_publish import Publication
from small_warehouse import SmallWarehouse, TABLES
connection = duckdb.connect(config={{"threads": 1}})
connection.execute(TABLES)
warehouse = SmallWarehouse(connection, Path({snapshots!r}))
for number in range(60):
    warehouse.record(f"crm:contact:{{number}}", full_name=f"Name {{number}} changed")
steps = 0
batch = Publication.batch
def counted(self):
    global steps
    steps += 1
    if steps == {step}:
        os.kill(os.getpid(), signal.SIGKILL)
    return batch(self)
Publication.batch = counted
warehouse.publish(open_store({url!r}), Sealer(b"k" * 32, "default"))
"""


@pytest.mark.parametrize("step", [2, 6, 9])
def test_a_publish_killed_at_any_point_leaves_the_last_version_and_can_be_repeated(
    engine: Engine, warehouse: Any, sealer: Sealer, step: int, tmp_path: Path
) -> None:
    for number in range(60):
        warehouse.record(f"crm:contact:{number}", full_name=f"Name {number}")
    warehouse.publish(engine, sealer)
    script = KILLED.format(
        fixtures=str(Path(__file__).parents[2] / "fixtures"),
        snapshots=str(tmp_path / "snapshots"),
        url=engine.url.render_as_string(hide_password=False),
        step=step,
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    result = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, timeout=120)  # noqa: S603

    assert result.returncode == -signal.SIGKILL, result.stderr
    with reading(engine) as connection:
        snapshot = version_at(connection, sealer)
        names = {golden_record(snapshot, seed_id(f"crm:contact:{n}")).primary("full_name") for n in range(60)}
    assert names == {f"Name {n}" for n in range(60)}
    for number in range(60):
        warehouse.record(f"crm:contact:{number}", full_name=f"Name {number} changed")
    warehouse.publish(engine, sealer)
    with reading(engine) as connection:
        snapshot = version_at(connection, sealer)
        view = golden_record(snapshot, seed_id("crm:contact:7"))
    assert (view.primary("full_name"), view.entity_version) == ("Name 7 changed", 2)
    assert rows_of(engine, "select count(*) from golden_records") == [(120,)]
