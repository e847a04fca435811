"""Phone numbers as digits of the national significant number.

The many ways to write one number give one key: `+49 158/345`, `0049158345`, `0158-345`, `(0)158 345`.
Extensions go. A country code is cut where it is marked (+, 00, 011) or where the row's country has it and
only so the length fits that country's plan. What cannot be settled keeps its last digits.
"""

from functools import lru_cache

import pyarrow as pa
from duckdb import DuckDBPyConnection
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

MIN_DIGITS = 6
MAX_DIGITS = 18
LONGEST_NATIONAL = 12  # digits; a longer one that starts with the country's code has it in front


def _register_plans(connection: DuckDBPyConnection, values: str) -> None:
    """Create `calling_plans(country, code, lengths)` for the countries of the values."""
    found = connection.execute(f"select distinct country from {values} where country <> ''").fetchall()
    table = _plans(tuple(sorted(country for (country,) in found)))
    connection.register("plans", table)
    connection.execute("create or replace temp table calling_plans as from plans")
    connection.unregister("plans")


@lru_cache(maxsize=512)
def _plans(countries: tuple[str, ...]) -> pa.Table:
    plans = []
    for country in countries:
        metadata = PhoneMetadata.metadata_for_region(country.upper(), None)
        if metadata is not None:
            kinds = [kind for kind in (metadata.fixed_line, metadata.mobile) if kind is not None]
            lengths = sorted({length for kind in kinds for length in kind.possible_length})
            plans.append((country, str(metadata.country_code), lengths))
    return pa.table(
        {
            "country": pa.array([plan[0] for plan in plans], pa.string()),
            "code": pa.array([plan[1] for plan in plans], pa.string()),
            "lengths": pa.array([plan[2] for plan in plans], pa.list_(pa.int32())),
        }
    )


def standardise_phones(connection: DuckDBPyConnection, values: str, *, forms: str) -> None:
    """Create `forms(raw, country, phone)` from `values(raw, country)`; country is '' where unknown."""
    _register_plans(connection, values)
    codes = "|".join(str(code) for code in COUNTRY_CODE_TO_REGION_CODE)
    connection.execute(f"""
create or replace temp table {forms} as
with written as (
    select raw, country, regexp_replace(
        regexp_replace(lower(raw),
            '(?:;|,|\\b) *(?:ext(?:ension)?|x|durchwahl|dw|poste|ramal|anexo|#)[ .:=]*[0-9]{{1,6}} *$', ''),
        '[(] *0 *[)]', '') as text
    from {values}
), digits as (
    select raw, country, regexp_replace(text, '[^0-9]', '', 'g') as digits,
        regexp_matches(text, '^[^0-9]*[+]') as is_marked
    from written
), dialled as (
    select raw, country,
        case when regexp_matches(digits, '^00[1-9]') then substr(digits, 3)
            when regexp_matches(digits, '^011[2-9][0-9]{{9,}}') then substr(digits, 4) else digits end
                as digits,
        is_marked or regexp_matches(digits, '^00[1-9]') or regexp_matches(digits, '^011[2-9][0-9]{{9,}}')
            as is_marked
    from digits
), planned as (
    select dialled.*, plan.code, plan.lengths
    from dialled left join calling_plans as plan on plan.country = dialled.country
), national as (
    select raw, country, case
        when is_marked then regexp_replace(digits, '^(?:{codes})', '')
        when code is not null and code <> '1' and starts_with(digits, code)
            and list_contains(lengths, length(digits) - length(code))
            and (length(digits) >= {LONGEST_NATIONAL} or not list_contains(lengths, length(digits)))
            then substr(digits, length(code) + 1)
        when coalesce(code, '1') = '1' and regexp_full_match(digits, '1[2-9][0-9]{{2}}[2-9][0-9]{{6}}')
            then substr(digits, 2)
        when code = '7' and length(digits) = 11 and starts_with(digits, '8') then substr(digits, 2)
        else digits end as digits
    from planned
), significant as (select raw, country, ltrim(digits, '0') as digits from national)
select raw, country, case
    when length(digits) not between {MIN_DIGITS} and {MAX_DIGITS} then null
    when regexp_full_match(digits, '{_placeholders()}') then null
    else digits end as phone
from significant
""")


def _placeholders() -> str:
    repeated = "|".join(f"{digit}+" for digit in range(10))
    return (
        f"{repeated}|1?(?:123456|1234567|12345678|123456789|1234567890|234567890|5551212|5555551234|"
        f"9876543210)"
    )
