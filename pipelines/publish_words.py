"""The forms by which misspelt words of names are found: staged for words that the store does not know yet.

They belong to no version: a form finds words, and words find records of the version in force. So nothing is
taken back when a publish fails, and the next one goes on. A word's own form is written last: where it
stands, the others do.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

import duckdb
import pyarrow as pa

from context_api.settling_publish import Publication
from context_api.store.asked_terms import SEARCHED_NAMES
from context_api.store.bulk import chunked, run_many
from context_api.store.word_variants import SHORTEST_WORD, own_token, tokens_kept
from pipelines.publish_ledger import append

BATCH = 5_000  # rows in one transaction
WORDS_AT_ONCE = 20_000  # made into forms at a time; past it the store's words are read whole
WORDS = f"""
select distinct unnest(string_split(key, ' ')) as word from claims
where attribute in {SEARCHED_NAMES} and record_id in (select record_id from told)
and record_id not in (select record_id from erased)"""
CHANGED = "select record_id from party_records where tenant_id = ? and published_from = {}"
ERASED = "select record_id from record_keys where tenant_id = ? and erased_at is not null"
ANY = "select 1 from word_variants where tenant_id = ? limit 1"
KNOWN = "select word_token from word_variants where tenant_id = ? and variant_token in ({})"
ALL_KNOWN = "select distinct word_token from word_variants where tenant_id = ?"
INSERT = (
    "insert into word_variants (tenant_id, variant_token, word_token) values (?, ?, ?) on conflict do nothing"
)


def stage_words(connection: duckdb.DuckDBPyConnection, publication: Publication) -> int:
    """Write the forms of words that records of the staged version brought; return how many rows.

    The current schema is `resolution`, and the version's party records are staged. In a store that has none
    yet, all words are written.
    """
    _tell(connection, publication)
    cursor = connection.execute(f"select word from ({WORDS}) where length(word) >= {SHORTEST_WORD}")
    words = [row[0] for row in cursor.fetchall()]
    connection.execute("create or replace temp table fresh_forms (form blob, word blob, is_own boolean)")
    for few in _batches(words, WORDS_AT_ONCE):
        _make(connection, publication, _unknown(publication, few))
    written = _write(connection, publication)
    connection.execute("drop table fresh_forms; drop table told")
    return written


def _tell(connection: duckdb.DuckDBPyConnection, publication: Publication) -> None:
    """Make `told`, the records whose words are looked at, and `erased`, whose words nobody knows any more."""
    connection.execute("create or replace temp table erased (record_id varchar)")
    for rows in publication.rows(ERASED):
        append(connection, "erased", rows)
    if not any(publication.rows(ANY)):
        connection.execute("create or replace temp table told as select record_id from party_records")
        return
    connection.execute("create or replace temp table told (record_id varchar)")
    for rows in publication.rows(CHANGED.format(publication.version)):
        append(connection, "told", rows)


def _unknown(publication: Publication, words: Sequence[str]) -> list[tuple[str, bytes]]:
    """Return those words, with their tokens, that the store has no forms of."""
    sealer = publication.sealer
    tokens = {word: sealer.token(word) for word in words}
    known: set[bytes] = set()
    if len(words) >= WORDS_AT_ONCE:
        for rows in publication.rows(ALL_KNOWN):
            known |= {bytes(token) for (token,) in rows}
    else:
        for chunk in chunked(words):
            own = [own_token(sealer, word) for word in chunk]
            marks = ", ".join("?" * len(own))
            for rows in publication.rows(KNOWN.format(marks), [publication.tenant_id, *own]):
                known |= {bytes(token) for (token,) in rows}
    return [(word, token) for word, token in tokens.items() if token not in known]


def _make(
    connection: duckdb.DuckDBPyConnection, publication: Publication, words: Sequence[tuple[str, bytes]]
) -> None:
    """Add the forms of words to `fresh_forms`."""
    made = [
        (form, token, form == own_token(publication.sealer, word))
        for word, token in words
        for form in tokens_kept(publication.sealer, word)
    ]
    columns = {"form": pa.binary(), "word": pa.binary(), "is_own": pa.bool_()}
    arrays = [pa.array([row[n] for row in made], kind) for n, kind in enumerate(columns.values())]
    connection.register("forms_made", pa.table(arrays, names=list(columns)))
    connection.execute("insert into fresh_forms select form, word, is_own from forms_made")
    connection.unregister("forms_made")


def _write(connection: duckdb.DuckDBPyConnection, publication: Publication) -> int:
    """Write `fresh_forms` in short transactions, in the order of the store's key."""
    written = 0
    cursor = connection.execute("select form, word from fresh_forms order by is_own, form, word")
    while rows := cursor.fetchmany(BATCH):
        with publication.batch() as store:
            run_many(store, INSERT, ((publication.tenant_id, *row) for row in rows))
        written += len(rows)
    return written


def _batches(words: Sequence[str], size: int) -> Iterator[list[str]]:
    iterator = iter(words)
    while batch := list(islice(iterator, size)):
        yield batch
