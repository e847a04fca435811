"""What differs between warehouse and store, found in the warehouse by content hashes.

For each feed: `known` is what the store holds (keys, digest of the hash; `publish_memory`), `wanted` what it
should hold, `changed` what must be written, `gone` what must end.
"""

import os
from collections.abc import Callable, Iterator, Sequence

import duckdb
import pyarrow as pa

from context_api.settling_publish import Publication
from context_api.store.bulk import Row, chunked
from pipelines import publish_feeds as feeds
from pipelines.publish_feeds import Feed
from pipelines.publish_ledger import append
from resolution.matching.model import ResolutionModel

SLICE = 100_000  # keys of which texts are gathered at a time
ASKED_BY_KEY = 20_000  # keys; past it one walk over the table is quicker than so many look-ups
SALT_BYTES = 16  # as in context_api/store/sealing.py; a test seals and opens with them
EMPTY_INPUTS = """
create schema if not exists sync;
create schema if not exists intermediate;
create table if not exists sync.loads (
    load_id varchar, source varchar, object varchar, started_at timestamp, ended_at timestamp, pages bigint,
    rows_read bigint, rows_upserted bigint, rows_deleted bigint, rows_quarantined bigint, status varchar,
    error varchar);
create table if not exists sync.completeness (
    load_id varchar, source varchar, object varchar, counted_source bigint, counted_warehouse bigint,
    sampled_keys bigint, matching_keys bigint, proven_share double, deletes varchar, checked_at timestamp);
"""


def prepare(connection: duckdb.DuckDBPyConnection, model: ResolutionModel) -> list[str]:
    """Make what every feed reads; return the names of the comparisons that links hold."""
    connection.execute(EMPTY_INPUTS)
    connection.execute(feeds.SOURCE_STATES)
    connection.execute(
        "create or replace temp table thresholds"
        " (party_type varchar, match_threshold double, review_threshold double)"
    )
    rows = [(name, p.match_threshold, p.review_threshold) for name, p in model.parties.items()]
    if rows:
        connection.executemany("insert into thresholds values (?, ?, ?)", rows)
    connection.execute("create or replace temp table salts (record_id varchar, salt blob)")
    columns = [row[0] for row in connection.execute("describe links").fetchall()]
    return sorted(c.removeprefix("level_") for c in columns if c.startswith("level_"))


def compare(connection: duckdb.DuckDBPyConnection, feed: Feed) -> None:
    """Make tables `changed` and `gone` of a feed from `known` (`publish_memory.fill_known`)."""
    same = " and ".join(f"w.{key} = k.{key}" for key in feed.keys)
    connection.execute(f"create or replace temp table wanted as {feed.hashes}")
    connection.execute(
        "create or replace temp table changed as select w.* from wanted as w"
        f" anti join known as k on {same} and k.digest = md5_number_lower(w.content_hash)"
    )
    # A ledger forgets nothing: what the warehouse does not mention stays as it is.
    where = "where false" if feed.table == feeds.LEDGER.table else ""
    connection.execute(
        f"create or replace temp table gone as select {feed.key_list} from known"
        f" anti join wanted using ({feed.key_list}) {where}"
    )
    connection.execute("drop table wanted")


def slices_of_changed(connection: duckdb.DuckDBPyConnection, feed: Feed) -> Iterator[None]:
    """Let table `changed` hold a slice at a time, in the order of its keys; in the end it is whole again.

    What gathers texts by key holds them all in memory, so that a first publish would not fit.
    """
    (count,) = connection.execute("select count(*) from changed").fetchone() or (0,)
    if count <= SLICE:
        yield
        return
    connection.execute(
        "create or replace temp table all_changed as"
        f" select row_number() over (order by {feed.key_list}) - 1 as place, * from changed"
    )
    for start in range(0, count, SLICE):
        connection.execute(
            "create or replace temp table changed as select * exclude (place) from all_changed"
            f" where place >= {start} and place < {start + SLICE}"
        )
        yield
    connection.execute("create or replace temp table changed as select * exclude (place) from all_changed")
    connection.execute("drop table all_changed")


def keep_decided_links(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave decided links as the store knows them: the warehouse keeps the verdict in place of the band."""
    connection.execute(
        "delete from changed where exists ("
        " select 1 from links l inner join known k using (record_id_l, record_id_r)"
        " where l.method = 'steward' and l.match_weight = k.match_weight"
        " and l.record_id_l = changed.record_id_l and l.record_id_r = changed.record_id_r)"
    )


def ended_keys(connection: duckdb.DuckDBPyConnection, feed: Feed) -> list[tuple[str, ...]]:
    """Return the keys whose current rows end: those gone, and those written anew."""
    return connection.execute(
        f"select {feed.key_list} from gone union all"
        f" select {feed.key_list} from known semi join changed using ({feed.key_list}) order by all"
    ).fetchall()


def fill_entity_versions(connection: duckdb.DuckDBPyConnection, publication: Publication) -> None:
    """Make table `entity_versions`: the last one of every golden id of table `changed` that ever was."""
    connection.execute(
        "create or replace temp table entity_versions (golden_id varchar, entity_version bigint)"
    )
    asked = (
        "select golden_id, max(entity_version) from golden_records where tenant_id = ?{} group by golden_id"
    )
    for rows in _of_keys(connection, publication, asked, keys="select golden_id from changed"):
        append(connection, "entity_versions", rows)


def _of_keys(
    connection: duckdb.DuckDBPyConnection, publication: Publication, asked: str, *, keys: str
) -> Iterator[Sequence[Row]]:
    """Yield what the store says of some keys: asked for by key when they are few, else all there is."""
    (key,) = (column[0] for column in connection.execute(f"describe {keys}").fetchall())
    (count,) = connection.execute(f"select count(*) from ({keys})").fetchone() or (0,)
    if count > ASKED_BY_KEY:
        yield from publication.rows(asked.format(""))
        return
    wanted = [row[0] for row in connection.execute(keys).fetchall()]
    for chunk in chunked(wanted):
        marks = ", ".join("?" * len(chunk))
        yield from publication.rows(asked.format(f" and {key} in ({marks})"), [publication.tenant_id, *chunk])


def fill_tokens(connection: duckdb.DuckDBPyConnection, token: Callable[[str], bytes]) -> None:
    """Make table `tokens` (term, token) of the terms of table `words`."""
    connection.execute(
        "create or replace temp table terms as"
        " select row_number() over () - 1 as place, term from (select distinct term from words);"
        "create or replace temp table tokens (term varchar, token blob)"
    )
    (count,) = connection.execute("select count(*) from terms").fetchone() or (0,)
    for start in range(0, count, SLICE):
        rows = connection.execute(
            f"select term from terms where place >= {start} and place < {start + SLICE}"
        ).fetchall()
        append(connection, "tokens", [(term, token(term)) for (term,) in rows])
    connection.execute("drop table terms")


def fill_salts(connection: duckdb.DuckDBPyConnection, publication: Publication, needed: str) -> int:
    """Add to table `salts` the keys of the records of a query; return how many of them are new.

    New ones stand in table `fresh_salts`. A record whose key was erased gets none.
    """
    connection.execute(
        f"create or replace temp table needed_salts as select distinct record_id from ({needed})"
        " where record_id not in (select record_id from salts)"
    )
    connection.execute("create or replace temp table stored_salts (record_id varchar, salt blob)")
    asked = "select record_id, salt from record_keys where tenant_id = ?{}"
    for rows in _of_keys(connection, publication, asked, keys="select record_id from needed_salts"):
        append(connection, "stored_salts", rows)
    connection.execute("insert into salts from stored_salts semi join needed_salts using (record_id)")
    return _fill_fresh_salts(connection)


def _fill_fresh_salts(connection: duckdb.DuckDBPyConnection) -> int:
    """Make keys for the records of `needed_salts` that have none; return how many."""
    connection.execute(
        "create or replace temp table fresh_ids as"
        " select record_id, row_number() over (order by record_id) - 1 as number"
        " from needed_salts anti join stored_salts using (record_id)"
    )
    (fresh,) = connection.execute("select count(*) from fresh_ids").fetchone() or (0,)
    random = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(SALT_BYTES), fresh, [None, pa.py_buffer(os.urandom(SALT_BYTES * fresh))]
    )
    connection.register(
        "random_salts", pa.table({"number": pa.array(range(fresh), pa.int64()), "salt": random})
    )
    connection.execute(
        "create or replace temp table fresh_salts as"
        " select record_id, salt from fresh_ids inner join random_salts using (number)"
    )
    connection.unregister("random_salts")
    connection.execute("insert into salts from fresh_salts")
    connection.execute("drop table stored_salts; drop table fresh_ids")
    return int(fresh)


def run_moment(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the time of the run that settled the warehouse, as the store writes times."""
    row = connection.execute(f"select {feeds.time_text('max(valid_from)')} from ledger").fetchone()
    return str(row[0]) if row and row[0] else ""
