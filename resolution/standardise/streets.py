"""Street lines in comparison form: house number, street, unit.

Handles numbers before and after the street, units (apt 4, #5, 12/34), boxes, glued types (Hauptstr.) and
maps the common words of a street to one form each. What looks like a whole address in one line is left to
`one_line_addresses`.
"""

from functools import cache

import pyarrow as pa
from duckdb import DuckDBPyConnection

from resolution.standardise.folding import fold_values
from resolution.standardise.lexicon import alternatives, pairs, variants, words

_FRONT = "[0-9]+[a-z]?(?: ?[-/] ?[0-9]+[a-z]?)?"
_NUMBER = "[0-9]+ ?[a-z]?(?: ?[-/] ?[0-9]+ ?[a-z]?)?"
_NUMBERED_ROADS = (
    "hwy|highway|route|rte|rt|road|rd|county road|cr|sr|us|state "
    "route|interstate|i|rr|box|lot|ave|avenue|km|ruta|carretera|bundesstrasse|via|calle|carrera|cra"
)

_MARKED = "\\b(?:bld|bldg|house|haus|dom|d|nr|n[or]?|num|numero|hausnummer|hnr)[. ]*([0-9]+[a-z]?)$"
_BOX = (
    "\\b(?:p[. ]*o[. ]*|g[. ]*p[. ]*o[. ]*|post office |postal )box[ #]*([0-9]+)"
    "|\\bpostfach *([0-9 ]+)|\\bapartado(?: postal)? *([0-9]+)|\\bboite postale *([0-9]+)"
)


def _numbered_part(text: str) -> str:
    """Return SQL for the part of a line with commas that holds the street, its units behind it."""
    joined = f"regexp_replace({text}, '^ *({_FRONT}) *, *|, *({_FRONT})(,|$)', ' \\1\\2 \\3', 'g')"
    numbered = f"regexp_extract({joined}, '(?:^|, *)([0-9]+[a-z]?(?:[-/][0-9]+)? +[^,]*[a-z]{{2}}[^,]*)', 1)"
    units = f"regexp_extract({joined}, '(?:^|,) *((?:{_unit_marks()})[. ]*#? *[0-9a-z-]+) *(?:,|$)', 1)"
    return (
        f"case when contains({text}, ',') and {numbered} <> '' then {numbered} || ' ' || {units} "
        f"else {joined} end"
    )


def _unit_marks() -> str:
    return alternatives(words("addresses", "unit_words"))


def unit_pattern() -> str:
    """Return the regular expression of a unit in a street line; group 1 is its number."""
    marks = alternatives(word for word in words("addresses", "unit_words") if word != "#")
    return f"(?:\\b{marks}\\b[. ]*#?|#) *([0-9]+ ?[a-z]?(?:-[0-9a-z]+)?|[a-z]?-?[0-9]+[a-z]?|[a-z])\\b"


@cache
def _street_words() -> pa.Table:
    forms = variants("addresses", "words")
    return pa.table({"word": list(forms), "form": list(forms.values())})


def _register_words(connection: DuckDBPyConnection) -> None:
    connection.register("words_patch", _street_words())
    connection.execute("create or replace temp table street_words as from words_patch")
    connection.unregister("words_patch")


def standardise_streets(connection: DuckDBPyConnection, values: str, *, forms: str) -> None:
    """Create `forms(raw, house_number, street, unit)` from street lines in `values(raw)`."""
    _register_words(connection)
    fold_values(connection, values, forms=f"{forms}_folded")
    _take_units(connection, forms)
    _take_numbers(connection, forms)
    connection.execute(f"""
create or replace temp table {forms} as
with exploded as (
    select raw, unnest(string_split_regex(street, ' +')) as word,
        generate_subscripts(string_split_regex(street, ' +'), 1) as place
    from {forms}_cut where street <> ''
), mapped as (
    select raw, string_agg(coalesce(form, exploded.word), ' ' order by place) as street
    from exploded left join street_words on street_words.word = exploded.word group by raw
)
select raw, house_number, mapped.street, unit from {forms}_cut left join mapped using (raw)
""")
    for step in ("folded", "lines", "cut"):
        connection.execute(f"drop table {forms}_{step}")


def _take_units(connection: DuckDBPyConnection, forms: str) -> None:
    """Create `<forms>_lines(raw, box, unit, line)`: boxes and units taken from the folded lines."""
    numbered = _numbered_part("regexp_replace(folded, '^([0-9]+) *- *([0-9]+(?:st|nd|rd|th))', '\\1 \\2')")
    slash = "^([0-9]+[a-z]?) ?/ ?([0-9]+[a-z]?) [a-z]"
    bare = "(?: (?:penthouse|apt|apartment|unit|suite|ste|flat|floor))+$"
    units = unit_pattern()
    connection.execute(f"""
create or replace temp table {forms}_lines as
with chosen as (
    select raw, {numbered} as folded from {forms}_folded
), cleaned as (
    select raw, regexp_replace(replace(folded, '''', ''), '[.,;:()"]+', ' ', 'g') as line from chosen
), spaced as (
    select raw, trim(regexp_replace(line, ' +', ' ', 'g')) as line from cleaned
), slashed as (
    select raw, line, regexp_replace(regexp_extract(line, '{_BOX}'), '[^0-9]', '', 'g') as box,
        regexp_extract(line, '{slash}', ['unit', 'house']) as slash
    from spaced
), parted as (
    select raw, box, slash.unit as slash_unit, case when slash.house <> ''
        then slash.house || regexp_replace(line, '^[0-9]+[a-z]? ?/ ?[0-9]+[a-z]?', '') else line end as line
    from slashed
)
select raw, box, coalesce(nullif(slash_unit, ''), regexp_extract(line, '{units}', 1)) as unit,
    trim(regexp_replace(regexp_replace(line, '{units}', ' '), '{bare}', '')) as line
from parted
""")


def _take_numbers(connection: DuckDBPyConnection, forms: str) -> None:
    """Create `<forms>_cut(raw, unit, house_number, street)`: house numbers taken from the lines."""
    written, kinds = variants("addresses", "words"), words("addresses", "street_types")
    types = alternatives(word for word, form in written.items() if form in kinds)
    glued = alternatives(pairs("addresses", "glued_types"))
    front = f"^({_FRONT}) +(?:[a-z].*|[0-9]+(?:st|nd|rd|th)\\b.*|[0-9]+ [a-z].*)$"
    within = f"^[a-z].*[a-z] ([0-9]+[a-z]?) (?:[nsew] [a-z].*|.*\\b{types}(?: [nsew]{{1,2}})?)$"
    split = f"([a-z]{{3,}})({glued})\\b|\\b([0-9]+)(?:st|nd|rd|th)\\b"
    connection.execute(f"""
create or replace temp table {forms}_cut as
with numbered as (
    select raw, box, unit, line, regexp_extract(line, '{_MARKED}', 1) as mark,
        regexp_extract(line, '{front}', 1) as front,
        regexp_extract(line, '{within}', 1) as within,
        case when regexp_matches(line, '\\b(?:{_NUMBERED_ROADS}) {_NUMBER}$') then ''
            else regexp_extract(line, '^[a-z].*[a-z] ({_NUMBER})$', 1) end as back
    from {forms}_lines
), parted as (
    select raw, unit,
        case when box <> '' then box when front <> '' then front when mark <> '' then mark
            when back <> '' then back else within end as house_number,
        case when box <> '' then 'po box' when front <> '' then substr(line, length(front) + 1)
            when mark <> '' then regexp_replace(line, '{_MARKED}', '')
            when back <> '' then left(line, length(line) - length(back))
            when within <> '' then regexp_replace(line, '^.* ' || within || ' ', '') else line end as street
    from numbered
)
select raw, nullif(replace(unit, ' ', ''), '') as unit,
    nullif(replace(house_number, ' ', ''), '') as house_number,
    trim(regexp_replace(regexp_replace(street, '[^a-z0-9]+', ' ', 'g'),
        '{split}', '\\1\\3 \\2', 'g')) as street
from parted
""")
