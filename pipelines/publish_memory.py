"""What the warehouse remembers of the store, so that a publish reads and compares only what may differ.

Schema `published` holds, for the version that `state` names: for each feed a table of what the store held
(keys, digest of the content hash), and the fingerprint of the tables that the feed was made of. It is a copy
that can be lost: where it does not fit the store, the store is read whole and remembered anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from context_api.settling_publish import Publication
from pipelines.publish_feeds import Feed
from pipelines.publish_ledger import append

DIGEST_SQL = "md5_number_lower(content_hash)"
TABLES = """
create schema if not exists published;
create table if not exists published.state (tenant_id varchar, version bigint, created_at varchar);
create table if not exists published.fingerprints (feed varchar, fingerprint varchar);
"""
VISIBLE = "select created_at from versions where tenant_id = ? and visible_at is not null and sequence = {}"
# Two selects, for an index each: an `or` over them would walk the whole table.
ALTERED = """
select {keys} from {table} where tenant_id = ? and published_from > {version}
union select {keys} from {table} where tenant_id = ? and published_to > {version}
"""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered: of `version`, None when nothing is; and what the tables were then."""

    version: int | None
    fingerprints: dict[str, str]


def recall(connection: duckdb.DuckDBPyConnection, publication: Publication) -> Memory:
    """Return what the warehouse remembers of this store; what it remembers of another is dropped."""
    connection.execute(TABLES)
    state = connection.execute("from published.state").fetchone()
    if state is not None and state[0] == publication.tenant_id:
        _, version, created_at = state
        if created_at == created(publication, int(version)):
            found = connection.execute("from published.fingerprints").fetchall()
            return Memory(int(version), dict(found))
    connection.execute("delete from published.state; delete from published.fingerprints")
    return Memory(None, {})


def created(publication: Publication, version: int) -> str | None:
    """Return when a version was made that is or was visible; it names the version among all stores."""
    found = [str(row[0]) for rows in publication.rows(VISIBLE.format(version)) for row in rows]
    return found[0] if found else None


def fingerprint(connection: duckdb.DuckDBPyConnection, feed: Feed, *, model_id: str) -> str:
    """Return a value that differs when the tables, the feed or the model do; rows may stand in any order."""
    sums = " || '.' || ".join(
        f"(select coalesce(sum(hash(t)), 0)::varchar || '+' || count(*) from {source} as t)"
        for source in feed.sources
    )
    made_by = "md5($1)"
    row = connection.execute(f"select {made_by} || {sums}", [feed.hashes + model_id]).fetchone()
    return str(row[0]) if row else ""


def fill_known(
    connection: duckdb.DuckDBPyConnection, publication: Publication, feed: Feed, memory: Memory
) -> bool:
    """Make `known` (keys, digest): what the store holds; return whether it holds what is remembered."""
    typed = ", ".join(f"{key} varchar" for key in feed.keys)
    also = "".join(f", {name} double" for name in feed.also)
    connection.execute(f"create or replace temp table stored ({typed}, content_hash varchar{also})")
    connection.execute(f"create or replace temp table altered ({typed})")
    selected = ", ".join([*feed.keys, "content_hash", *feed.also])
    asked = f"select {selected} from {feed.table}"
    digests = _digests(feed, "stored")
    if memory.version is None:
        for rows in publication.rows(f"{asked} where tenant_id = ? and published_to is null"):
            append(connection, "stored", rows)
        connection.execute(f"create or replace temp view known as {digests}")
        return False
    since = ALTERED.format(keys=feed.key_list, table=feed.table, version=memory.version)
    for rows in publication.rows(since, [publication.tenant_id] * 2):
        append(connection, "altered", rows)
    (altered,) = connection.execute("select count(*) from altered").fetchone() or (0,)
    if not altered:
        connection.execute(f"create or replace temp view known as from published.{feed.table}")
        return True
    begun = f"tenant_id = ? and published_to is null and published_from > {memory.version}"
    for rows in publication.rows(f"{asked} where {begun}"):
        append(connection, "stored", rows)
    connection.execute(
        f"create or replace temp view known as from published.{feed.table}"
        f" anti join altered using ({feed.key_list}) union all {digests}"
    )
    return False


def _digests(feed: Feed, table: str) -> str:
    columns = ", ".join([*feed.keys, f"{DIGEST_SQL} as digest", *feed.also])
    return f"select {columns} from {table}"


def note(connection: duckdb.DuckDBPyConnection, feed: Feed, memory: Memory) -> None:
    """Note what the store will hold of a feed once tables `changed` and `gone` are staged."""
    untouched = f"anti join changed using ({feed.key_list}) anti join gone using ({feed.key_list})"
    changed = _digests(feed, "changed")
    if memory.version is None:
        connection.execute(
            f"create or replace table published.{feed.table} as from known {untouched} union all {changed}"
        )
        return
    connection.execute(
        f"create or replace temp table forget_{feed.table} as select {feed.key_list} from altered"
        f" union select {feed.key_list} from changed union select {feed.key_list} from gone"
    )
    connection.execute(
        f"create or replace temp table learn_{feed.table} as"
        f" select * from ({_digests(feed, 'stored')}) {untouched} union all {changed}"
    )


def remember(
    connection: duckdb.DuckDBPyConnection,
    publication: Publication,
    noted: Sequence[Feed],
    *,
    memory: Memory,
    fingerprints: dict[str, str],
) -> None:
    """Remember the version that a publication made visible, with the feeds that were noted for it."""
    connection.execute("begin")
    for feed in noted if memory.version is not None else ():
        same = " and ".join(f"p.{key} = f.{key}" for key in feed.keys)
        connection.execute(
            f"delete from published.{feed.table} as p using forget_{feed.table} as f where {same}"
        )
        connection.execute(f"insert into published.{feed.table} from learn_{feed.table}")
    connection.execute("delete from published.state; delete from published.fingerprints")
    connection.execute(
        "insert into published.state values ($1, $2, $3)",
        [publication.tenant_id, publication.version, created(publication, publication.version)],
    )
    connection.executemany("insert into published.fingerprints values (?, ?)", list(fingerprints.items()))
    connection.execute("commit")
