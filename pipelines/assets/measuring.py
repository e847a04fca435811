"""How good a run is, measured on the warehouse: against known truth, against people's decisions, by shape."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from resolution.evaluation import Evaluation

# A record id is `source:object:source_id`; truth and clusters are compared by source and the rest of it.
_TRUTH = """
select split_part(record_id, ':', 1) as source, record_id[strpos(record_id, ':') + 1:] as source_id,
    entity_id, record_type
from read_csv($1, all_varchar = true, header = true)
"""
_LIVE_TRUTH = f"""
with told as ({_TRUTH})
select t.* from told as t
anti join (select record_id from resolution.party_records where is_deleted) as d
    on d.record_id = t.source || ':' || t.source_id
"""
_CLUSTERS = """
select split_part(record_id, ':', 1) as source, record_id[strpos(record_id, ':') + 1:] as source_id,
    golden_id as cluster_id, party_type
from resolution.membership
"""
_DECIDED = """
select count(*), count(*) filter ((a.golden_id = b.golden_id) <> (d.decision = 'match')),
    count(*) filter (l.match_probability >= 0.5), count(*) filter (l.match_probability >= 0.5
        and d.decision = 'match'), count(*) filter (d.decision = 'match')
from resolution.decisions as d
join resolution.membership as a on a.record_id = d.record_id_l
join resolution.membership as b on b.record_id = d.record_id_r
left join resolution.links as l on l.record_id_l = d.record_id_l and l.record_id_r = d.record_id_r
where d.decision in ('match', 'no_match')
"""


@dataclass(frozen=True, slots=True)
class Decided:
    """Decided pairs whose records both live; `broken` of them stand against their decision.

    `precision` and `recall` are the model's own over these pairs, decisions aside; None where not defined.
    """

    pairs: int
    broken: int
    precision: float | None
    recall: float | None


def against_truth(connection: duckdb.DuckDBPyConnection, truth: Path) -> "Evaluation":
    """Measure the golden records of the warehouse against a truth file (record_id, entity_id, record_type).

    Records that their source has deleted are left out; those that are missing count as found alone.

    Raises:
        InputError: Truth and golden records have no record in common.
    """
    # Here, since pandas and scipy come with them, and every process that loads definitions would wait.
    from resolution.evaluation import evaluate
    from resolution.evaluation_truth import truth_from_table

    told = connection.execute(_LIVE_TRUTH, [str(truth)]).to_arrow_table()
    clusters = connection.execute(_CLUSTERS).to_arrow_table()
    return evaluate(clusters, truth_from_table(told, name=truth.name))


def knows_a_record(connection: duckdb.DuckDBPyConnection, truth: Path) -> bool:
    """Return whether a truth file tells of any live record: one of another company's does not."""
    asked = f"with live as ({_LIVE_TRUTH}), placed as ({_CLUSTERS}) select 1 from live"
    found = connection.execute(f"{asked} semi join placed using (source, source_id) limit 1", [str(truth)])
    return found.fetchone() is not None


def against_decisions(connection: duckdb.DuckDBPyConnection) -> Decided:
    """Measure the golden records, and the model's own verdicts, against what people decided."""
    pairs, broken, linked, right, matches = connection.execute(_DECIDED).fetchone() or (0, 0, 0, 0, 0)
    return Decided(pairs, broken, right / linked if linked else None, right / matches if matches else None)


def cluster_shape(connection: duckdb.DuckDBPyConnection) -> tuple[int, int, str]:
    """Return how many golden records there are, the size of the largest, and its id."""
    found = connection.execute(
        "select count(*) over (), n, golden_id from (select golden_id, count(*) as n"
        " from resolution.membership group by golden_id) order by n desc, golden_id limit 1"
    ).fetchone()
    return (0, 0, "") if found is None else (int(found[0]), int(found[1]), str(found[2]))


def review_share(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """Return how many pairs wait for a person, and how many live records there are."""
    row = connection.execute(
        "select (select count(*) from resolution.links where band = 'review' and veto is null),"
        " (select count(*) from resolution.membership)"
    ).fetchone()
    return (0, 0) if row is None else (int(row[0]), int(row[1]))
