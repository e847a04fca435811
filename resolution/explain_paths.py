"""How two records of one cluster hold together: the strongest path of links between them."""

import heapq
from collections import defaultdict
from dataclasses import dataclass
from math import log2

import duckdb

HOP = 1e-3  # bits that each step costs, so that of equally strong paths the shorter is told
CERTAIN = {"deterministic", "steward"}
LEAST_PROBABILITY = 1e-9

_INSIDE = """
select l.record_id_l, l.record_id_r, l.match_probability, l.match_weight, l.method, l.rule
from links l
join membership a on a.record_id = l.record_id_l and a.golden_id = $golden_id
join membership b on b.record_id = l.record_id_r and b.golden_id = $golden_id
where l.band = 'match' and l.veto is null
order by l.record_id_l, l.record_id_r
"""


@dataclass(frozen=True, slots=True, order=True)
class PathStep:
    """A link on the way from one record to the next; ordered, so that equal paths are told alike."""

    start: str
    end: str
    method: str
    rule: str
    weight: float
    probability: float


def strongest_path(
    connection: duckdb.DuckDBPyConnection, golden_id: str, *, start: str, end: str
) -> tuple[PathStep, ...]:
    """Return the links from `start` to `end` within a golden record whose probabilities multiply highest.

    Links by rule or by a steward count as certain. Empty when links alone do not join the two.
    """
    steps: dict[str, list[PathStep]] = defaultdict(list)
    found = connection.execute(_INSIDE, {"golden_id": golden_id}).fetchall()
    for left, right, probability, weight, method, rule in found:
        for a, b in ((left, right), (right, left)):
            steps[a].append(PathStep(a, b, str(method), str(rule or ""), weight, probability))
    return _cheapest(steps, start=start, end=end)


def _cost(step: PathStep) -> float:
    certainty = 1.0 if step.method in CERTAIN else max(step.probability, LEAST_PROBABILITY)
    return HOP - log2(min(certainty, 1.0))


def _cheapest(steps: dict[str, list[PathStep]], *, start: str, end: str) -> tuple[PathStep, ...]:
    came_by: dict[str, PathStep | None] = {}
    queue: list[tuple[float, str, PathStep | None]] = [(0.0, start, None)]
    while queue and end not in came_by:
        cost, record, step = heapq.heappop(queue)
        if record in came_by:
            continue
        came_by[record] = step
        for onward in steps.get(record, ()):
            if onward.end not in came_by:
                heapq.heappush(queue, (cost + _cost(onward), onward.end, onward))
    path: list[PathStep] = []
    while (step := came_by.get(end)) is not None:
        path.append(step)
        end = step.start
    return tuple(reversed(path))
