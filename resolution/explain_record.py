"""One record's place: its golden record, how each member is tied to it, and who stands nearest outside."""

from dataclasses import dataclass
from typing import Any

import duckdb

from resolution.explain import Side, rows, side_of, stated
from resolution.explain_ids import find_record

MEMBERS = 50
OUTSIDERS = 8

_GOLDEN = """
select attribute, value[1:400] as value, source, record_id, rule from golden_values
where golden_id = $golden_id order by attribute, is_current desc, key
"""
_MEMBERS = """
select m.record_id, p.source, p.observed_at
from membership m join party_records p using (record_id)
where m.golden_id = $golden_id order by p.observed_at nulls last, m.record_id limit $limit
"""
_SIZE = "select count(*) as n from membership where golden_id = $golden_id"
# Each member with its strongest link to another member.
_TIES = """
with inside as (
    select l.record_id_l, l.record_id_r, l.match_weight, l.match_probability, l.method, l.rule
    from links l
    join membership a on a.record_id = l.record_id_l and a.golden_id = $golden_id
    join membership b on b.record_id = l.record_id_r and b.golden_id = $golden_id
    where l.band = 'match'
), ends as (
    select record_id_l as record_id, record_id_r as other, * exclude (record_id_l, record_id_r) from inside
    union all
    select record_id_r, record_id_l, * exclude (record_id_l, record_id_r) from inside
)
select * from ends
qualify row_number() over (partition by record_id order by match_weight desc, other) = 1
"""
_OUTSIDERS = """
with own as (select record_id from membership where golden_id = $golden_id),
near as (
    select l.record_id_l as record_id, l.record_id_r as other, l.match_weight, l.match_probability, l.band,
        l.veto
    from links l semi join own on own.record_id = l.record_id_l
    union all
    select l.record_id_r, l.record_id_l, l.match_weight, l.match_probability, l.band, l.veto
    from links l semi join own on own.record_id = l.record_id_r
), best as (
    select * from near anti join own on own.record_id = near.other
    qualify row_number() over (partition by other order by match_weight desc, record_id) = 1
)
select * from best order by band = 'review' desc, match_weight desc, other limit $limit
"""


@dataclass(frozen=True, slots=True)
class GoldenValue:
    """A value of the golden record, where it comes from and by which rule it was chosen."""

    attribute: str
    value: str
    source: str
    record_id: str
    rule: str


@dataclass(frozen=True, slots=True)
class Tie:
    """A member and the strongest link that ties it to another one; no `other` for a single record."""

    record_id: str
    name: str
    other: str | None = None
    method: str = ""
    rule: str = ""
    weight: float = 0.0
    probability: float = 0.0


@dataclass(frozen=True, slots=True)
class Outsider:
    """A record of another party that comes near: to which member, how near, and what keeps it out."""

    record_id: str
    name: str
    nearest_member: str
    weight: float
    probability: float
    band: str
    veto: str | None


@dataclass(frozen=True, slots=True)
class RecordExplanation:
    """A record, its golden record, the members and the nearest records outside."""

    record: Side
    members: int
    values: tuple[GoldenValue, ...]
    ties: tuple[Tie, ...]
    outsiders: tuple[Outsider, ...]


def explain_record(connection: duckdb.DuckDBPyConnection, *, record: str) -> RecordExplanation:
    """Explain the place of one record, named as `find_record` takes it.

    Raises:
        UnknownRecord: The run has no such record.
    """
    side = side_of(connection, find_record(connection, record))
    asked = {"golden_id": side.golden_id}
    return RecordExplanation(
        record=side,
        members=rows(connection, _SIZE, asked)[0]["n"],
        values=tuple(_golden_value(row) for row in rows(connection, _GOLDEN, asked)),
        ties=_ties(connection, asked),
        outsiders=tuple(
            Outsider(
                record_id=row["other"],
                name=side_of(connection, row["other"]).name,
                nearest_member=row["record_id"],
                weight=row["match_weight"],
                probability=row["match_probability"],
                band=row["band"],
                veto=row["veto"],
            )
            for row in rows(connection, _OUTSIDERS, asked | {"limit": OUTSIDERS})
        ),
    )


def _golden_value(row: dict[str, Any]) -> GoldenValue:
    return GoldenValue(
        attribute=row["attribute"],
        value=stated(row["value"]),
        source=str(row["source"]),
        record_id=str(row["record_id"]),
        rule=str(row["rule"] or ""),
    )


def _ties(connection: duckdb.DuckDBPyConnection, asked: dict[str, Any]) -> tuple[Tie, ...]:
    strongest = {row["record_id"]: row for row in rows(connection, _TIES, asked)}
    ties = []
    for member in rows(connection, _MEMBERS, asked | {"limit": MEMBERS}):
        name = side_of(connection, member["record_id"]).name
        link = strongest.get(member["record_id"])
        if link is None:
            ties.append(Tie(member["record_id"], name))
            continue
        ties.append(
            Tie(
                member["record_id"],
                name,
                other=link["other"],
                method=str(link["method"]),
                rule=str(link["rule"] or ""),
                weight=link["match_weight"],
                probability=link["match_probability"],
            )
        )
    return tuple(ties)
