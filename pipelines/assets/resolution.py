"""Resolution: modelled parties to standardised records, scored links, and golden records.

All of it runs in schema `resolution` of the warehouse, by `resolution.stages`, the code that
`concord resolve` runs. Every asset rewrites its tables whole, so that a repeated step ends the same.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import duckdb

from pipelines.assets.groups import OWNERS, Group
from pipelines.assets.home import RESOLUTION, HomeFolder
from pipelines.assets.pictures import cluster_sizes, m_and_u_chart, match_weight_histogram
from pipelines.assets.promoted_model import promote, promoted_model
from pipelines.assets.table_metadata import seconds_since, table_metadata
from pipelines.settling_on_store import score_on_store, settle_on_store
from resolution.matching.model import PartyModel, ResolutionModel
from resolution.stages import standardise_parties

PARTIES = "intermediate.int_party_records"

_WEIGHTS = "select round(match_weight)::integer, band, count(*) from links group by all order by all"
_METHODS = "select method, band, count(*) from links where veto is null group by all order by all"
_SIZES = """
select size, count(*) from (select count(*) as size from membership group by golden_id) group by 1 order by 1
"""


def resolution_key(table: str) -> dg.AssetKey:
    """Return the asset key of a table in schema `resolution`."""
    return dg.AssetKey([RESOLUTION, table])


def _spec(table: str, description: str, *, deps: list[dg.AssetKey], kinds: set[str]) -> dg.AssetSpec:
    return dg.AssetSpec(
        resolution_key(table),
        deps=deps,
        description=description,
        group_name=Group.RESOLUTION.value,
        owners=[OWNERS[Group.RESOLUTION]],
        kinds=kinds,
    )


STANDARDISED = (
    _spec(
        "party_records",
        "Standardised party records: names, addresses, phones, mails, dates and identifiers in comparable"
        " form.\n\nGrain: one row per record_id (source:object:source_id); rewritten on each run.",
        deps=[dg.AssetKey(PARTIES.split("."))],
        kinds={"duckdb", "python"},
    ),
    _spec(
        "claims",
        "What each record states of its party, value by value; survivorship chooses among these.\n\n"
        "Grain: one row per (record_id, attribute, position).",
        deps=[dg.AssetKey(PARTIES.split("."))],
        kinds={"duckdb", "python"},
    ),
)


@dg.multi_asset(name="standardise", specs=STANDARDISED)
def standardised_parties(home: HomeFolder) -> Iterator[dg.MaterializeResult[None]]:
    """Standardise every modelled party; dates are read as the promoted model read them."""
    begun = time.perf_counter()
    with home.connect("standardising", schema=RESOLUTION) as connection:
        standardise_parties(connection, PARTIES, model=promoted_model(home.model), now=_now())
        (aside,) = connection.execute("select count(*) from quarantine").fetchone() or (0,)
        for spec in STANDARDISED:
            metadata = table_metadata(connection, ".".join(spec.key.path))
            metadata |= {"rows put aside": aside, **seconds_since(begun)}
            yield dg.MaterializeResult(asset_key=spec.key, metadata=metadata)


@dg.asset(
    key=resolution_key("links"),
    deps=[resolution_key("party_records"), resolution_key("claims")],
    group_name=Group.RESOLUTION.value,
    owners=[OWNERS[Group.RESOLUTION]],
    kinds={"duckdb", "splink"},
    description="Scored pairs of party records: match weight, probability, method, the rule that met them,"
    " and the share of every comparison. The first run learns a model and promotes it; later runs score with"
    " it.\n\nGrain: one row per (record_id_l, record_id_r) at or above the review threshold; rewritten on"
    " each run.",
)
def links(home: HomeFolder) -> dg.MaterializeResult[None]:
    """Score all blocked pairs with the promoted model, or learn and promote one."""
    begun = time.perf_counter()
    known = promoted_model(home.model)
    with home.connect("scoring links", schema=RESOLUTION) as connection, home.store() as (engine, _):
        model = score_on_store(connection, engine, home.tenant_id, model=known)
        if known is None:
            promote(model, home.model)
        counted = connection.execute(_METHODS).fetchall()
        metadata: dict[str, Any] = {
            **table_metadata(connection, "resolution.links"),
            "model": model.model_id,
            "model was": "learned and promoted by this run" if known is None else "promoted before",
            **seconds_since(begun),
            **{f"links, {method}, {band}": count for method, band, count in counted},
            "match weights": match_weight_histogram(
                connection.execute(_WEIGHTS).fetchall(), thresholds=_thresholds(model)
            ),
        }
    for name, party in model.parties.items():
        metadata[f"m and u, {name}"] = m_and_u_chart(_levels(party), party_type=name)
    return dg.MaterializeResult(metadata=metadata)


def _thresholds(model: ResolutionModel) -> dict[str, float]:
    return {
        f"{name} {kind}": threshold
        for name, party in model.parties.items()
        for kind, threshold in (("match", party.match_threshold), ("review", party.review_threshold))
    }


def _levels(party: PartyModel) -> list[tuple[str, float, float]]:
    return [
        (f"{comparison.name}: {level.label}", level.m, level.u)
        for comparison in party.comparisons
        for level in comparison.levels
        if level.m is not None and level.u is not None
    ]


_SETTLED_FROM = [resolution_key("party_records"), resolution_key("claims"), resolution_key("links")]
SETTLED = (
    _spec(
        "membership",
        "Which golden record every live party record belongs to.\n\nGrain: one row per record_id.",
        deps=_SETTLED_FROM,
        kinds={"duckdb", "python"},
    ),
    _spec(
        "golden_values",
        "The surviving values of each golden record, each with the record it came from, its time, the rule"
        " that chose it and its confidence.\n\nGrain: one row per (golden_id, attribute, position).",
        deps=_SETTLED_FROM,
        kinds={"duckdb", "python"},
    ),
    _spec(
        "conflicts",
        "Live values that disagree with the surviving one: kept, shown, never dropped.\n\n"
        "Grain: one row per (golden_id, attribute, value, record_id).",
        deps=_SETTLED_FROM,
        kinds={"duckdb", "python"},
    ),
    _spec(
        "ledger",
        "The identity ledger: which record belonged to which golden record, from when to when, and why. It is"
        " taken from the context store before each run and carried on.\n\n"
        "Grain: one row per (record_id, valid_from); rows are closed, never removed.",
        deps=_SETTLED_FROM,
        kinds={"duckdb", "python"},
    ),
)


@dg.multi_asset(name="settle", specs=SETTLED)
def settled_parties(home: HomeFolder) -> Iterator[dg.MaterializeResult[None]]:
    """Settle every live record under the promoted model; the ledger of the context store carries on."""
    begun = time.perf_counter()
    model = promoted_model(home.model)
    if model is None:
        raise dg.Failure("there is no promoted model; materialise resolution/links first")
    with home.connect("settling", schema=RESOLUTION) as connection, home.store() as (engine, _):
        settle_on_store(connection, engine, home.tenant_id, model=model)
        more: dict[str, dict[str, Any]] = {"membership": _membership_metadata(connection)}
        for spec in SETTLED:
            name = spec.key.path[-1]
            metadata = {**table_metadata(connection, f"{RESOLUTION}.{name}"), **more.get(name, {})}
            metadata |= seconds_since(begun)
            yield dg.MaterializeResult(asset_key=spec.key, metadata=metadata)


def _membership_metadata(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    sizes = connection.execute(_SIZES).fetchall()
    return {"golden records": sum(clusters for _, clusters in sizes), "cluster sizes": cluster_sizes(sizes)}


def _now() -> datetime:
    """Return the time now in UTC, without zone, as the ledger has it."""
    return datetime.now(UTC).replace(tzinfo=None)
