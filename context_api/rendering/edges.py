"""Who a party has to do with: people and organisations, each once per kind, the present before the past."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime

from context_api.policy.classification import Classifications
from context_api.rendering.facts import NAME_ATTRIBUTE, Edge
from context_api.rendering.masking import Marking
from resolution.domain.attributes import PartyType

MOST_SHOWN = 20  # people, and organisations
LONG_AGO = datetime.min  # noqa: DTZ901 - times of facts have no zone


def relationships_part(
    edges: Iterable[Edge], marking: Marking, *, classes: Classifications, more: str
) -> dict[str, object]:
    """Return the `relationships` part of a view."""
    grouped: dict[tuple[str, str, bool], list[Edge]] = defaultdict(list)
    for edge in edges:
        grouped[(edge.golden_id, edge.kind, edge.is_outgoing)].append(edge)
    groups = sorted(grouped.values(), key=_place)
    part: dict[str, object] = {"counts": dict(sorted(Counter(g[0].kind for g in groups).items()))}
    for name, party_type in (("people", PartyType.PERSON), ("organizations", PartyType.ORGANIZATION)):
        shown = [group for group in groups if group[0].party_type is party_type][:MOST_SHOWN]
        part[name] = [_told(group, marking, classes) for group in shown]
    part["more"] = more
    return part


def _place(group: list[Edge]) -> tuple[object, ...]:
    """Return where a group stands: who is there now, who has a role, who came last, then by id."""
    current = any(edge.valid_to is None for edge in group)
    since = max(edge.valid_from or LONG_AGO for edge in group)
    first = group[0]
    age = (datetime.max - since).total_seconds()  # noqa: DTZ901 - as LONG_AGO
    return (
        not current,
        not any(edge.role for edge in group),
        age,
        first.golden_id,
        first.kind,
        first.is_outgoing,
    )


def _told(group: list[Edge], marking: Marking, classes: Classifications) -> dict[str, object]:
    first = group[0]
    name_class = classes.of_attribute(first.party_type, NAME_ATTRIBUTE[first.party_type])
    starts = [edge.valid_from for edge in group if edge.valid_from is not None]
    ends = [edge.valid_to for edge in group]
    told = {
        "golden_id": first.golden_id,
        "name": marking.of(next((e.name for e in group if e.name is not None), None), name_class),
        "kind": first.kind,
        "direction": "outgoing" if first.is_outgoing else "incoming",
        "roles": sorted({edge.role for edge in group if edge.role}),
        "since": min(starts, default=None),
        "until": None if None in ends else max(end for end in ends if end is not None),
        "sources": sorted({edge.source for edge in group}),
    }
    return {key: value for key, value in told.items() if value not in (None, [])}
