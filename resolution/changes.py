"""Changed records into a settled database: replaced, met with all others, scored, settled.

In: tables `new_records` and `new_claims` (standardised like those of the run), `gone` (record_id, to be
removed), `redecided` (record_id, whose decisions changed) beside those of the run. Out: `party_records`,
`claims`, `contents`, `links`, `membership`, `ledger`, `golden_values`, `conflicts` and `clustered_pairs` as
a full run over all records with the same model would have them (DESIGN.md, law 3), and `golden_changed`
(golden_id).
Rows that say what the run knows already are no change.
"""

from dataclasses import dataclass

import duckdb

from resolution import clustered_pairs, contents, matching_run
from resolution.domain.attributes import PartyType
from resolution.matching import engine, sampling, scoring, semantic
from resolution.matching.model import ResolutionModel
from resolution.settle import Terms, settle_changed

# Of the changed and the removed records, those that the run knows.
_NOTE_KNOWN = """
create or replace temp table known as
select record_id from membership
where record_id in (select record_id from new_records union all select record_id from gone);
"""

# What a joining link tied to a record that changes now may settle otherwise, in its cluster or not.
_NOTE_LOOSENED = """
create or replace temp table stale as
select record_id from new_records union select record_id from gone;
create or replace temp table loosened as
select record_id_r as record_id from links
where band = 'match' and record_id_l in (select record_id from stale)
union
select record_id_l from links where band = 'match' and record_id_r in (select record_id from stale)
union
select record_id from redecided;
"""

_TAKE_IN = """
delete from links
where record_id_l in (select record_id from stale) or record_id_r in (select record_id from stale);
delete from party_records where record_id in (select record_id from stale);
delete from claims where record_id in (select record_id from stale);
insert into party_records by name from new_records;
insert into claims by name from new_claims semi join new_records using (record_id);
"""


@dataclass(frozen=True, slots=True)
class Changes:
    """How many records were new, changed and removed, and how many golden records that touched."""

    new: int
    changed: int
    removed: int
    golden_records: int


def apply_changes(connection: duckdb.DuckDBPyConnection, model: ResolutionModel, terms: Terms) -> Changes:
    """Take the changes in and settle what they touch."""
    connection.execute("delete from new_records where record_id in (select record_id from gone)")
    contents.drop_unchanged(connection)
    connection.execute(_NOTE_KNOWN)
    known = "record_id in (select record_id from known)"
    new = sampling.count(connection, f"(from new_records where not {known})")
    changed = sampling.count(connection, f"(from new_records where {known})")
    removed = sampling.count(connection, f"(select distinct record_id from gone where {known})")
    connection.execute(_NOTE_LOOSENED + _TAKE_IN)
    contents.replace(connection, "stale")
    _score(connection, model)
    matching_run.apply_decisions(connection)
    settle_changed(connection, terms, changed="new_records", removed="gone", loosened="loosened")
    clustered_pairs.count_changed(connection, "golden_settled")
    return Changes(new, changed, removed, sampling.count(connection, "golden_changed"))


def _score(connection: duckdb.DuckDBPyConnection, model: ResolutionModel) -> None:
    """Meet every new record with all records by the model's blocking rules and score the pairs."""
    for party_type in PartyType:
        party = model.parties.get(party_type.value)
        if party is None or not party.comparisons:
            continue
        new, everyone = f"new_{party_type.value}", f"match_{party_type.value}"
        matching_run.match_input(connection, party_type, party, records="new_records", target=new)
        connection.execute(f"DELETE FROM {everyone} WHERE record_id IN (SELECT record_id FROM stale)")
        connection.execute(f"INSERT INTO {everyone} BY NAME FROM {new}")
        if party.blocking_rules:
            matching_run.block_new(connection, new=new, everyone=everyone, model=party, target="new_pairs")
            if sampling.count(connection, "new_pairs"):
                engine.take_compared(connection, everyone, pairs="new_pairs", model=party, target="compared")
                scoring.add_links(
                    connection, "compared", pairs="new_pairs", party_type=party_type, model=party
                )
                connection.execute("DROP TABLE compared")
                semantic.add_meaning(connection, everyone, model=party)
            connection.execute("DROP TABLE new_pairs")
        connection.execute(f"DROP TABLE {new}")
        if party_type is PartyType.ORGANIZATION:
            semantic.add_meaning(connection, everyone, model=party)
