"""Stewards' decisions from a file: which pairs are one party and which are not.

A decisions file is a CSV with three columns, in this order or with headers that say so: record a, record
b, decision (`match` or `no_match`). Records are named `source:source_id` or by their whole record id.
"""

import csv
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from resolution.domain.errors import DecisionConflict, InputError, UnreadableFile
from resolution.domain.ids import DEFAULT_OBJECT, record_id

VERDICTS = {
    "match": True,
    "same": True,
    "yes": True,
    "1": True,
    "true": True,
    "no_match": False,
    "no match": False,
    "different": False,
    "no": False,
    "0": False,
    "false": False,
}
DEFERRED = frozenset({"defer", "unsure", ""})


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict on a pair; `left` and `right` are record ids in order."""

    left: str
    right: str
    is_match: bool
    line: int = 0


def _whole_id(text: str) -> str:
    source, _, rest = text.strip().partition(":")
    if rest.startswith(f"{DEFAULT_OBJECT}:"):
        return text.strip()
    return record_id(source, rest)


def _columns(header: Sequence[str]) -> tuple[int, int, int] | None:
    names = [name.strip().lower().replace(" ", "_") for name in header]
    verdict = next((i for i, n in enumerate(names) if n in {"decision", "verdict", "label", "is_match"}), None)
    if verdict is None:
        return None
    records = [i for i in range(len(names)) if i != verdict and ("record" in names[i] or names[i] in "ablr")]
    return (records[0], records[1], verdict) if len(records) >= 2 else (0, 1, verdict)


def read_decisions(path: Path) -> list[Decision]:
    """Return the decisions of a file, checked against each other.

    Raises:
        UnreadableFile: There is no such file, or nothing in it.
        InputError: A row is no decision; all of them are named.
        DecisionConflict: Two decisions contradict each other.
    """
    if not path.is_file():
        raise UnreadableFile(f"{path} is not there; give --decisions a CSV of record a, record b, match or no_match")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if any(cell.strip() for cell in row)]
    if not rows:
        raise UnreadableFile(f"{path} is empty; write one decision a row: record a, record b, match or no_match")
    columns = _columns(rows[0])
    body = list(enumerate(rows, start=1))[1 if columns else 0 :]
    a, b, verdict = columns or (0, 1, 2)
    decisions, faults = [], []
    for line, row in body:
        said = row[verdict].strip().lower() if len(row) > max(a, b, verdict) else None
        if said in DEFERRED:
            continue
        if said not in VERDICTS or ":" not in row[a] or ":" not in row[b]:
            faults.append(f"line {line}: {','.join(row)!r}")
            continue
        left, right = sorted((_whole_id(row[a]), _whole_id(row[b])))
        decisions.append(Decision(left, right, VERDICTS[said], line))
    if faults:
        raise InputError(
            f"{path} has rows that are no decision (source:id, source:id, match or no_match): {'; '.join(faults[:10])}"
        )
    refuse_contradictions(decisions)
    return decisions


def refuse_contradictions(decisions: Iterable[Decision]) -> None:
    """Raise where a no_match stands between records that matches tie together (law 2).

    Raises:
        DecisionConflict: With the chain of matches that proves it.
    """
    tied: dict[str, set[str]] = {}
    apart = []
    for decision in decisions:
        if decision.is_match:
            tied.setdefault(decision.left, set()).add(decision.right)
            tied.setdefault(decision.right, set()).add(decision.left)
        else:
            apart.append(decision)
    for decision in apart:
        chain = _chain(tied, decision.left, decision.right)
        if chain:
            raise DecisionConflict(
                f"{decision.left} and {decision.right} are said to be different (line {decision.line}), but matches"
                f" tie them together: {' = '.join(chain)}; take one of these decisions back"
            )


def _chain(tied: dict[str, set[str]], start: str, end: str) -> list[str]:
    """Return the shortest chain of matches from `start` to `end`, empty where there is none."""
    if start == end:
        return [start, end]
    came_from = {start: start}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for neighbour in sorted(tied.get(here, ())):
            if neighbour in came_from:
                continue
            came_from[neighbour] = here
            if neighbour == end:
                chain = [end]
                while chain[-1] != start:
                    chain.append(came_from[chain[-1]])
                return chain[::-1]
            queue.append(neighbour)
    return []
