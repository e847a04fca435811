"""What changed after a snapshot was written: the small delta that look-ups also scan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from resolution.domain.clustering import DECIDED
from resolution.lookup.joining import NearLink
from resolution.lookup.layout import DECIDED_MATCH, DECIDED_NO_MATCH, JOINS, STRICT, VETOED
from resolution.lookup.preparing import PreparedRecord


@dataclass(frozen=True, slots=True)
class Since:
    """Newer records with their links, records that are gone or replaced, and newer decisions on pairs."""

    records: tuple[PreparedRecord, ...] = ()
    gone: frozenset[str] = frozenset()
    decisions: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    links: Mapping[str, Sequence[NearLink]] = field(default_factory=dict)

    def with_links(self, found: Mapping[tuple[str, str], Mapping[str, Any]]) -> "Since":
        """Return the same with the links of the newer records."""
        links: dict[str, list[NearLink]] = {}
        for (left, right), link in found.items():
            said = (link["match_weight"], flags_of(link))
            links.setdefault(left, []).append((right, *said))
            links.setdefault(right, []).append((left, *said))
        return replace(self, links=links)

    def record(self, record_id: str) -> PreparedRecord | None:
        """Return a newer record, None where it is none of them."""
        return next((record for record in self.records if record.record_id == record_id), None)

    def links_of(self, record_id: str) -> Sequence[NearLink]:
        """Return the links that newer records bring to a record."""
        return self.links.get(record_id, ())

    def decided(self, record_id: str, links: Sequence[NearLink]) -> list[NearLink]:
        """Return a record's links as newer decisions have them; a decided pair without a link gets one."""
        if not self.decisions:
            return list(links)
        known = {other: (weight, flags) for other, weight, flags in links}
        for pair, is_match in self.decisions.items():
            if record_id not in pair:
                continue
            other = pair[1] if pair[0] == record_id else pair[0]
            weight = known[other][0] if other in known else (DECIDED if is_match else -DECIDED)
            known[other] = (weight, JOINS | DECIDED_MATCH if is_match else DECIDED_NO_MATCH)
        return [(other, weight, flags) for other, (weight, flags) in known.items()]


NOTHING_SINCE = Since()


def flags_of(link: Mapping[str, Any]) -> int:
    """Return the flags of a scored link, as a snapshot keeps them."""
    return (
        (JOINS if link["band"] == "match" else 0)
        | (STRICT if link["method"] == "deterministic" else 0)
        | (VETOED if link["veto"] is not None else 0)
    )
