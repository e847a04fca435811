"""What clustering says of a pair, in bits: the last piece of evidence in the probability that is stated.

The match weight of a pair looks at two records alone. Clustering looked at all pairs between their records,
so its outcome says more: two records that a third one ties firmly are one party far more often than their
own weight tells, and a link that clustering refused is one far less often. That is added to the weight once
the clusters stand, as a part of its own (`weight_cluster` in links.parquet, a bar in the waterfall).

Clusters never depend on it: they go by the weights of pairs alone, and this is a function of the final
clusters and those weights, so that the order of records does not matter (DESIGN.md, law 3). How much it is
worth is measured over labelled sets by `benchmarks/cluster_evidence.py`, and kept in `model.json`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import duckdb

from resolution.domain.clustering import STRICT_WEIGHT, Bridge, ClusterEvidence

NAME = "cluster"
LABEL = "The rest of the cluster"
STRONGEST = 20  # ties of a record in which a third record is looked for
_BRIDGE = Bridge()

# One row for each scored pair of `links`, with what its clusters say. A pair's tie is its weight as it counts
# in clustering. `low` and `high` are the lower and the higher of two means: of the ties between one record
# and the other's companions. `third` is the tie of the record that ties the two most firmly, by its weaker
# side. All are null where there is no such record. Decimals, because sums of doubles depend on their order.
# Records and golden records go by number, in the order of record ids: texts would cost three times as much.
SURROUNDINGS = f"""
with numbered as (
    select record_id, golden_id, row_number() over (order by record_id) as number from membership {{scope}}
), goldens as (
    select golden_id, min(number) as golden, count(*) as n from numbered group by golden_id
), members as materialized (
    select record_id, number, golden, n from numbered join goldens using (golden_id)
), pairs as materialized (
    select l.record_id_l as id_l, l.record_id_r as id_r, a.number as l, b.number as r,
        a.golden as gl, b.golden as gr, a.n as nl, b.n as nr,
        l.party_type, l.match_weight as weight, l.method = 'probabilistic' as is_open,
        l.veto is not null as is_vetoed, a.golden = b.golden as is_together,
        l.band = 'match' and l.veto is null as may_join,
        (case when l.method = 'steward' then if(l.band = 'match', {_BRIDGE.most}, {-_BRIDGE.most})
            when l.veto is not null then {-_BRIDGE.most}
            when l.method = 'deterministic' then {min(STRICT_WEIGHT, _BRIDGE.most)}
            else greatest({-_BRIDGE.most}, least({_BRIDGE.most}, l.match_weight)) end)::decimal(18, 6) as tie
    from links l join members a on a.record_id = l.record_id_l join members b on b.record_id = l.record_id_r
), ends as (
    select l as record_id, r as other, gl as own, gr as theirs, tie from pairs
    union all select r, l, gr, gl, tie from pairs
), towards as (
    select record_id, theirs, sum(tie) as total, count(*) as scored from ends group by all
), companions as (
    select record_id, other, tie from ends where own = theirs
    qualify row_number() over (partition by record_id order by tie desc, other) <= {STRONGEST}
), thirds as (
    select p.l, p.r, max(least(x.tie, y.tie)) as third
    from pairs p join companions x on x.record_id = p.l
    join companions y on y.record_id = p.r and y.other = x.other
    where p.is_together and p.is_open group by all
), means as (
    select p.*, greatest(coalesce(t.third, {_BRIDGE.unscored}), {_BRIDGE.unscored}) as third,
        nr - 1 - is_together::int as of_r, nl - 1 - is_together::int as of_l,
        (x.total - tie + (of_r - x.scored + 1) * {_BRIDGE.unscored}) / nullif(of_r, 0) as to_r,
        (y.total - tie + (of_l - y.scored + 1) * {_BRIDGE.unscored}) / nullif(of_l, 0) as to_l
    from pairs p
    join towards x on x.record_id = p.l and x.theirs = p.gr
    join towards y on y.record_id = p.r and y.theirs = p.gl
    left join thirds t on t.l = p.l and t.r = p.r
    where p.is_open
)
select id_l as l, id_r as r, party_type, weight, is_together, is_vetoed,
    not is_together and may_join as is_refused,
    least(to_l, to_r)::double as low, greatest(to_l, to_r)::double as high,
    if(is_together and of_l > 0, third, null)::double as third
from means
"""
_OF_TWO = """
where golden_id in (select golden_id from membership where record_id in ($l, $r))
"""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a model says of cluster evidence: how much it is worth, and for which party types."""

    worth: ClusterEvidence
    party_types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What clustering says of one pair, in bits and in words."""

    bits: float
    words: str


def terms_of(model: Mapping[str, Any]) -> Terms | None:
    """Return the terms in a model's JSON form; None where it has none, or nothing was fitted."""
    worth = model.get("cluster_evidence")
    fitted = tuple(name for name, party in model["parties"].items() if party.get("status") != "rules_only")
    return Terms(ClusterEvidence(**worth), fitted) if worth and fitted else None


def bits_sql(worth: ClusterEvidence) -> str:
    """Return SQL for the bits of a row of `SURROUNDINGS`."""
    w = {name: repr(float(value)) for name, value in asdict(worth).items()}
    return f"""(case when is_together then {w["together"]}
        + case when third is null then {w["together_alone"]}
            else {w["together_low"]} * low + {w["together_high"]} * high + {w["together_third"]} * third
                + if(third >= {_BRIDGE.most}, {w["together_firm_third"]}, 0.0) end
    else {w["apart"]} + coalesce({w["apart_low"]} * low + {w["apart_high"]} * high, 0.0)
        + if(is_refused, {w["apart_refused"]}, 0.0) end
    + if(is_vetoed, {w["vetoed"]}, 0.0)
    + (if(is_together, {w["together_slope"]}, {w["apart_slope"]}) - 1)
        * greatest(-{w["decided"]}, least({w["decided"]}, weight)))"""


def stated_links_sql(terms: Terms | None) -> str:
    """Return SQL for `links` as they are stated: weight and probability with the cluster's say in them.

    `weight_cluster` is null, and the weight that of the pair alone, where a rule or a steward decides and
    where no model was fitted. `match_weight - coalesce(weight_cluster, 0)` is what clustering went by.
    """
    if terms is None:
        return "select *, null::double as weight_cluster from links"
    types = ", ".join(f"'{name}'" for name in terms.party_types)
    return f"""
select k.* replace (
        if(said.bits is null, k.match_weight, k.match_weight + said.bits) as match_weight,
        if(said.bits is null, k.match_probability, 1 / (1 + pow(2.0, -greatest(-500, least(500,
            k.match_weight + said.bits))))) as match_probability),
    said.bits as weight_cluster
from links k left join (
    select l, r, {bits_sql(terms.worth)} as bits from ({SURROUNDINGS.format(scope="")})
    where party_type in ({types})
) said on said.l = k.record_id_l and said.r = k.record_id_r"""


def said_of(
    connection: duckdb.DuckDBPyConnection, terms: Terms | None, *, left: str, right: str
) -> Said | None:
    """Return what clustering says of a scored pair (`left` before `right`); None where it says nothing."""
    if terms is None:
        return None
    row = connection.execute(
        f"select {bits_sql(terms.worth)}, party_type, is_together, is_refused, is_vetoed, third"
        f" from ({SURROUNDINGS.format(scope=_OF_TWO)}) where l = $l and r = $r",
        {"l": left, "r": right},
    ).fetchone()
    if row is None or row[1] not in terms.party_types:
        return None
    bits, _, is_together, is_refused, is_vetoed, third = row
    return Said(float(bits), _words(bool(is_together), bool(is_refused), bool(is_vetoed), third=third))


def _words(is_together: bool, is_refused: bool, is_vetoed: bool, *, third: float | None) -> str:
    if is_vetoed:
        return "a veto parts them"
    if is_refused:
        return "kept apart although the link would join them"
    if not is_together:
        return "in two clusters"
    if third is None:
        return "in one cluster, alone"
    if third >= _BRIDGE.most:
        return "in one cluster, a third record firmly tied to both"
    return "in one cluster, a third tied to both" if third > 0 else "in one cluster, no third tied to both"
