"""The small form in the store equals the bulk form of a publish, and undoing everything restores all ids."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from context_api.errors import ContradictoryDecision, UnknownDecision
from context_api.settling import Ruling, decide, undo
from context_api.settling_small import DECIDED_WEIGHT
from context_api.store.decisions import Verdict
from context_api.store.engine import migrate, open_store
from context_api.store.sealing import Sealer
from resolution.domain.clustering import DECIDED

RECORDS = [f"{source}:c:{number}" for source in ("crm", "erp") for number in (1, 2, 3)]
PAIRS = [(a, b) for a in RECORDS for b in RECORDS if a < b]
LINKS = st.dictionaries(st.sampled_from(PAIRS), st.sampled_from([-9.0, -1.0, 2.0, 5.0, 11.0]), max_size=9)
RULINGS = st.lists(
    st.tuples(st.sampled_from(PAIRS), st.sampled_from([Verdict.MATCH, Verdict.NO_MATCH])), max_size=4
)
MEMBERS = "select record_id, golden_id from identity_ledger where published_to is null order by 1"
GOLDEN = (
    "select golden_id, content_hash from golden_records g, tenants t where published_from <= visible_sequence"
    " and (published_to is null or published_to > visible_sequence) order by 1"
)


@settings(
    derandomize=True,
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(links=LINKS, rulings=RULINGS)
def test_decisions_one_by_one_come_to_what_a_run_with_all_of_them_comes_to(
    new_warehouse: Callable[[], Any],
    sealer: Sealer,
    tmp_path: Path,
    links: dict[tuple[str, str], float],
    rulings: list[tuple[tuple[str, str], Verdict]],
) -> None:
    path = tmp_path / "store.db"
    for file in tmp_path.glob("store.db*"):
        file.unlink()
    engine = open_store(f"sqlite:///{path}")
    migrate(engine)
    warehouse = new_warehouse()
    for number, record in enumerate(RECORDS):
        warehouse.record(record, full_name=f"Name {number % 2}", city="Bern")
    warehouse.links = links
    warehouse.publish(engine, sealer)
    before = warehouse.rows(engine, MEMBERS), warehouse.rows(engine, GOLDEN)
    made = []
    for pair, verdict in rulings:
        with suppress(ContradictoryDecision):
            made.append(
                decide(engine, sealer, Ruling(*pair, verdict, "ana", "x"), now=warehouse.now).sequence
            )
    decided = warehouse.rows(engine, MEMBERS), warehouse.rows(engine, GOLDEN)

    summary = warehouse.publish(engine, sealer)

    assert (warehouse.rows(engine, MEMBERS), warehouse.rows(engine, GOLDEN)) == decided
    assert "golden_records" not in summary.written
    for sequence in reversed(made):
        with suppress(UnknownDecision):  # a repeated ruling took the place of the one before
            undo(engine, sealer, sequence, author="ana", reason="y", now=warehouse.now)
    assert (warehouse.rows(engine, MEMBERS), warehouse.rows(engine, GOLDEN)) == before
    engine.dispose()


def test_a_decided_pair_that_was_never_scored_weighs_as_in_a_run() -> None:
    assert DECIDED_WEIGHT == DECIDED
