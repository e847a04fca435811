"""Countries, states, cities and postcodes in comparison form."""

from functools import cache
from typing import cast

import pyarrow as pa
from duckdb import DuckDBPyConnection
from rigour.territories import get_territories, lookup_territory

from resolution.standardise.folding import fold_values, romanised
from resolution.standardise.lexicon import load_lexicon, pairs


@cache
def country_code(name: str, *, is_strict: bool = False) -> str | None:
    """Return the lower-case ISO 3166 alpha-2 code of a country's name or code in any language.

    A name of a part (Texas, England) stands for its country, unless `is_strict`.
    """
    plain = _plain(name)
    extra = pairs("addresses", "countries_extra").get(plain)
    if extra is not None:
        return extra
    territory = lookup_territory(name) or lookup_territory(plain)
    if territory is None:
        return None
    code, _, part = territory.code.lower().partition("-")
    return code if len(code) == 2 and not (part and is_strict) else None


@cache
def state_codes() -> dict[str, str]:
    """Return `folded name or code -> code` of the states that addresses name, US states first."""
    codes: dict[str, str] = {}
    for country in ("us", "ca", "au", "de", "at", "ch", "in", "br", "mx"):
        for territory in sorted(get_territories(), key=lambda found: found.code):
            if territory.code.startswith(f"{country}-"):
                short = territory.code.split("-", 1)[1]
                codes.setdefault(short, short)
                codes.setdefault(_plain(territory.name), short)
        extra = cast("dict[str, dict[str, str]]", load_lexicon("addresses")["states_extra"])
        for name, short in extra.get(country, {}).items():
            codes.setdefault(name, short)
    return codes


def _plain(text: str) -> str:
    return " ".join("".join(letter if letter.isalnum() else " " for letter in romanised(text)).split())


def standardise_countries(connection: DuckDBPyConnection, values: str, *, forms: str) -> None:
    """Create `forms(raw, country)` from `values(raw)`; names that no list knows are left out."""
    raw = [row[0] for row in connection.execute(f"select raw from {values}").fetchall()]
    known = [(text, code) for text in raw if (code := country_code(text)) is not None]
    table = pa.table(
        {
            "raw": pa.array([text for text, _ in known], pa.string()),
            "country": pa.array([code for _, code in known], pa.string()),
        }
    )
    connection.register("country_forms", table)
    connection.execute(f"create or replace temp table {forms} as from country_forms")
    connection.unregister("country_forms")


def standardise_cities(connection: DuckDBPyConnection, values: str, *, forms: str) -> None:
    """Create `forms(raw, city)` from `values(raw)`."""
    fold_values(connection, values, forms=f"{forms}_folded")
    words = "trim(regexp_replace(replace(folded, '''', ''), '[^a-z0-9]+', ' ', 'g'))"
    connection.execute(f"""
create or replace temp table {forms} as
select raw, nullif(regexp_replace(regexp_replace({words}, '^(?:saint|sankt|sint|ste) ', 'st '),
    ' (?:[0-9]{{1,2}}|cedex.*)$', ''), '') as city
from {forms}_folded
""")
    connection.execute(f"drop table {forms}_folded")


def state_code(plain: str) -> str:
    """Return the short code of a folded state name, the name itself where none is known."""
    code = state_codes().get(plain)
    if code is not None:
        return code
    territory = lookup_territory(plain)
    return territory.code.split("-", 1)[1] if territory is not None and "-" in territory.code else plain


def standardise_states(connection: DuckDBPyConnection, values: str, *, forms: str) -> None:
    """Create `forms(raw, state)` from `values(raw)`: the short code, or the folded name without one."""
    standardise_cities(connection, values, forms=f"{forms}_plain")
    rows = connection.execute(f"select raw, city from {forms}_plain where city is not null").fetchall()
    table = pa.table(
        {
            "raw": pa.array([raw for raw, _ in rows], pa.string()),
            "state": pa.array([state_code(plain) for _, plain in rows], pa.string()),
        }
    )
    connection.register("state_forms", table)
    connection.execute(f"create or replace temp table {forms} as from state_forms")
    connection.unregister("state_forms")
    connection.execute(f"drop table {forms}_plain")


def postcode(expression: str) -> str:
    """Return SQL for a postcode in comparison form: letters and digits, ZIP+4 cut to five."""
    plain = f"regexp_replace(lower({expression}), '[^a-z0-9]', '', 'g')"
    bare = f"regexp_replace({plain}, '^(?:fl|[a-z])([0-9]{{4,5}})$', '\\1')"
    zip_code = (
        f"case when regexp_matches({expression}, '^ *[0-9]{{5}} *-? *[0-9]{{4}} *$') then left({bare}, "
        f"5) else {bare} end"
    )
    decimal = (
        f"case when regexp_matches({expression}, '^[0-9]+[.]0$') then left({plain}, length({plain}) - "
        f"1) else {zip_code} end"
    )
    return f"case when regexp_full_match({plain}, '0+|9{{5,}}|x+') then null else nullif({decimal}, '') end"
