"""Twenty clusters worth looking at, with the values of their members side by side.

Chosen so that a steward sees first what may be wrong: the largest, the most weakly held, those that
disagree most; then ordinary ones from several sources, to know what right looks like.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from resolution.report.overview import rows
from resolution.report.texts import shown, words

CLUSTERS = 20
MEMBERS = 6  # shown side by side
VALUES = 4  # of one attribute of a golden record
NAMES = ("full_name", "organization_name")
# What identifies comes first; parts are left out where the whole is shown.
ORDER = (
    *NAMES, "former_name", "alias", "birth_date", "email", "phone", "address", "employer", "job_title",
    "web_domain", "gender", "birth_place",
)  # fmt: skip
PARTS = {
    "given_name": "full_name", "middle_name": "full_name", "family_name": "full_name",
    "name_suffix": "full_name", "legal_form": "organization_name", "street": "address",
    "house_number": "address", "unit": "address", "postcode": "address", "city": "address",
    "state": "address", "country": "address",
}  # fmt: skip

_LARGEST = """
select golden_id, count(*) as n from membership group by golden_id having n > 1
order by n desc, golden_id limit 6
"""
# A member is held by its strongest link; a cluster is as strong as its most weakly held member.
_WEAKEST = """
with inside as (
    select a.golden_id, l.record_id_l, l.record_id_r,
        if(l.method in ('deterministic', 'steward'), 1.0, l.match_probability) as certainty
    from links l
    join membership a on a.record_id = l.record_id_l
    join membership b on b.record_id = l.record_id_r and b.golden_id = a.golden_id
    where l.band = 'match'
), held as (
    select golden_id, record_id_l as record_id, certainty from inside
    union all select golden_id, record_id_r, certainty from inside
), members as (
    select golden_id, record_id, max(certainty) as best from held group by all
)
select golden_id, min(best) as weakest from members group by golden_id
order by weakest, golden_id limit 6
"""
_DISAGREEING = """
select golden_id, count(distinct attribute) as n from conflicts
where attribute not in (select unnest($parts)) group by golden_id
order by n desc, count(*) desc, golden_id limit 5
"""
_ORDINARY = """
select m.golden_id, count(distinct p.source) as sources
from membership m join party_records p using (record_id) group by m.golden_id
having count(*) between 2 and 6 order by sources desc, hash(m.golden_id) limit $limit
"""
_MEMBERS = """
select m.golden_id, m.party_type, p.record_id, p.source, p.source_id, p.observed_at,
    count(*) over (partition by m.golden_id) as members
from membership m join party_records p using (record_id)
where m.golden_id in (select unnest($ids))
qualify row_number() over (
    partition by m.golden_id order by p.observed_at desc nulls last, p.record_id
) <= $limit
order by p.observed_at desc nulls last, p.record_id
"""
_SOURCES = """
select m.golden_id, count(distinct p.source) as n
from membership m join party_records p using (record_id)
where m.golden_id in (select unnest($ids)) group by m.golden_id
"""
_CLAIMS = """
select record_id, attribute, value[1:400] as value, key[1:400] as key
from claims where record_id in (select unnest($ids)) order by record_id, attribute, position
"""
_GOLDEN = """
select golden_id, attribute, value[1:400] as value, key[1:400] as key from golden_values
where golden_id in (select unnest($ids)) order by golden_id, attribute, is_current desc, position, key
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one record says; `is_other` when nothing of it agrees with the golden value."""

    text: str
    is_other: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One attribute of a cluster or pair: the golden value, and what each record says."""

    label: str
    golden: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A record at the head of its column."""

    source: str
    source_id: str
    observed: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A cluster with its most recent members side by side."""

    golden_id: str
    name: str
    party_type: str
    reasons: tuple[str, ...]
    members: int
    sources: int
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    is_open: bool


@dataclass(slots=True)
class _Choice:
    reasons: dict[str, list[str]] = field(default_factory=dict)

    def add(self, golden_id: str, reason: str) -> None:
        if golden_id in self.reasons or len(self.reasons) < CLUSTERS:
            self.reasons.setdefault(golden_id, []).append(reason)


def sample_clusters(connection: duckdb.DuckDBPyConnection) -> tuple[Sample, ...]:
    """Return up to `CLUSTERS` clusters of more than one record, with the reasons they were chosen."""
    choice = _choose(connection)
    ids = list(choice.reasons)
    members = rows(connection, _MEMBERS, {"ids": ids, "limit": MEMBERS})
    claims = claims_of(connection, [member["record_id"] for member in members])
    golden = golden_of(connection, ids)
    sources = {row["golden_id"]: row["n"] for row in rows(connection, _SOURCES, {"ids": ids})}
    samples: list[Sample] = []
    opened: set[str] = set()
    for golden_id, reasons in choice.reasons.items():
        own = [member for member in members if member["golden_id"] == golden_id]
        values = golden.get(golden_id, {})
        kind = reasons[0].split()[0]  # the first of each kind of reason is shown unfolded
        samples.append(
            Sample(
                golden_id=golden_id,
                name=name_of(values) or golden_id,
                party_type=own[0]["party_type"],
                reasons=tuple(reasons),
                members=own[0]["members"],
                sources=sources[golden_id],
                columns=tuple(column_of(member) for member in own),
                rows=side_by_side([claims.get(member["record_id"], {}) for member in own], values),
                is_open=kind not in opened,
            )
        )
        opened.add(kind)
    return tuple(samples)


def _choose(connection: duckdb.DuckDBPyConnection) -> _Choice:
    choice = _Choice()
    for row in rows(connection, _LARGEST):
        choice.add(row["golden_id"], "among the largest")
    for row in rows(connection, _WEAKEST):
        choice.add(row["golden_id"], f"weakly held: one record by a link of {row['weakest']:.2f}")
    for row in rows(connection, _DISAGREEING, {"parts": list(PARTS)}):
        choice.add(row["golden_id"], f"values disagree in {row['n']} attribute{'s' * (row['n'] > 1)}")
    for row in rows(connection, _ORDINARY, {"limit": CLUSTERS}):
        if row["golden_id"] not in choice.reasons:
            choice.add(row["golden_id"], "an ordinary one")
    return choice


Claims = dict[str, list[tuple[str, str]]]  # by attribute: (value, key), the chief one first


def claims_of(connection: duckdb.DuckDBPyConnection, record_ids: Sequence[str]) -> dict[str, Claims]:
    """Return what records say, by record id and attribute."""
    found: dict[str, Claims] = {}
    for row in rows(connection, _CLAIMS, {"ids": list(record_ids)}):
        said = (row["value"] or "", row["key"] or "")
        found.setdefault(row["record_id"], {}).setdefault(row["attribute"], []).append(said)
    return found


def golden_of(connection: duckdb.DuckDBPyConnection, golden_ids: Sequence[str]) -> dict[str, Claims]:
    """Return the values of golden records, by golden id and attribute."""
    found: dict[str, Claims] = {}
    for row in rows(connection, _GOLDEN, {"ids": list(golden_ids)}):
        found.setdefault(row["golden_id"], {}).setdefault(row["attribute"], []).append(
            (row["value"] or "", row["key"] or "")
        )
    return found


def name_of(values: Claims) -> str:
    """Return the name to head a golden record with; empty when it has none."""
    return next((shown(values[name][0][0], limit=60) for name in NAMES if values.get(name)), "")


def column_of(member: dict[str, Any]) -> Column:
    """Return the head of a record's column."""
    observed = member["observed_at"].date().isoformat() if member["observed_at"] else ""
    return Column(shown(member["source"], limit=30), shown(member["source_id"], limit=30), observed)


def side_by_side(claims: Sequence[Claims], golden: Claims) -> tuple[Row, ...]:
    """Return one row per attribute that any record states, what identifies first."""
    stated = {attribute for record in claims for attribute in record}
    whole = {attribute for attribute in stated if PARTS.get(attribute) not in stated}
    return tuple(
        _row(attribute, claims, golden.get(attribute, []))
        for attribute in sorted(whole, key=lambda a: (ORDER.index(a) if a in ORDER else len(ORDER), a))
    )


def _chief(golden: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Return the first values, and how many more there are."""
    rest = len(golden) - VALUES
    values = [shown(value) for value, _ in golden[:VALUES]]
    return (*values, f"{rest} more") if rest > 0 else tuple(values)


def _row(attribute: str, claims: Sequence[Claims], golden: Sequence[tuple[str, str]]) -> Row:
    keys = {key for _, key in golden}
    cells = []
    for record in claims:
        said = record.get(attribute, [])
        is_other = bool(said and keys) and not any(key in keys for _, key in said)
        cells.append(Cell(shown(" · ".join(dict.fromkeys(value for value, _ in said))), is_other))
    return Row(words(attribute), _chief(golden), tuple(cells))
