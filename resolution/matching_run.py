"""Matching of a whole run: learn one model for all party types, score all pairs into `links`.

Leaves `match_<type>` in the database, with blocking keys and term frequencies of the model, so that an
update can meet its new records with the old ones.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import duckdb

from resolution.domain.attributes import PartyType, SourceMapping
from resolution.domain.clustering import DECIDED, Bridge, ClusterEvidence
from resolution.matching import engine, features, fitting, preparing, sampling, scoring, semantic
from resolution.matching.learning import Decisions
from resolution.matching.model import PartyModel, ResolutionModel

CLEAN_WITHIN = 0.002  # expected matches inside a source, per record, up to which it holds a party once
CLEAN_ACROSS = 0.05  # matches to other sources, per record, without which a source tells nothing
SURE = 0.9  # probability of the links that tell a clean source


@dataclass(frozen=True, slots=True)
class MatchingOptions:
    """The working point asked for, and whether names may be compared by meaning."""

    precision: float | None = None
    semantic: bool = False


@dataclass(frozen=True, slots=True)
class Learned:
    """A model, the match input of each party type and its table of blocked pairs.

    `is_semantic` says that the comparison of names by meaning is still to be learned, from scored pairs.
    """

    model: ResolutionModel
    tables: dict[PartyType, tuple[str, str]]
    is_new: bool
    sources: tuple[SourceMapping, ...]
    is_semantic: bool = False


def _decisions(connection: duckdb.DuckDBPyConnection) -> Decisions | None:
    rows = connection.execute(
        "SELECT record_id_l, record_id_r, decision = 'match' FROM decisions ORDER BY ALL"
    ).fetchall()
    if not rows:
        return None
    return Decisions(tuple(r[0] for r in rows), tuple(r[1] for r in rows), tuple(bool(r[2]) for r in rows))


def learn(
    connection: duckdb.DuckDBPyConnection, *, options: MatchingOptions, sources: Sequence[SourceMapping]
) -> Learned:
    """Learn a model from the party records."""
    parties: dict[str, PartyModel] = {}
    tables: dict[PartyType, tuple[str, str]] = {}
    decisions = _decisions(connection)
    for party_type in PartyType:
        pairs = f"pairs_{party_type.value}"
        prepared = preparing.prepare(connection, party_type)
        if prepared is None:
            if _has_records(connection, party_type):
                parties[party_type.value] = _of_one_record()
            continue
        _block(connection, prepared.table, model=prepared.draft, target=pairs)
        parties[party_type.value] = fitting.fit_party_model(
            connection, prepared, pairs=pairs, decisions=decisions, precision=options.precision
        )
        tables[party_type] = (prepared.table, pairs)
    shared: dict[str, tuple[str, ...]] = {}
    for party in parties.values():
        for column, learned in party.term_frequencies.items():
            if learned.shared:  # a switchboard may be both persons' and organisations'
                shared[column] = tuple(dict.fromkeys((*shared.get(column, ()), *learned.shared)))
    records = sampling.count(connection, "party_records")
    model = ResolutionModel(
        records, parties, (), shared, asdict(Bridge()), cluster_evidence=asdict(ClusterEvidence())
    )
    return Learned(model, tables, is_new=True, sources=tuple(sources), is_semantic=options.semantic)


def take(connection: duckdb.DuckDBPyConnection, model: ResolutionModel) -> Learned:
    """Make the match inputs and blocked pairs of a saved model; nothing is learned."""
    tables: dict[PartyType, tuple[str, str]] = {}
    for party_type in PartyType:
        party = model.parties.get(party_type.value)
        if party is None or not party.comparisons:
            continue
        table, pairs = match_input(connection, party_type, party), f"pairs_{party_type.value}"
        _block(connection, table, model=party, target=pairs)
        tables[party_type] = (table, pairs)
    return Learned(model, tables, is_new=False, sources=())


def _has_records(connection: duckdb.DuckDBPyConnection, party_type: PartyType) -> bool:
    row = connection.execute(
        "SELECT count(*) FROM party_records WHERE party_type = ?", [party_type.value]
    ).fetchone()
    return bool(row and row[0])


def _of_one_record() -> PartyModel:
    """Return the model of a party type that has nothing to learn from: it links nothing."""
    empty = preparing.draft_model((), (), {}, word_weights={}, default_word_weight=0.0)
    return replace(empty, status_reason="only one record, and nothing to compare it with")


def _block(connection: duckdb.DuckDBPyConnection, table: str, *, model: PartyModel, target: str) -> None:
    if model.comparisons and model.blocking_rules:
        engine.block_pairs(connection, table, model=model, target=target)
        return
    connection.execute(
        f"CREATE OR REPLACE TABLE {target} (match_key VARCHAR, join_key_l VARCHAR, join_key_r VARCHAR)"
    )


def match_input(
    connection: duckdb.DuckDBPyConnection,
    party_type: PartyType,
    model: PartyModel,
    *,
    records: str = "party_records",
    target: str | None = None,
) -> str:
    """Create the match input of records as a saved model sees them."""
    features.register_nicknames(connection)
    features.register_word_weights(connection, model.word_weights)
    bare = features.build_match_input(
        connection, party_type, records=records, default_weight=model.default_word_weight
    )
    table = target or f"match_{party_type.value}"
    preparing.complete_input(connection, bare, model=model, target=table)
    return table


def score(connection: duckdb.DuckDBPyConnection, learned: Learned) -> Learned:
    """Write `links` of all party types; return the model with what the links told of sources."""
    comparisons = [c.name for party in learned.model.parties.values() for c in party.comparisons]
    scoring.create_links(connection, comparisons)
    for party_type, (table, pairs) in learned.tables.items():
        model = learned.model.parties[party_type.value]
        if model.comparisons and sampling.count(connection, pairs):
            scoring.add_links(connection, table, pairs=pairs, party_type=party_type, model=model)
    parties = _with_meaning(connection, learned)
    apply_decisions(connection)
    if not learned.is_new:
        return learned
    clean = _clean_sources(connection, learned.sources)
    return replace(learned, model=replace(learned.model, parties=parties, clean_sources=clean))


def _with_meaning(connection: duckdb.DuckDBPyConnection, learned: Learned) -> dict[str, PartyModel]:
    """Compare undecided names by meaning, learning how where that is asked; return the party models."""
    parties = dict(learned.model.parties)
    organization = PartyType.ORGANIZATION
    if organization in learned.tables:
        parties[organization.value] = semantic.add_meaning(
            connection,
            learned.tables[organization][0],
            model=parties[organization.value],
            is_to_learn=learned.is_semantic,
        )
    return parties


def apply_decisions(connection: duckdb.DuckDBPyConnection) -> None:
    """Mark decided links as a steward's; decided pairs that were never scored become links of their own."""
    connection.execute(
        "UPDATE links SET method = 'steward', rule = 'decision', band = d.decision,"
        " veto = CASE WHEN d.decision = 'match' THEN NULL ELSE links.veto END FROM decisions d"
        " WHERE links.record_id_l = d.record_id_l AND links.record_id_r = d.record_id_r"
    )
    connection.execute(
        f"""
        INSERT INTO links (
            record_id_l, record_id_r, party_type, match_weight, match_probability, method, rule, band)
        SELECT d.record_id_l, d.record_id_r, a.party_type,
            if(decision = 'match', {DECIDED}, -{DECIDED}), if(decision = 'match', 1.0, 0.0),
            'steward', 'decision', d.decision
        FROM decisions d
        JOIN party_records a ON a.record_id = d.record_id_l
        JOIN party_records b ON b.record_id = d.record_id_r
        WHERE a.party_type = b.party_type AND NOT EXISTS (SELECT 1 FROM links l
            WHERE l.record_id_l = d.record_id_l AND l.record_id_r = d.record_id_r)
        ORDER BY ALL
        """
    )


def _clean_sources(
    connection: duckdb.DuckDBPyConnection, sources: Sequence[SourceMapping]
) -> tuple[str, ...]:
    """Return the sources that hold a party at most once: declared, or shown by the links."""
    declared = {s.source: s.duplicate_free for s in sources if s.duplicate_free is not None}
    rows = connection.execute(
        f"""
        WITH sure AS (
            SELECT a.source AS sl, b.source AS sr FROM links
            JOIN party_records a ON a.record_id = record_id_l
            JOIN party_records b ON b.record_id = record_id_r
            WHERE match_probability >= {SURE} AND veto IS NULL
        ), ends AS (
            SELECT sl AS source, sl = sr AS inside FROM sure UNION ALL SELECT sr, sl = sr FROM sure
        ), told AS (
            SELECT source, count(*) FILTER (inside) / 2 AS within, count(*) FILTER (NOT inside) AS across
            FROM ends GROUP BY source
        )
        SELECT p.source, count(*) AS records, coalesce(any_value(within), 0), coalesce(any_value(across), 0)
        FROM party_records p LEFT JOIN told USING (source) GROUP BY p.source ORDER BY p.source
        """
    ).fetchall()
    clean = []
    for source, records, within, across in rows:
        told = within <= CLEAN_WITHIN * records and across >= CLEAN_ACROSS * records
        if declared.get(source, told):
            clean.append(source)
    return tuple(clean)


def block_new(
    connection: duckdb.DuckDBPyConnection, *, new: str, everyone: str, model: PartyModel, target: str
) -> None:
    """Create table `target` of the pairs that the rules meet between new records and all records.

    The same pairs, with the same first rule, as blocking all records would give for the new ones.
    """
    met = " UNION ALL ".join(
        f"SELECT {i} AS rule, least(n.record_id, e.record_id) AS l, greatest(n.record_id, e.record_id) AS r"
        f" FROM {new} n JOIN {everyone} e ON n.{key} = e.{key} WHERE n.record_id <> e.record_id"
        for i, key in enumerate(engine.KEY_PREFIX + rule.name for rule in model.blocking_rules)
    )
    connection.execute(
        f"CREATE OR REPLACE TABLE {target} AS SELECT min(rule)::VARCHAR AS match_key, l AS join_key_l,"
        f" r AS join_key_r FROM ({met}) GROUP BY l, r"
    )
