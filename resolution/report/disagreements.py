"""Where sources disagree, and which pairs wait for a steward."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from resolution.matching.model import compared_in
from resolution.report.overview import rows
from resolution.report.samples import (
    NAMES,
    PARTS,
    Claims,
    Column,
    Row,
    claims_of,
    column_of,
    golden_of,
    name_of,
    side_by_side,
)
from resolution.report.texts import shown, words

CONFLICTS = 15
OF_ATTRIBUTE = 5  # conflicts of one attribute
VALUES = 8  # of one conflict
REVIEWS = 12
SIDES = ("record_id_l", "record_id_r")
SMALLEST_WEIGHT = 0.005  # bits; a smaller contribution is no contribution

# One conflict per golden record, the widest, and some of each attribute: variety says more than one
# party, or one attribute, fifteen times.
_WIDEST = """
with wide as (
    select golden_id, attribute, count(distinct key) as n from conflicts
    where attribute not in (select unnest($parts)) group by golden_id, attribute
), first as (
    select * from wide
    qualify row_number() over (partition by golden_id order by n desc, attribute) = 1
)
select * from first
qualify row_number() over (partition by attribute order by n desc, golden_id) <= $of_attribute
order by n desc, golden_id limit $limit
"""
_VALUES = """
select m.golden_id, c.attribute, c.key[1:400] as key, min(c.value)[1:400] as value,
    count(distinct c.record_id) as records, list_sort(list(distinct p.source)) as sources
from membership m join claims c using (record_id) join party_records p using (record_id)
where m.golden_id in (select unnest($ids))
group by m.golden_id, c.attribute, c.key order by records desc, c.key
"""
_BY_ATTRIBUTE = """
select attribute, count(distinct golden_id) as n from conflicts
where attribute not in (select unnest($parts)) group by attribute
order by n desc, attribute limit 12
"""
# A decision changes most where it would join two large clusters and the score says least; of the pairs
# between the same two clusters one is enough.
_REVIEWS = """
with sizes as (select golden_id, count(*) as size from membership group by golden_id)
select l.*, a.golden_id as golden_l, b.golden_id as golden_r, x.size as size_l, y.size as size_r
from links l
join membership a on a.record_id = l.record_id_l join membership b on b.record_id = l.record_id_r
join sizes x on x.golden_id = a.golden_id join sizes y on y.golden_id = b.golden_id
where l.band = 'review' and a.golden_id <> b.golden_id
qualify row_number() over (
    partition by least(a.golden_id, b.golden_id), greatest(a.golden_id, b.golden_id)
    order by l.match_probability * (1 - l.match_probability) desc, l.record_id_l, l.record_id_r
) = 1
order by (x.size + y.size) * l.match_probability * (1 - l.match_probability) desc,
    l.record_id_l, l.record_id_r
limit $limit
"""
_HEADS = """
select record_id, source, source_id, observed_at from party_records where record_id in (select unnest($ids))
"""


@dataclass(frozen=True, slots=True)
class StatedValue:
    """A value of a conflict, and who states it."""

    text: str
    records: int
    sources: str
    is_golden: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """Live values of one attribute of one golden record that disagree."""

    golden_id: str
    name: str
    attribute: str
    distinct: int
    values: tuple[StatedValue, ...]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one comparison adds to the match weight; `left` and `width` place its bar (shares)."""

    label: str
    level: str
    weight: float
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class ReviewPair:
    """A pair in the review band with the reasons for and against."""

    record_id_l: str
    record_id_r: str
    names: tuple[str, str]
    probability: float
    weight: float
    prior: float
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    contributions: tuple[Contribution, ...]
    would_join: str


def conflicts_by_attribute(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, int, str]]:
    """Return the golden records with a conflict, by attribute, as (label, count, note)."""
    return [
        (words(row["attribute"]), row["n"], "")
        for row in rows(connection, _BY_ATTRIBUTE, {"parts": list(PARTS)})
    ]


def widest_conflicts(connection: duckdb.DuckDBPyConnection) -> tuple[Conflict, ...]:
    """Return the conflicts with the most distinct values, one per golden record."""
    wide = rows(connection, _WIDEST, {"limit": CONFLICTS, "of_attribute": OF_ATTRIBUTE, "parts": list(PARTS)})
    ids = [row["golden_id"] for row in wide]
    stated, golden = rows(connection, _VALUES, {"ids": ids}), golden_of(connection, ids)
    found = []
    for row in wide:
        current = golden.get(row["golden_id"], {})
        own = [v for v in stated if (v["golden_id"], v["attribute"]) == (row["golden_id"], row["attribute"])]
        keys = {key for _, key in current.get(row["attribute"], [])}
        own.sort(key=lambda value: value["key"] not in keys)  # the golden one first, also where many differ
        values = [_stated_value(value, keys) for value in own[:VALUES]]
        name = name_of(current) or row["golden_id"]
        found.append(Conflict(row["golden_id"], name, words(row["attribute"]), len(own), tuple(values)))
    return tuple(found)


def _stated_value(row: dict[str, Any], golden_keys: set[str]) -> StatedValue:
    sources = shown(", ".join(str(source) for source in row["sources"]), limit=60)
    return StatedValue(shown(row["value"]), row["records"], sources, row["key"] in golden_keys)


def review_pairs(connection: duckdb.DuckDBPyConnection, model: Mapping[str, Any]) -> tuple[ReviewPair, ...]:
    """Return the pairs of the review band whose decision would change most."""
    pairs = rows(connection, _REVIEWS, {"limit": REVIEWS})
    ids = [pair[side] for pair in pairs for side in SIDES]
    claims = claims_of(connection, ids)
    heads = {row["record_id"]: column_of(row) for row in rows(connection, _HEADS, {"ids": ids})}
    return tuple(
        ReviewPair(
            record_id_l=pair["record_id_l"],
            record_id_r=pair["record_id_r"],
            names=(_name(claims, pair["record_id_l"]), _name(claims, pair["record_id_r"])),
            probability=pair["match_probability"],
            weight=pair["match_weight"],
            prior=float(model["parties"][pair["party_type"]]["prior_weight"]),
            columns=(heads[pair["record_id_l"]], heads[pair["record_id_r"]]),
            rows=_compared(claims.get(pair["record_id_l"], {}), claims.get(pair["record_id_r"], {})),
            contributions=contributions(pair, model["parties"][pair["party_type"]]),
            would_join=f"{pair['size_l']} + {pair['size_r']} records",
        )
        for pair in pairs
    )


def _name(claims: Mapping[str, Claims], record_id: str) -> str:
    said = claims.get(record_id, {})
    first = next((values[0][0] for name in (*NAMES, "email", "phone") if (values := said.get(name))), "")
    return shown(first or record_id, limit=60)


def _compared(left: Claims, right: Claims) -> tuple[Row, ...]:
    """Return the rows of a pair; the right side is marked where it disagrees with the left."""
    return side_by_side([left, right], left)


def contributions(link: Mapping[str, Any], party: Mapping[str, Any]) -> tuple[Contribution, ...]:
    """Return what each comparison that could be made adds to the weight of a link, the strongest first."""
    prior = ("Before looking", "prior", float(party["prior_weight"]))
    found = [prior]
    for comparison in compared_in(party):
        weight, level = link.get(f"weight_{comparison['name']}"), link.get(f"level_{comparison['name']}")
        if weight is None or level in {None, -1} or abs(weight) < SMALLEST_WEIGHT:
            continue
        labels = {found["level"]: found["label"] for found in comparison["levels"]}
        found.append((str(comparison["label"]), str(labels.get(level, "")), float(weight)))
    low, high = min(weight for *_, weight in found), max(0.0, *(weight for *_, weight in found))
    span = (high - low) or 1.0
    return tuple(
        Contribution(label, level, weight, (min(weight, 0.0) - low) / span, abs(weight) / span)
        for label, level, weight in [prior, *sorted(found[1:], key=lambda item: -abs(item[2]))]
    )
