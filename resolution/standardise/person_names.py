"""People's names in comparison form: given, middle, family, suffix.

A whole name is read as `Family, Given Middle` when it has a comma, else as `Given Middle Family` with the
particles (van, de, …) on the side of the family. Titles and credentials go, a suffix (jr, iii) is kept
apart, a nickname in quotes or parentheses becomes another given name.
"""

from functools import cache

from duckdb import DuckDBPyConnection

from resolution.standardise.folding import fold_values, romanised_name
from resolution.standardise.lexicon import alternatives, sql_set, variants, words

_LEXICON = "person_titles"


@cache
def _suffix_case(expression: str) -> str:
    whens = " ".join(
        f"when '{variant}' then '{form}'" for variant, form in sorted(variants(_LEXICON, "suffixes").items())
    )
    return f"case {expression} {whens} end"


@cache
def _titles() -> str:
    return alternatives(words(_LEXICON, "titles"))


@cache
def _safe_titles() -> str:
    return alternatives(set(words(_LEXICON, "titles")) - set(words(_LEXICON, "cautious_titles")))


@cache
def _tails() -> str:
    return alternatives([*variants(_LEXICON, "suffixes"), *words(_LEXICON, "credentials")])


def _letters(expression: str, *, hyphen: str) -> str:
    """Return SQL for the words of a name: apostrophes closed up, everything else but letters a space."""
    closed = f"replace(replace({expression}, '''', ''), '-', '{hyphen}')"
    return f"trim(regexp_replace({closed}, '[^a-z0-9_,]+', ' ', 'g'))"


def _without_peerage(expression: str) -> str:
    """Return SQL that cuts a rank behind a name (`thomas clifford,1st baron chudleigh`)."""
    ordinal, rank = "(?:the )?[0-9]+(?:st|nd|rd|th)", alternatives(words(_LEXICON, "peerage"))
    return (
        f"regexp_replace({expression}, '^(.*?[a-z]{{2,}})(?:[ ,]+{ordinal} [a-z].*|,(?:the "
        f")?(?:{ordinal}|{rank})\\b.*)$', '\\1')"
    )


def _alphabetic(expression: str) -> str:
    """Return SQL for words of letters only: words that start with a digit go, other digits too."""
    text = f"regexp_replace(replace({expression}, '_', ' '), '(?:^| )[0-9][^ ]*|[0-9]', '', 'g')"
    return f"trim(regexp_replace({text}, ' +', ' ', 'g'))"


def _without_titles(expression: str) -> str:
    """Return SQL that cuts titles before a name; a doubtful one only where two words remain."""
    safe = f"regexp_replace({expression}, '^(?:{_safe_titles()} )+', '')"
    return f"regexp_replace({safe}, '^(?:{_titles()} )+([a-z0-9_]+ [a-z_]{{2,}})', '\\1')"


def standardise_full_names(connection: DuckDBPyConnection, values: str, *, forms: str) -> None:
    """Create `forms(raw, given, middle, family, suffix, nickname)` from whole names in `values(raw)`."""
    fold_values(connection, values, forms=f"{forms}_folded", romanise=romanised_name)
    _order_names(connection, forms)
    particles = f"(?: {alternatives(words(_LEXICON, 'particles'))})* [^ ]+$"
    connection.execute(f"""
create or replace temp table {forms} as
with parts as materialized (
    select raw, nickname, coalesce(nullif(named_tail, ''), family_tail) as tail,
        case when is_reversed then family_half when not contains(named, ' ') then named
            else trim(regexp_extract(named, '{particles}')) end as family,
        case when is_reversed then named when not contains(named, ' ') then ''
            else regexp_replace(named, '{particles}', '') end as given
    from {forms}_ordered
), words as materialized (
    select raw, nickname, tail, {_alphabetic("family")} as family, {_alphabetic("given")} as given from parts
)
select raw,
    nullif(split_part(given, ' ', 1), '') as given,
    nullif(substr(given, length(split_part(given, ' ', 1)) + 2), '') as middle,
    case when family not in {sql_set(_empty_names())} then nullif(family, '') end as family,
    {_suffix_case("tail")} as suffix,
    nullif(nickname, '') as nickname
from words
""")
    connection.execute(f"drop table {forms}_folded; drop table {forms}_ordered")


def _order_names(connection: DuckDBPyConnection, forms: str) -> None:
    """Create `<forms>_ordered`: names without titles and tails, in halves where a comma turns them round."""
    noise = f'<[^>]*>|["(][^")]*[")]|\\b{alternatives(words(_LEXICON, "phrases"))}\\b'
    tails = _tails()
    without_tail = "regexp_replace({}, ' " + f"{tails}(?: {tails})*$', '')"
    connection.execute(f"""
create or replace temp table {forms}_ordered as
with plain as (
    select raw, regexp_extract(folded, '["(] *([a-z]+) *[")]', 1) as nickname,
        regexp_replace(regexp_replace(folded, '{noise}', ' ', 'g'), '[.]', '. ', 'g') as name
    from {forms}_folded
), spaced as (
    select raw, nickname, trim(regexp_replace({_letters("name", hyphen="_")}, ' *,[ ,]*', ',', 'g'), ' ,')
        as name from plain
), untitled as materialized (
    select raw, nickname, {_without_peerage("name")} as name from spaced
), tailed as (
    select raw, nickname,
        regexp_replace(trim(regexp_replace(name, ',({tails})(,{tails})*$', ' \\1'), ','),
            '^([^,]+),([^,]+),(.*)$', '\\1,\\2') as name
    from untitled
), halves as (
    select raw, nickname, contains(name, ',') as is_reversed, split_part(name, ',', 1) as family_half,
        case when contains(name, ',') then split_part(name, ',', 2) else name end as named
    from tailed
)
select raw, nickname, is_reversed, {_without_titles(without_tail.format("family_half"))} as family_half,
    regexp_extract(family_half, ' ({tails})$', 1) as family_tail,
    {_without_titles(without_tail.format("named"))} as named,
    split_part(regexp_extract(named, ' ({tails}(?: {tails})*)$', 1), ' ', 1) as named_tail
from halves
""")


def standardise_name_words(connection: DuckDBPyConnection, values: str, *, forms: str) -> None:
    """Create `forms(raw, words, first, rest, suffix)` from given, middle or family names in `values(raw)`."""
    fold_values(connection, values, forms=f"{forms}_folded")
    letters = _letters("""regexp_replace(folded, '["(][^")]*[")]', ' ', 'g')""", hyphen=" ")
    connection.execute(f"""
create or replace temp table {forms} as
with cleaned as (
    select raw, trim(replace({letters}, ',', ' ')) as name
    from {forms}_folded
), ended as (
    select raw, {_without_titles(f"regexp_replace(name, ' {_tails()}$', '')")} as name,
        regexp_extract(name, ' ({_tails()})$', 1) as tail
    from cleaned
), kept as (
    select raw, tail, case when cut in {sql_set(_empty_names())} then '' else cut end as name
    from (select raw, tail, {_alphabetic("name")} as cut from ended)
)
select raw, nullif(name, '') as words,
    nullif(split_part(name, ' ', 1), '') as first,
    nullif(trim(regexp_replace(name, '^[^ ]+', '')), '') as rest,
    {_suffix_case("tail")} as suffix
from kept
""")
    connection.execute(f"drop table {forms}_folded")


def _empty_names() -> set[str]:
    """Return titles that alone are no name; Earl, Duke and Prince are also given names."""
    return {
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "herr",
        "frau",
        "jr",
        "sr",
        "sir",
        "bt",
        "bart",
        "baronet",
        "of",
        "viscount",
        "marquess",
    }


def suffix_of(expression: str) -> str:
    """Return SQL for the canonical suffix (jr, sr, ii …) of a suffix column, NULL when it is none."""
    return _suffix_case(f"regexp_replace(lower({expression}), '[^a-z0-9]', '', 'g')")
