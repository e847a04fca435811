"""Content hashes: what must be equal for a row of the store to stay as it is.

The bulk form computes them in the warehouse's SQL, the small form here; a test holds both equal. A hash
is the sum of the MD5 numbers of its lines, so that no order of lines has to be made. They find changes
and protect nothing.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from resolution.domain.golden import Conflict, GoldenValue
from resolution.domain.ledger import LedgerRow, Redirect

SEPARATOR = "\x1f"
SQL_SEPARATOR = "chr(31)"
HASH_SQL = "(sum(md5_number_lower(line))::varchar || '.' || sum(md5_number_upper(line))::varchar)"


def line_sql(*columns: str) -> str:
    """Return SQL for the line that `line` makes of the same values, each given as SQL."""
    texts = ", ".join(f"coalesce(({column})::varchar, '')" for column in columns)
    return f"concat_ws({SQL_SEPARATOR}, {texts})"


def moment_sql(column: str) -> str:
    """Return SQL for a time as it stands in a line."""
    return f"epoch_us({column})"


def line(*values: object) -> str:
    """Return one line of content; a missing value counts as an empty one."""
    return SEPARATOR.join("" if value is None else str(value) for value in values)


def moment(value: datetime | None) -> int | None:
    """Return a UTC time, with or without zone, as microseconds since 1970."""
    if value is None:
        return None
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    since = aware - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def content_hash(lines: Iterable[str]) -> str:
    """Return the hash of lines, whatever their order."""
    lower = upper = 0
    for text in lines:
        digest = hashlib.md5(text.encode(), usedforsecurity=False).digest()
        upper += int.from_bytes(digest[:8], "little")
        lower += int.from_bytes(digest[8:], "little")
    return f"{lower}.{upper}"


def golden_hash(
    party_type: str,
    members: Iterable[str],
    *,
    values: Iterable[GoldenValue],
    conflicts: Iterable[Conflict],
) -> str:
    """Return the hash of a golden record: its members, values and conflicts with their provenance."""
    return content_hash(
        [
            line("party_type", party_type),
            *(line("member", member) for member in members),
            *(line("value", v.attribute, v.position, *_stated(v)) for v in values),
            *(line("conflict", c.attribute, "", *_stated(c)) for c in conflicts),
        ]
    )


def _stated(said: GoldenValue | Conflict) -> tuple[object, ...]:
    return (
        said.key,
        said.value,
        said.record_id,
        said.source,
        moment(said.observed_at),
        said.rule,
        said.support,
        said.claiming,
    )


STATED_COLUMNS = (
    "key",
    "value",
    "record_id",
    "source",
    moment_sql("observed_at"),
    "rule",
    "support",
    "claiming",
)
GOLDEN_LINES_SQL = f"""
select golden_id, {line_sql("'party_type'", "any_value(party_type)")} as line
from membership group by golden_id
union all
select golden_id, {line_sql("'member'", "record_id")} from membership
union all
select golden_id, {line_sql("'value'", "attribute", "position", *STATED_COLUMNS)} from golden_values
union all
select golden_id, {line_sql("'conflict'", "attribute", "null", *STATED_COLUMNS)} from conflicts
"""


def ledger_hash(row: LedgerRow) -> str:
    """Return the hash of an open ledger row."""
    return content_hash([line(row.golden_id, row.change, row.cause, row.heir, moment(row.valid_from))])


LEDGER_LINE_SQL = line_sql("golden_id", "change", "cause", "heir", moment_sql("valid_from"))


def redirect_hash(redirect: Redirect) -> str:
    """Return the hash of an open redirect."""
    return content_hash([line(redirect.golden_id_to, redirect.cause, moment(redirect.valid_from))])


REDIRECT_LINE_SQL = line_sql("golden_id_to", "cause", moment_sql("valid_from"))
