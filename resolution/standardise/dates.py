"""Dates as ISO text, from any common way of writing.

Where day and month may stand either way round, the values of the column decide (`find_day_first`); if they
do not, or contradict each other, the other reading is kept beside the first. A year or a year and month
alone stay as `YYYY` and `YYYY-MM`. Impossible dates keep their year, placeholders are NULL.
"""

import datetime

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
    months = alternatives(name for name in variants("dates", "months") if name.isalpha())
    number, year = "([0-9]{1,2})", "([0-9]{4}|[0-9]{2})"
    day_month = (
        f"^(?:[a-z]+,? )?{number}[a-z.]{{0,3}}[-/., ]*(?:de |of )?({months})[-/., ]*(?:de |del |of "
        f")?{year}(?:[ t,].*)?$"
    )
    month_day = f"^(?:[a-z]+,? )?({months})[-/., ]*{number}(?:st|nd|rd|th)?[-/., ]+{year}(?:[ t,].*)?$"
    year_first = "^([0-9]{4})[-/. ]+([0-9]{1,2})[-/. ]+([0-9]{1,2})(?:[ t].*)?$"
    month_year = f"^({months})[-/., ]*([0-9]{{4}})$"
    first_is_day = "true" if day_first else "false"
    connection.execute(f"""
create or replace temp table {forms} as
with cleaned as (
    select raw, trim(regexp_replace(folded, '^(?:born|geb|geboren|ca|circa|c|\\*|about|abt)[. ]+', '-',
        'g'), ' -') as text
    from {forms}_folded
), patterned as (
    select raw, text,
        regexp_extract(text, '{year_first}', ['y', 'm', 'd']) as ymd,
        regexp_extract(text, '{_TWO_NUMBERS}', ['a', 'b', 'y']) as aby,
        regexp_extract(text, '{day_month}', ['d', 'm', 'y']) as dmy,
        regexp_extract(text, '{month_day}', ['m', 'd', 'y']) as mdy,
        regexp_extract(text, '{month_year}', ['m', 'y']) as my
    from cleaned
), placed as (
    select raw, case
        when ymd.y <> '' then {{'y': try_cast(ymd.y as integer), 'm': try_cast(ymd.m as integer),
            'd': try_cast(ymd.d as integer), 'swap': false}}
        when aby.y <> '' then {{'y': {_year("aby.y", today)},
            'm': try_cast(case when {first_is_day} and try_cast(aby.b as integer) <= 12 or try_cast(aby.a
                as integer) > 12 then aby.b else aby.a end as integer),
            'd': try_cast(case when {first_is_day} and try_cast(aby.b as integer) <= 12 or try_cast(aby.a
                as integer) > 12 then aby.a else aby.b end as integer),
            'swap': {"true" if day_first is None else "false"} and try_cast(aby.a as integer) <= 12
                and try_cast(aby.b as integer) <= 12 and aby.a <> aby.b}}
        when dmy.y <> '' then {{'y': {_year("dmy.y", today)}, 'm': {_month("dmy.m")}, 'd': try_cast(dmy.d
            as integer), 'swap': false}}
        when mdy.y <> '' then {{'y': {_year("mdy.y", today)}, 'm': {_month("mdy.m")}, 'd': try_cast(mdy.d
            as integer), 'swap': false}}
        when my.y <> '' then {{'y': try_cast(my.y as integer), 'm': {_month("my.m")}, 'd': null::integer,
            'swap': false}}
        when regexp_full_match(text, '[0-9]{{4}}[-/.][0-9]{{1,2}}')
            then {{'y': try_cast(text[1:4] as integer), 'm': try_cast(text[6:] as integer),
                'd': null::integer, 'swap': false}}
        when regexp_full_match(text, '[0-9]{{1,2}}[-/.][0-9]{{4}}')
            then {{'y': try_cast(right(text, 4) as integer), 'm': try_cast(regexp_extract(text, '^[0-9]+')
                as integer), 'd': null::integer, 'swap': false}}
        when regexp_full_match(text, '[0-9]{{4}}') then {{'y': try_cast(text as integer),
            'm': null::integer, 'd': null::integer, 'swap': false}}
        when regexp_full_match(text, '(?:1[0-9]|20)[0-9]{{6}}(?:[0-9]{{6}})?')
            then {{'y': try_cast(text[1:4] as integer), 'm': try_cast(text[5:6] as integer),
                'd': try_cast(text[7:8] as integer), 'swap': false}}
        when regexp_full_match(text, '[0-9]{{8}}') and try_cast(text[3:4] as integer) <= 12
            and try_cast(text[1:2] as integer) <= 31
            and coalesce({"null" if day_first is None else first_is_day}, try_cast(text[1:2] as integer) > 12)
            then {{'y': try_cast(text[5:8] as integer), 'm': try_cast(text[3:4] as integer),
                'd': try_cast(text[1:2] as integer), 'swap': false}}
        when regexp_full_match(text, '[0-9]{{8}}')
            then {{'y': try_cast(text[5:8] as integer), 'm': try_cast(text[1:2] as integer),
                'd': try_cast(text[3:4] as integer), 'swap': false}}
        end as parts
    from patterned
), read as (
    select raw, case
            when parts.y is null or parts.y not between {FIRST_YEAR} and {today.year} then null
            when parts.m is null then printf('%04d', parts.y)
            when parts.d is null then case when parts.m between 1 and 12 then printf('%04d-%02d', parts.y,
                parts.m) else printf('%04d', parts.y) end
            else coalesce({_iso("parts.y", "parts.m", "parts.d")}, printf('%04d', parts.y)) end as date,
        case when parts.swap then {_iso("parts.y", "parts.d", "parts.m")} end as other
    from placed
)
select raw, date, other from read
where date is not null and date not in {sql_set([*words("dates", "placeholders"), *suspects])}
""")
    connection.execute(f"drop table {forms}_folded")
