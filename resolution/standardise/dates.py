"""Dates as ISO text, from any common way of writing.

Where day and month may stand either way round, the values of the column decide (`find_day_first`); if they
do not, or contradict each other, the other reading is kept beside the first. A year or a year and month
alone stay as `YYYY` and `YYYY-MM`. Impossible dates keep their year, placeholders are NULL.
"""

import datetime
from functools import cache

from duckdb import DuckDBPyConnection

from resolution.standardise.folding import fold_values
from resolution.standardise.lexicon import alternatives, sql_set, variants, words

FIRST_YEAR = 1000  # older dates in people's data are faults
_TWO_NUMBERS = "^([0-9]{1,2})[-/. ]+([0-9]{1,2})[-/. ]+([0-9]{4}|[0-9]{2})(?:[ t].*)?$"
SUSPECT_SHARE = 0.01  # a real birthday has well under one percent of the records
SUSPECT_COUNT = 5


def find_day_first(connection: DuckDBPyConnection, values: str) -> bool | None:
    """Return whether days stand before months in `values(raw, uses)`, None when that stays open."""
    row = connection.execute(f"""
select coalesce(sum(uses) filter (one > 12 and two <= 12), 0), coalesce(sum(uses) filter (two > 12
    and one <= 12), 0)
from (
    select uses, try_cast(regexp_extract(trim(raw), '{_TWO_NUMBERS}', 1) as integer) as one,
        try_cast(regexp_extract(trim(raw), '{_TWO_NUMBERS}', 2) as integer) as two
    from {values}
)""").fetchone()
    day_first, month_first = row if row is not None else (0, 0)
    if day_first == month_first == 0 or min(day_first, month_first) * 10 > max(day_first, month_first):
        return None
    return bool(day_first > month_first)


def find_suspect_dates(connection: DuckDBPyConnection, values: str) -> list[str]:
    """Return the defaults of systems (1970-01-01 …) that `values(raw, uses)` says too often to be true."""
    rows = connection.execute(f"""
select day from (
    select substr(raw, 1, 10) as day, sum(uses) as uses, sum(sum(uses)) over () as total from {values}
        group by 1
) where day in {sql_set(words("dates", "suspect"))}
    and uses >= {SUSPECT_COUNT} and uses > total * {SUSPECT_SHARE} order by day
""").fetchall()
    return [row[0] for row in rows]


def _year(expression: str, today: datetime.date) -> str:
    number = f"try_cast({expression} as integer)"
    two_digits = f"case when {number} > {today.year % 100} then 1900 else 2000 end + {number}"
    return f"case when length({expression}) = 2 then {two_digits} else {number} end"


def _month(expression: str) -> str:
    whens = " ".join(
        f"when '{name}' then {month}" for name, month in sorted(variants("dates", "months").items())
    )
    return f"case {expression} {whens} end"


def _iso(year: str, month: str, day: str) -> str:
    """Return SQL for the ISO date, the year alone when month and day are impossible."""
    written = f"printf('%04d-%02d-%02d', {year}, {month}, {day})"
    return f"case when try_cast({written} as date) is not null then {written} end"


def _whole(text: str) -> str:
    return f"try_cast({text} as integer)"


@cache
def _patterns() -> dict[str, str]:
    """Return `name -> SQL` of the ways to write a date; each yields a struct of texts, blank if it fails."""
    months = alternatives(name for name in variants("dates", "months") if name.isalpha())
    number, year, rest = "([0-9]{1,2})", "([0-9]{4}|[0-9]{2})", "(?:[ t,].*)?$"
    day_month = f"{number}[a-z.]{{0,3}}[-/., ]*(?:de |of )?({months})[-/., ]*(?:de |del |of )?{year}{rest}"
    month_day = f"({months})[-/., ]*{number}(?:st|nd|rd|th)?[-/., ]+{year}{rest}"
    year_first = "^([0-9]{4})[-/. ]+([0-9]{1,2})[-/. ]+([0-9]{1,2})(?:[ t].*)?$"
    return {
        "ymd": f"regexp_extract(text, '{year_first}', ['y', 'm', 'd'])",
        "aby": f"regexp_extract(text, '{_TWO_NUMBERS}', ['a', 'b', 'y'])",
        "dmy": f"regexp_extract(text, '^(?:[a-z]+,? )?{day_month}', ['d', 'm', 'y'])",
        "mdy": f"regexp_extract(text, '^(?:[a-z]+,? )?{month_day}', ['m', 'd', 'y'])",
        "my": f"regexp_extract(text, '^({months})[-/., ]*([0-9]{{4}})$', ['m', 'y'])",
    }


@cache
def _placed(day_first: bool | None, today: datetime.date) -> str:
    """Return SQL for the struct of year, month, day and whether day and month may be swapped."""
    first, second = _whole("aby.a"), _whole("aby.b")
    is_day_first = f"{'true' if day_first else 'false'} and {second} <= 12 or {first} > 12"
    may_swap = f"{'true' if day_first is None else 'false'} and {first} <= 12 and {second} <= 12"
    start = f"{_whole('text[1:2]')} > 12" if day_first is None else str(day_first).lower()
    digits_day_first = (
        f"regexp_full_match(text, '[0-9]{{8}}') and {_whole('text[3:4]')} <= 12 "
        f"and {_whole('text[1:2]')} <= 31 and {start}"
    )
    ways = [
        ("ymd.y <> ''", _whole("ymd.y"), _whole("ymd.m"), _whole("ymd.d")),
        (
            "aby.y <> ''",
            _year("aby.y", today),
            f"case when {is_day_first} then {second} else {first} end",
            f"case when {is_day_first} then {first} else {second} end",
        ),
        ("dmy.y <> ''", _year("dmy.y", today), _month("dmy.m"), _whole("dmy.d")),
        ("mdy.y <> ''", _year("mdy.y", today), _month("mdy.m"), _whole("mdy.d")),
        ("my.y <> ''", _whole("my.y"), _month("my.m"), "null"),
        (_full("[0-9]{4}[-/.][0-9]{1,2}"), _whole("text[1:4]"), _whole("text[6:]"), "null"),
        (
            _full("[0-9]{1,2}[-/.][0-9]{4}"),
            _whole("right(text, 4)"),
            _whole("regexp_extract(text, '^[0-9]+')"),
            "null",
        ),
        (_full("[0-9]{4}"), _whole("text"), "null", "null"),
        (
            _full("(?:1[0-9]|20)[0-9]{6}(?:[0-9]{6})?"),
            _whole("text[1:4]"),
            _whole("text[5:6]"),
            _whole("text[7:8]"),
        ),
        (digits_day_first, _whole("text[5:8]"), _whole("text[3:4]"), _whole("text[1:2]")),
        (_full("[0-9]{8}"), _whole("text[5:8]"), _whole("text[1:2]"), _whole("text[3:4]")),
    ]
    whens = " ".join(
        f"when {holds} then {{'y': {year}, 'm': ({month})::integer, 'd': ({day})::integer}}"
        for holds, year, month, day in ways
    )
    return f"case {whens} end as parts, aby.y <> '' and {may_swap} and aby.a <> aby.b as may_swap"


def _full(pattern: str) -> str:
    return f"regexp_full_match(text, '{pattern}')"


def standardise_dates(
    connection: DuckDBPyConnection,
    values: str,
    *,
    forms: str,
    day_first: bool | None,
    suspects: list[str],
    today: datetime.date,
) -> None:
    """Create `forms(raw, date, other)` from `values(raw)`; `other` is the second reading, if any."""
    fold_values(connection, values, forms=f"{forms}_folded")
    patterns = ", ".join(f"{sql} as {name}" for name, sql in _patterns().items())
    lead = "^(?:born|geb|geboren|ca|circa|c|[*]|about|abt)[. ]+"
    connection.execute(f"""
create or replace temp table {forms} as
with cleaned as (
    select raw, trim(regexp_replace(folded, '{lead}', ''), ' -') as text from {forms}_folded
), patterned as materialized (
    select raw, text, {patterns} from cleaned
), placed as materialized (
    select raw, {_placed(day_first, today)} from patterned
), read as (
    select raw, case
            when parts.y is null or parts.y not between {FIRST_YEAR} and {today.year} then null
            when parts.d is null and parts.m between 1 and 12 then printf('%04d-%02d', parts.y, parts.m)
            else coalesce({_iso("parts.y", "parts.m", "parts.d")}, printf('%04d', parts.y)) end as date,
        case when may_swap then {_iso("parts.y", "parts.d", "parts.m")} end as other
    from placed
)
select raw, date, other from read
where date is not null and date not in {sql_set([*words("dates", "placeholders"), *suspects])}
""")
    connection.execute(f"drop table {forms}_folded")
