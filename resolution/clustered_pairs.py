"""How many pairs of records share a cluster, and how many of them we expect to be right.

Table `clustered_pairs`, grain golden_id, of golden records of more than one record: its pairs and the sum of
their probabilities. A pair that was never scored is as likely as the pairs of its cluster that were. Sums are
of decimals: those of doubles would depend on the order in which threads add. So a run that keeps the table
up to date, cluster by cluster, ends with the very figures of one that counts anew.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import duckdb

from resolution.kept_tables import is_kept
from resolution.matching.calibration import OVERSTATED, interval
from resolution.matching.model import ResolutionModel

TABLE = """
create table if not exists clustered_pairs (
    golden_id varchar, party_type varchar, pairs bigint, expected decimal(38, 9))
"""

COUNT = """
insert into clustered_pairs
with chosen as (
    select record_id, golden_id, party_type from membership {of_changed}
), sizes as (
    select party_type, golden_id, count(*) as n from chosen group by all having count(*) > 1
), members as (
    select record_id, golden_id from chosen semi join sizes using (golden_id)
), scored as (
    select a.golden_id, count(*) as n,
        sum(if(method = 'steward', 1, match_probability)::decimal(18, 9)) as total
    from links
    join members a on a.record_id = record_id_l join members b on b.record_id = record_id_r
    where a.golden_id = b.golden_id group by a.golden_id
), expected as (
    select golden_id, party_type, sizes.n * (sizes.n - 1) // 2 as pairs,
        coalesce(total / scored.n, 0.5) as share
    from sizes left join scored using (golden_id)
)
select golden_id, party_type, pairs, (pairs * share)::decimal(38, 9) from expected
"""


def count_all(connection: duckdb.DuckDBPyConnection) -> None:
    """Write table `clustered_pairs` of all golden records anew."""
    connection.execute("drop table if exists clustered_pairs")
    connection.execute(TABLE)
    connection.execute(COUNT.format(of_changed=""))


def count_changed(connection: duckdb.DuckDBPyConnection, changed: str) -> None:
    """Write the rows of the golden records that table `changed` (golden_id) names; all, if none are kept."""
    if not is_kept(connection, "clustered_pairs"):  # a run of before the table was kept
        count_all(connection)
        return
    connection.execute(f"delete from clustered_pairs where golden_id in (select golden_id from {changed})")
    connection.execute(COUNT.format(of_changed=f"semi join {changed} using (golden_id)"))


def sums_by_type(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[float, float]]:
    """Return by party type how many pairs share a cluster, and how many we expect to be right."""
    rows = connection.execute(
        "select party_type, sum(pairs), sum(expected) from clustered_pairs group by party_type"
    ).fetchall()
    return {party_type: (float(pairs), float(right)) for party_type, pairs, right in rows}


def expected_by_type(connection: duckdb.DuckDBPyConnection, model: ResolutionModel) -> dict[str, Any]:
    """Return the expected precision and recall of the clusters of each party type, None where not told."""
    expected: dict[str, Any] = {}
    clustered = sums_by_type(connection)
    for name, party in model.parties.items():
        if party.status == "rules_only" or party.expected_precision is None or party.expected_recall is None:
            expected[name] = None
            continue
        pairs, right = clustered.get(name, (0.0, 0.0))
        if pairs == 0:
            expected[name] = None
            continue
        expected[name] = {
            "precision": asdict(interval((1 - OVERSTATED[name]) * right / pairs, pairs=pairs)),
            "recall": asdict(party.expected_recall),
            "pairs": pairs,
        }
    return expected


def expected_of_run(by_type: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the expected precision and recall over all party types, weighted by pairs; None if untold."""
    told = [e for e in by_type.values() if e]
    if not told:
        return None
    pairs = sum(e["pairs"] for e in told)
    return {
        name: {
            bound: sum(e[name][bound] * e["pairs"] for e in told) / pairs
            for bound in ("value", "low", "high")
        }
        for name in ("precision", "recall")
    }
