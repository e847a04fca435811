"""Decisions as a steward would make them, answered by the truth.

Half of them are the head of the review list of a first run, in its own order; the rest are candidate
pairs drawn evenly over the range of probability, topped up with any. Drawing is by a seeded hash of the
pair, so that the same run gives the same decisions.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

Decision = tuple[str, str, bool]  # record a, record b, is one party

_HEADER = ("record_a", "record_b", "decision")
_BINS = 10
_LABELLED = """
create or replace temp table named as
select source || ':party:' || source_id as record_id, entity_id from truth
"""
_REVIEW = """
select record_id_l, record_id_r, l.entity_id = r.entity_id as is_match
from review join named l on l.record_id = record_id_l join named r on r.record_id = record_id_r
order by review.position limit $wanted
"""
_CANDIDATES = """
with labelled as (
    select record_id_l, record_id_r, l.entity_id = r.entity_id as is_match,
        least(floor(match_probability * {bins}), {bins} - 1) as bin,
        hash(record_id_l, record_id_r, $seed) as draw
    from links join named l on l.record_id = record_id_l join named r on r.record_id = record_id_r
    where veto is null
)
select record_id_l, record_id_r, is_match from labelled
qualify row_number() over (partition by bin order by draw) <= $wanted
order by row_number() over (partition by bin order by draw), bin
"""


def sample_decisions(folder: Path, truth: pa.Table, *, wanted: int, seed: int) -> list[Decision]:
    """Return up to `wanted` decisions on pairs of the run in `folder`, each pair once."""
    with duckdb.connect() as connection:
        connection.register("truth", truth)
        connection.execute(_LABELLED)
        connection.read_parquet(str(folder / "links.parquet")).create_view("links")
        review = connection.read_parquet(str(folder / "review.parquet"))
        review.project("*, row_number() over () as position").create_view("review")
        first = connection.execute(_REVIEW, {"wanted": wanted // 2}).fetchall()
        sql = _CANDIDATES.format(bins=_BINS)
        others = connection.execute(sql, {"wanted": wanted, "seed": seed}).fetchall()
    decided: dict[tuple[str, str], bool] = {}
    for left, right, is_match in [*first, *others]:
        decided.setdefault((min(left, right), max(left, right)), bool(is_match))
    return [(*pair, is_match) for pair, is_match in decided.items()][:wanted]


def write_decisions(decisions: Sequence[Decision], file: Path) -> None:
    """Write decisions as the file that `concord resolve --decisions` takes."""
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(_HEADER)
        writer.writerows((a, b, "match" if is_match else "no_match") for a, b, is_match in decisions)
