"""Links and decisions to clusters: the same records and links give the same clusters, in any order.

In: for each record a number, for each link a pair of numbers with its match weight and whether it may
join; must-links and cannot-links; which records come from sources that hold a party once. Out: for
each record the number of its cluster's first record.

1. **Components**: records tied by joining links or must-links. Nothing outside a component matters to it,
   so a change is settled by settling the components it touches (DESIGN.md, laws 3 and 4).
2. A component in which every pair has a joining link is one cluster.
3. Otherwise groups grow from single records, strongest link first, and two groups join only if the
   average evidence between them bears it (`Bridge`) and no cannot-link or clean source stands between.
   Must-links come first; what they tie is never parted.

Cost: near-linear in links; a component costs in proportion to its links, times the logarithm of its size.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from resolution.domain.clustering import Bridge

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NO_SOURCE = -1


@dataclass(frozen=True, slots=True)
class Links:
    """Scored pairs: `left[i] < right[i]` are record numbers; `joins[i]` says whether the link may tie."""

    left: Ints
    right: Ints
    weight: Floats
    joins: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Constraints:
    """`must` and `cannot` are pairs of record numbers; `clean_source[r]` is -1 or the source's number."""

    must: Sequence[tuple[int, int]] = ()
    cannot: Sequence[tuple[int, int]] = ()
    clean_source: Ints | None = None


@dataclass(slots=True)
class _Group:
    members: list[int]
    barred: set[int] = field(default_factory=set)  # records that a cannot-link keeps out
    sources: set[int] = field(default_factory=set)
    # neighbour group -> (sum of weights, scored pairs)
    evidence: dict[int, tuple[float, int]] = field(default_factory=dict)


def components(records: int, links: Links, *, must: Sequence[tuple[int, int]] = ()) -> Ints:
    """Return for each record the number of its component."""
    pairs = np.array(must, dtype=np.int64).reshape(-1, 2)
    left = np.concatenate([links.left[links.joins], pairs[:, 0]])
    right = np.concatenate([links.right[links.joins], pairs[:, 1]])
    graph = sparse.coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(records, records))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def cluster(records: int, links: Links, *, constraints: Constraints, bridge: Bridge) -> Ints:
    """Return for each record the least record number of its cluster."""
    component = components(records, links, must=constraints.must)
    inside = component[links.left] == component[links.right]
    order = np.lexsort((links.right, links.left, -links.weight, ~links.joins, component[links.left]))
    order = order[inside[order]]
    left, right = links.left[order], links.right[order]
    weight, joins = links.weight[order], links.joins[order]
    owner = component[left]
    size = np.bincount(component, minlength=records)
    joining = np.bincount(owner[joins], minlength=records)
    is_open = joining < size * (size - 1) // 2
    for a, b in (*constraints.must, *constraints.cannot):
        if component[a] == component[b]:
            is_open[component[a]] = True
    if constraints.clean_source is not None:
        _open_crowded(is_open, component, constraints.clean_source)
    result = _least_of(component)
    wanted = np.flatnonzero(is_open[owner]) if len(owner) else np.array([], dtype=np.int64)
    starts = np.flatnonzero(np.diff(owner[wanted], prepend=-1))
    by_component = _constraints_by_component(constraints, component)
    for rows in np.split(wanted, starts[1:]) if len(wanted) else ():
        number = int(owner[rows[0]])
        scored = list(
            zip(
                left[rows].tolist(),
                right[rows].tolist(),
                weight[rows].tolist(),
                joins[rows].tolist(),
                strict=True,
            )
        )
        must, cannot = by_component.get(number, ((), ()))
        for group in _grow(scored, must, cannot, clean=constraints.clean_source, bridge=bridge):
            result[group] = min(group)
    return result


def _least_of(component: Ints) -> Ints:
    """Return for each record the least record number of its component."""
    least = np.full(int(component.max(initial=-1)) + 1, len(component), dtype=np.int64)
    np.minimum.at(least, component, np.arange(len(component)))
    return np.asarray(least[component])


def _open_crowded(is_open: NDArray[np.bool_], component: Ints, clean_source: Ints) -> None:
    """Mark components in which a clean source has more than one record."""
    held = np.flatnonzero(clean_source != NO_SOURCE)
    keys = np.stack([component[held], clean_source[held]], axis=1)
    crowded, counts = np.unique(keys, axis=0, return_counts=True)
    is_open[crowded[counts > 1, 0]] = True


def _constraints_by_component(
    constraints: Constraints, component: Ints
) -> Mapping[int, tuple[list[tuple[int, int]], list[tuple[int, int]]]]:
    found: dict[int, tuple[list[tuple[int, int]], list[tuple[int, int]]]] = {}
    for position, pairs in enumerate((constraints.must, constraints.cannot)):
        for a, b in sorted(pairs):
            if component[a] == component[b]:
                found.setdefault(int(component[a]), ([], []))[position].append((a, b))
    return found


def _grow(
    scored: Sequence[tuple[int, int, float, bool]],
    must: Iterable[tuple[int, int]],
    cannot: Iterable[tuple[int, int]],
    *,
    clean: Ints | None,
    bridge: Bridge,
) -> list[list[int]]:
    """Return the groups of one component; records that no pair names are not among them."""
    groups = _single_records(scored, must, clean=clean)
    home = {record: record for record in groups}
    for a, b in cannot:
        groups[a].barred.add(b)
        groups[b].barred.add(a)
    for a, b, weight, _ in scored:
        clipped = max(-bridge.most, min(bridge.most, weight))
        groups[a].evidence[b] = groups[b].evidence[a] = (clipped, 1)
    for a, b in must:
        _join(groups, home, home[a], home[b])
    for a, b, _, joins in scored:
        if joins and _may_join(groups, home, home[a], home[b], bridge=bridge):
            _join(groups, home, home[a], home[b])
    return [group.members for group in groups.values()]


def _single_records(
    scored: Iterable[tuple[int, int, float, bool]], must: Iterable[tuple[int, int]], *, clean: Ints | None
) -> dict[int, _Group]:
    """Return a group of its own for each record that a pair names."""
    named = {r for pair in scored for r in pair[:2]} | {r for pair in must for r in pair}
    groups = {record: _Group([record]) for record in sorted(named)}
    if clean is not None:
        for record, group in groups.items():
            group.sources |= {int(clean[record])} - {NO_SOURCE}
    return groups


def _may_join(
    groups: Mapping[int, _Group], home: Mapping[int, int], a: int, b: int, *, bridge: Bridge
) -> bool:
    if a == b:
        return False
    one, other = groups[a], groups[b]
    if not one.sources.isdisjoint(other.sources):
        return False
    if any(home[record] == b for record in one.barred):
        return False
    total = len(one.members) * len(other.members)
    if total == 1:
        return True
    weights, scored = one.evidence.get(b, (0.0, 0))
    return (weights + (total - scored) * bridge.unscored) / total >= bridge.least_mean


def _join(groups: dict[int, _Group], home: dict[int, int], a: int, b: int) -> None:
    """Put the group with fewer neighbours into the other one and add up what ties them to others."""
    if a == b:
        return
    if len(groups[a].evidence) < len(groups[b].evidence):
        a, b = b, a
    kept, gone = groups[a], groups.pop(b)
    for record in gone.members:
        home[record] = a
    kept.members += gone.members
    kept.barred |= gone.barred
    kept.sources |= gone.sources
    kept.evidence.pop(b, None)
    for neighbour, (weights, scored) in gone.evidence.items():
        if neighbour == a:
            continue
        del groups[neighbour].evidence[b]
        had, counted = kept.evidence.get(neighbour, (0.0, 0))
        kept.evidence[neighbour] = groups[neighbour].evidence[a] = (had + weights, counted + scored)
