"""What a user asks of an update beside its files: records to remove, and decisions."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from resolution import state
from resolution.decisions import Decision, refuse_contradictions
from resolution.domain.errors import InputError
from resolution.domain.ids import DEFAULT_OBJECT


def note_removed(connection: duckdb.DuckDBPyConnection, remove: Path | None) -> int:
    """Create table `gone`: records to remove, named in a file or marked deleted by their source.

    Returns how many records of the file the run does not know.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE gone AS"
        " SELECT record_id FROM new_records WHERE coalesce(is_deleted, false)"
    )
    if remove is None:
        return 0
    try:
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE named AS"
            f" SELECT DISTINCT trim(source) || ':{DEFAULT_OBJECT}:' || trim(source_id) AS record_id"
            " FROM read_csv(?, header = true, all_varchar = true)",
            [str(remove)],
        )
    except duckdb.Error as error:
        raise InputError(
            f"{remove} cannot be read; give --remove a CSV with columns source and source_id"
        ) from error
    connection.execute("INSERT INTO gone SELECT record_id FROM named WHERE record_id IS NOT NULL")
    return state.count(connection, "(FROM named ANTI JOIN party_records USING (record_id))")


def add_decisions(connection: duckdb.DuckDBPyConnection, decided: Sequence[Decision]) -> None:
    """Add decisions to those of the run, a later one on a pair in the place of an earlier one.

    Creates table `redecided` (record_id).
    """
    before = {(d.left, d.right): d.is_match for d in state.read_decisions(connection)}
    now = before | {(d.left, d.right): d.is_match for d in decided}
    decisions = [Decision(left, right, verdict) for (left, right), verdict in sorted(now.items())]
    refuse_contradictions(decisions)
    state.write_decisions(connection, decisions)
    changed = {record for pair, verdict in now.items() if before.get(pair) is not verdict for record in pair}
    connection.execute("CREATE OR REPLACE TEMP TABLE redecided (record_id VARCHAR)")
    if changed:
        rows = [[record] for record in sorted(changed)]
        connection.executemany("INSERT INTO redecided VALUES (?)", rows)
