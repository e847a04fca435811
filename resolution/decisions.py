"""Stewards' decisions from a file: which pairs are one party and which are not.

A decisions file is a CSV with three columns, in this order or with headers that say so: record a, record
b, decision (`match`, `no_match` or `defer`). Records are named `source:source_id` or by their whole
record id. Decisions bind (DESIGN.md, law 2), so a set of them that contradicts itself is refused.
"""

import codecs
import csv
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
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
VERDICT_HEADERS = frozenset({"decision", "verdict", "label", "is_match"})
RECORD_HEADERS = frozenset({"a", "b", "l", "r", "left", "right"})
DELIMITERS = ",;\t"  # a spreadsheet takes that of its country
SHOWN_FAULTS = 10


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict on a pair; `left` and `right` are record ids in order."""

    left: str
    right: str
    is_match: bool
    line: int = 0


def read_decisions(path: Path) -> list[Decision]:
    """Return the decisions of a file, checked against each other.

    Raises:
        UnreadableFile: There is no such file, nothing in it, or it is no text.
        InputError: A row is no decision; all of them are named.
        DecisionConflict: Two decisions contradict each other.
    """
    rows = _rows(path)
    columns = _columns(rows[0][1])
    decisions: list[Decision] = []
    faults: list[str] = []
    for line, row in rows[1:] if columns else rows:
        try:
            decision = _decision(row, line, columns=columns or (0, 1, 2))
        except ValueError as error:
            faults.append(f"line {line}: {error}")
        else:
            decisions += [decision] if decision else []
    if faults:
        more = f" and {len(faults) - SHOWN_FAULTS} more" if len(faults) > SHOWN_FAULTS else ""
        raise InputError(
            f"{path} has rows that are no decision; write `source:id,source:id,match` or `no_match`:"
            f" {'; '.join(faults[:SHOWN_FAULTS])}{more}"
        )
    refuse_contradictions(decisions)
    return decisions


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Return the rows that say anything, each with its line number; at least one."""
    asked = "a CSV of record a, record b, match or no_match"
    try:
        with path.open(encoding=_encoding(path), newline="") as file:
            first = next((line for line in file if line.strip()), "")
            file.seek(0)
            reader = csv.reader(file, delimiter=max(DELIMITERS, key=first.count))
            rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except FileNotFoundError as error:
        raise UnreadableFile(f"{path} is not there; give --decisions {asked}") from error
    except (OSError, UnicodeError, csv.Error) as error:
        raise UnreadableFile(f"{path} cannot be read ({error}); give --decisions {asked}") from error
    if not rows:
        raise UnreadableFile(f"{path} is empty; give --decisions {asked}")
    return rows


def _encoding(path: Path) -> str:
    """Return UTF-16 where its mark stands, as spreadsheets write "Unicode text", else UTF-8."""
    with path.open("rb") as file:
        head = file.read(len(codecs.BOM_UTF16))
    return "utf-16" if head in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE} else "utf-8-sig"


def _columns(header: Sequence[str]) -> tuple[int, int, int] | None:
    """Return where record a, record b and the verdict stand, None where the first row is no header."""
    names = [name.strip().lower().replace(" ", "_") for name in header]
    verdict = next((i for i, name in enumerate(names) if name in VERDICT_HEADERS), None)
    if verdict is None:
        return None
    records = [
        i
        for i, name in enumerate(names)
        if i != verdict and (name.startswith("record") or name in RECORD_HEADERS)
    ]
    left, right = records if len(records) == 2 else [i for i in range(3) if i != verdict][:2]
    return (left, right, verdict)


def _decision(row: Sequence[str], line: int, *, columns: tuple[int, int, int]) -> Decision | None:
    """Return what a row says, None where it defers; a ValueError says why it is no decision."""
    if len(row) <= max(columns):
        raise ValueError(f"{','.join(row)!r} has {len(row)} columns")
    one, other, said = (row[i].strip() for i in columns)
    verdict = said.lower()
    if verdict in DEFERRED:
        return None
    if verdict not in VERDICTS:
        raise ValueError(f"{said!r} is no verdict")
    for name in (one, other):
        if not all(name.partition(":")):
            raise ValueError(f"{name!r} is no record")
    left, right = sorted((_whole_id(one), _whole_id(other)))
    if left == right:
        raise ValueError(f"{one!r} is compared with itself")
    return Decision(left, right, VERDICTS[verdict], line)


def _whole_id(name: str) -> str:
    source, _, rest = name.partition(":")
    return name if rest.startswith(f"{DEFAULT_OBJECT}:") else record_id(source, rest)


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
            where = f" (line {decision.line})" if decision.line else ""
            raise DecisionConflict(
                f"{decision.left} and {decision.right} are said to be different{where}, but matches tie them"
                f" together: {' = '.join(chain)}; take one of these decisions back"
            )


def _chain(tied: Mapping[str, set[str]], start: str, end: str) -> list[str]:
    """Return the shortest chain of matches from `start` to `end`, empty where there is none."""
    came_from = {start: start}
    queue = deque([start])
    while queue and end not in came_from:
        here = queue.popleft()
        for neighbour in sorted(tied.get(here, set()) - came_from.keys()):
            came_from[neighbour] = here
            queue.append(neighbour)
    if end not in came_from:
        return []
    chain = [end]
    while chain[-1] != start:
        chain.append(came_from[chain[-1]])
    return chain[::-1]
