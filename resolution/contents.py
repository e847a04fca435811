"""What a run knows of each record, as one number: whether a record that comes again says anything new.

Table `contents`, grain record_id: a hash of the record's row of `party_records` and of its rows of `claims`,
their order aside. An update would otherwise read every text of the run for the few records that it brings.
The hashes are DuckDB's, 64 bits: of a million records that changed, one is taken for unchanged by chance once
in twenty thousand billion times. A run belongs to the version of DuckDB that made it.
"""

import duckdb

from resolution.kept_tables import is_kept

_WRITE = """
create or replace {kind} table {target} as
with rows as (
    select record_id, hash({row}) as content from {records}
), claimed as (
    select record_id, sum(hash({claim})::uhugeint) as content from {claims} group by record_id
)
select record_id, hash(rows.content, claimed.content) as content
from rows left join claimed using (record_id)
"""


def write_all(connection: duckdb.DuckDBPyConnection) -> None:
    """Write table `contents` of all records."""
    connection.execute(
        _write(connection, kind="", target="contents", records="party_records", claims="claims")
    )


def drop_unchanged(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave in `new_records` what the run does not know already; writes temporary table `contents_now`."""
    if not is_kept(connection, "contents"):  # a run of before the table was kept
        write_all(connection)
    connection.execute(
        _write(connection, kind="temp", target="contents_now", records="new_records", claims="new_claims")
    )
    connection.execute(
        "delete from new_records where record_id in"
        " (select record_id from contents semi join contents_now using (record_id, content))"
    )


def replace(connection: duckdb.DuckDBPyConnection, stale: str) -> None:
    """Take what `drop_unchanged` found into `contents`, in the place of the records that `stale` names."""
    connection.execute(
        f"delete from contents where record_id in (select record_id from {stale});"
        " insert into contents from contents_now semi join new_records using (record_id);"
        " drop table contents_now"
    )


def _write(
    connection: duckdb.DuckDBPyConnection, *, kind: str, target: str, records: str, claims: str
) -> str:
    # In the order of the run's own tables, for the hash of a row goes by it.
    row, claim = (
        ", ".join(name for name, *_ in connection.execute(f"describe {table}").fetchall())
        for table in ("party_records", "claims")
    )
    return _WRITE.format(kind=kind, target=target, row=row, claim=claim, records=records, claims=claims)
