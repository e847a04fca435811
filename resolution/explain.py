"""Why two records are one party, or why they are not (DESIGN.md, law 5).

An explanation adds up: prior plus parts is the match weight, and the parts of a comparison are its
level's weight and what the rarity of the value adds or takes. The last part is what clustering says of the
pair (`resolution/cluster_evidence.py`); bands and clusters go by the weight before it. Where a steward
decided on a pair that was never scored, the decision is the whole weight. It is read from a complete run;
nothing is learned or changed. A pair that no blocking rule met is scored on request by an injected
`score_pair`, so that "why not" has an answer too.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import log2
from pathlib import Path
from typing import Any

import duckdb

from resolution import cluster_evidence
from resolution.domain.errors import RunNotFound
from resolution.explain_flips import Flip, find_flips
from resolution.explain_ids import find_record
from resolution.explain_paths import PathStep, strongest_path
from resolution.matching.model import compared_in

MISSING = -1
DECISION = "decision"  # the part of a pair that was decided and never scored
LONGEST_VALUE = 60  # characters of a value

ScorePair = Callable[[str, str], Mapping[str, Any] | None]

_LINK = "select * from links where record_id_l = $l and record_id_r = $r"
_MEMBERSHIP = "select golden_id from membership where record_id = $id"
_RECORD = "select * from party_records where record_id = $id"
_CLAIMS = """
select attribute, value[1:400] as value from claims where record_id = $id order by attribute, position
"""
_CLAIM_NAMES = {"org_name": "organization_name", "web_domain": "web_domain"}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two records, and the golden record that it belongs to."""

    record_id: str
    source: str
    party_type: str
    golden_id: str | None
    values: Mapping[str, str]

    @property
    def name(self) -> str:
        """Return the record's name, or its id when it has none."""
        return self.values.get("full_name") or self.values.get("organization_name") or self.record_id


@dataclass(frozen=True, slots=True)
class Part:
    """What one comparison adds to the match weight: `weight = base + rarity`, in bits.

    `rarity` is the term-frequency part: above zero where the value that both share is rare.
    """

    name: str
    label: str
    level: int
    level_label: str
    weight: float
    base: float
    rarity: float
    value_l: str
    value_r: str


@dataclass(frozen=True, slots=True)
class Score:
    """How a pair was scored; `prior` plus the weights of `parts` is `match_weight`.

    `is_in_run` is False when no blocking rule met the pair and it was scored for this explanation. A pair
    that was decided and never scored has one part, `decision`, and no prior.
    """

    prior: float
    parts: tuple[Part, ...]
    match_weight: float
    probability: float
    method: str
    rule: str | None
    veto: str | None
    band: str
    is_in_run: bool

    @property
    def pair_weight(self) -> float:
        """Return the match weight of the two records alone, which bands and clusters go by."""
        return self.match_weight - self._clusters_say

    @property
    def pair_probability(self) -> float:
        """Return the probability of the two records alone."""
        return probability_of(self.pair_weight) if self._clusters_say else self.probability

    @property
    def _clusters_say(self) -> float:
        return sum(part.weight for part in self.parts if part.name == cluster_evidence.NAME)

    @property
    def is_decision_alone(self) -> bool:
        """Return whether a steward's decision is the whole weight."""
        return [part.name for part in self.parts] == [DECISION]


@dataclass(frozen=True, slots=True)
class PairExplanation:
    """Why two records are or are not one party; `score` is None when the pair was never scored."""

    left: Side
    right: Side
    score: Score | None
    match_threshold: float
    review_threshold: float
    decisions: tuple[str, ...]
    path: tuple[PathStep, ...]
    flips: tuple[Flip, ...]

    @property
    def is_one_party(self) -> bool:
        """Return whether the run holds both records to be one party."""
        return self.left.golden_id is not None and self.left.golden_id == self.right.golden_id


@contextmanager
def open_run(folder: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, dict[str, Any]]]:
    """Yield the state of a complete run, opened for reading only, and its model.

    Raises:
        RunNotFound: The folder holds no complete run.
    """
    if not all((folder / name).is_file() for name in ("run.json", "model.json", "state.duckdb")):
        raise RunNotFound(f"{folder} holds no complete run; make one with `concord resolve … --out {folder}`")
    model = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    with duckdb.connect(str(folder / "state.duckdb"), read_only=True) as connection:
        yield connection, model


def explain_pair(
    connection: duckdb.DuckDBPyConnection,
    model: Mapping[str, Any],
    *,
    pair: tuple[str, str],
    score_pair: ScorePair | None = None,
) -> PairExplanation:
    """Explain two records, named as `find_record` takes them, in the order given.

    Raises:
        UnknownRecord: The run has no such record.
    """
    left, right = (side_of(connection, find_record(connection, text)) for text in pair)
    party = model["parties"].get(left.party_type) or {}
    score = None
    if left.party_type == right.party_type and party and left.record_id != right.record_id:
        score = _score(connection, party, left=left, right=right, score_pair=score_pair)
        score = _with_cluster(connection, model, score, left=left, right=right) if score else None
    is_together = left.golden_id is not None and left.golden_id == right.golden_id
    path: tuple[PathStep, ...] = ()
    if is_together and left.golden_id and left.record_id != right.record_id:
        path = strongest_path(connection, left.golden_id, start=left.record_id, end=right.record_id)
    threshold = float(party.get("match_threshold", 0.5))
    return PairExplanation(
        left=left,
        right=right,
        score=score,
        match_threshold=threshold,
        review_threshold=float(party.get("review_threshold", 0.5)),
        decisions=_decisions(connection, left.record_id, right.record_id),
        path=path,
        flips=_flips(score, party, threshold) if score else (),
    )


def weight_of(probability: float) -> float:
    """Return the match weight (log2 odds) of a probability."""
    bounded = min(max(probability, 1e-12), 1 - 1e-12)
    return log2(bounded / (1 - bounded))


def probability_of(weight: float) -> float:
    """Return the probability of a match weight (log2 odds)."""
    return 1 / (1 + float(2.0 ** -max(min(weight, 1000.0), -1000.0)))


def stated(value: object, *, limit: int = LONGEST_VALUE) -> str:
    """Return a value of a source on one line, without characters that move others, cut to `limit`."""
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    line = " ".join(text[: 4 * limit].split())
    clean = "".join(c if c.isprintable() else "\ufffd" for c in line)
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def rows(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the rows of a query as dictionaries."""
    cursor = connection.execute(sql, dict(parameters))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def side_of(connection: duckdb.DuckDBPyConnection, record_id: str) -> Side:
    """Return a record with what its source says; standardised values where the source's are not kept."""
    (record,) = rows(connection, _RECORD, {"id": record_id})
    values = {name: stated(value) for name, value in record.items() if value not in (None, [], "")}
    said: dict[str, list[str]] = {}
    for claim in rows(connection, _CLAIMS, {"id": record_id}):
        said.setdefault(claim["attribute"], []).append(str(claim["value"]))
    values |= {name: stated(" · ".join(dict.fromkeys(found))) for name, found in said.items()}
    golden = rows(connection, _MEMBERSHIP, {"id": record_id})
    return Side(
        record_id=record_id,
        source=str(record["source"]),
        party_type=str(record["party_type"]),
        golden_id=str(golden[0]["golden_id"]) if golden else None,
        values=values,
    )


def _score(
    connection: duckdb.DuckDBPyConnection,
    party: Mapping[str, Any],
    *,
    left: Side,
    right: Side,
    score_pair: ScorePair | None,
) -> Score | None:
    first, second = sorted((left.record_id, right.record_id))
    found = rows(connection, _LINK, {"l": first, "r": second})
    link = found[0] if found else score_pair(first, second) if score_pair else None
    if link is None:
        return None
    weight = float(link["match_weight"])
    parts = tuple(_parts(link, party, left=left, right=right))
    is_decided = not parts and link["method"] == "steward"
    return Score(
        prior=0.0 if is_decided else float(party["prior_weight"]),
        parts=(_decided(str(link["band"]), weight),) if is_decided else parts,
        match_weight=weight,
        probability=float(link["match_probability"]),
        method=str(link["method"]),
        rule=link.get("rule"),
        veto=link.get("veto"),
        band=str(link["band"]),
        is_in_run=bool(found),
    )


def _with_cluster(
    connection: duckdb.DuckDBPyConnection, model: Mapping[str, Any], score: Score, *, left: Side, right: Side
) -> Score:
    """Return a score with what clustering says of the pair, where it says something."""
    first, second = sorted((left.record_id, right.record_id))
    terms = cluster_evidence.terms_of(model)
    said = cluster_evidence.said_of(connection, terms, left=first, right=second)
    if said is None:
        return score
    name, label = cluster_evidence.NAME, cluster_evidence.LABEL
    part = Part(name, label, 0, said.words, said.bits, base=said.bits, rarity=0.0, value_l="", value_r="")
    weight = score.match_weight + said.bits
    parts = (*score.parts, part)
    return replace(score, parts=parts, match_weight=weight, probability=probability_of(weight))


def _decided(verdict: str, weight: float) -> Part:
    said = f"a steward said {verdict.replace('_', ' ')}"
    return Part(DECISION, "Decision", 0, said, weight, base=weight, rarity=0.0, value_l="", value_r="")


def _parts(link: Mapping[str, Any], party: Mapping[str, Any], *, left: Side, right: Side) -> Iterator[Part]:
    for comparison in compared_in(party):
        level = link.get(f"level_{comparison['name']}")
        weight = float(link.get(f"weight_{comparison['name']}") or 0.0)
        if level is None:
            continue
        found = next((known for known in comparison["levels"] if known["level"] == level), None)
        base = float(found["weight"]) if found and found.get("tf_column") else weight
        yield Part(
            name=str(comparison["name"]),
            label=str(comparison["label"]),
            level=int(level),
            level_label=str(found["label"]) if found else f"level {level}",
            weight=weight,
            base=base,
            rarity=weight - base,
            value_l=_value(left, comparison),
            value_r=_value(right, comparison),
        )


def _value(side: Side, comparison: Mapping[str, Any]) -> str:
    columns = [str(column) for column in comparison.get("columns") or (comparison["name"],)]
    if comparison["name"] == "address" and "address" in side.values:
        columns = ["address"]
    if comparison["name"] == "identifiers":
        stated_ids = [value for name, value in side.values.items() if name.startswith("identifier.")]
        return " · ".join(stated_ids)
    found = [side.values.get(_CLAIM_NAMES.get(c, c)) or side.values.get(c) for c in columns]
    return " ".join(value for value in found if value)


def _flips(score: Score, party: Mapping[str, Any], threshold: float) -> tuple[Flip, ...]:
    held = {part.name: (part.level, part.weight) for part in score.parts}
    return find_flips(party["comparisons"], held, total=score.pair_weight, threshold=weight_of(threshold))


def _decisions(connection: duckdb.DuckDBPyConnection, left: str, right: str) -> tuple[str, ...]:
    """Return the stewards' verdicts on the pair, if the run was given decisions."""
    first, second = sorted((left, right))
    known = connection.execute(
        "select count(*) from duckdb_tables() where table_name = 'decisions'"
    ).fetchone()
    if not known or not known[0]:
        return ()
    asked = {"l": first, "r": second}
    found = rows(connection, "select * from decisions where record_id_l = $l and record_id_r = $r", asked)
    return tuple(str(row.get("decision") or row.get("verdict")) for row in found)
