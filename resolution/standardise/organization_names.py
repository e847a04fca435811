"""Organisation names in comparison form: the core name, and the legal form apart.

`&`, `+`, und, y, et read as `and`; dotted and spaced acronyms are joined (g.m.b.h. → gmbh, i b m → ibm);
`the` in front goes; words in parentheses stay. Legal forms are cut from the end (twice, for chains such as
`gmbh & co kg`) and some from the start, never if nothing would remain. A part behind `dba`, `t/a`,
`formerly` … is another name of the same party.
"""

from functools import cache

import pyarrow as pa
from duckdb import DuckDBPyConnection

from resolution.standardise.folding import fold_values
from resolution.standardise.lexicon import variants

LONGEST_FORM = 5  # words of a legal form looked for at the end of a name
_OTHER_NAME = (
    r"(?:\bd/?b/?a\b|\bt/a\b|\btrading as\b|\bdoing business as\b|\ba/?k/?a\b|\bals(?:o)? known as\b)"
)
_FORMER_NAME = (
    r"(?:\bformerly(?: known "
    r"as)?\b|\bf/?k/?a\b|\bvormals\b|\behemals\b|\bpreviously\b|\banciennement\b|\bgia\b )"
)


def _joined_dots(text: str) -> str:
    """Return SQL that joins dotted acronyms and makes other dots spaces."""
    return (
        f"case when contains({text}, '.') then array_to_string(list_transform(string_split({text}, ' '), "
        "word -> case when regexp_full_match(word, '[(]?(?:[a-z][.])+[a-z]?[),;.]*') "
        "then regexp_replace(word, '[^a-z]', '', 'g') else replace(word, '.', ' ') end), ' ') "
        f"else {text} end"
    )


def _joined_letters(text: str) -> str:
    """Return SQL that joins runs of single letters: `i b m` → `ibm`."""
    marked = f"regexp_replace({text}, '\\b([a-z])\\b', '<\\1>', 'g')"
    return (
        f"case when regexp_matches({text}, '\\b[a-z] [a-z]\\b') "
        f"then replace(replace(replace({marked}, '> <', ''), '<', ''), '>', '') else {text} end"
    )


@cache
def _legal_forms(place: str) -> pa.Table:
    forms = variants("legal_forms", place)
    return pa.table({"variant": list(forms), "form": list(forms.values())})


def _register_legal_forms(connection: DuckDBPyConnection) -> None:
    for place in ("trailing", "leading"):
        connection.register(f"legal_{place}", _legal_forms(place))
        connection.execute(f"create or replace temp table legal_forms_{place} as from legal_{place}")
        connection.unregister(f"legal_{place}")


def _cut_trailing(connection: DuckDBPyConnection, names: str) -> None:
    """Cut the longest legal form from the end of each `words` in `names(words, legal_form, …)`.

    Tails are made only of names whose last word ends some form: few, and making them costs most.
    """
    tails = ", ".join(
        f"case when last_words.word is not null then array_to_string(parts[-{n}:], ' ') end as tail_{n}"
        for n in range(1, LONGEST_FORM + 1)
    )
    joins = " ".join(
        f"left join legal_forms_trailing as form_{n} on form_{n}.variant = tail_{n} and len(parts) > {n}"
        for n in range(1, LONGEST_FORM + 1)
    )
    longest = range(LONGEST_FORM, 0, -1)
    found = "coalesce(" + ", ".join(f"form_{n}.form" for n in longest) + ")"
    variant = "coalesce(" + ", ".join(f"form_{n}.variant" for n in longest) + ")"
    connection.execute(f"""
create or replace temp table {names} as
with last_words as (
    select distinct split_part(variant, ' ', -1) as word from legal_forms_trailing
), tailed as (
    select raw, part, words, legal_form, parts, {tails}
    from (select raw, part, words, legal_form, string_split(words, ' ') as parts from {names}) as named
    left join last_words on last_words.word = named.parts[-1]
)
select raw, part, case when {variant} is null then words
        else regexp_replace(left(words, length(words) - length({variant}) - 1), ' and$', '') end as words,
    coalesce(legal_form, {found}) as legal_form
from tailed {joins}
""")


def _cut_leading(connection: DuckDBPyConnection, names: str) -> None:
    connection.execute(f"""
create or replace temp table {names} as
select raw, part, case when form.variant is null then words else substr(words,
    length(form.variant) + 2) end as words,
    coalesce(legal_form, form.form) as legal_form
from {names} left join legal_forms_leading as form
    on form.variant = split_part(words, ' ', 1) and contains(words, ' ')
""")


def standardise_organization_names(connection: DuckDBPyConnection, values: str, *, forms: str) -> None:
    """Create `forms(raw, name, legal_form, alias, former)` from the names in `values(raw)`."""
    _register_legal_forms(connection)
    fold_values(connection, values, forms=f"{forms}_folded")
    parts = f"{forms}_parts"
    connection.execute(f"""
create or replace temp table {parts} as
with cut as (
    select raw, regexp_split_to_array(folded, '{_OTHER_NAME}|{_FORMER_NAME}') as names,
        regexp_matches(folded, '{_FORMER_NAME}') as is_former
    from {forms}_folded
), listed as (
    select raw, case when trim(regexp_replace(names[1], '[^a-z0-9]+', ' ', 'g')) = '' then names[2:]
        else names end as names,
        is_former
    from cut
), named as (
    select raw, 'name' as part, names[1] as name from listed
    union all
    select raw, case when is_former then 'former' else 'alias' end, names[2] from listed where len(names) > 1
)
select raw, part, {_joined_letters("words")} as words, null::varchar as legal_form
from (
    select raw, part, regexp_replace(regexp_replace(trim(regexp_replace({_joined_dots("name")},
        '[^a-z0-9]+', ' ', 'g')),
        '\\b(?:und|et|y|og|och)\\b', 'and', 'g'), '^the ([a-z0-9])', '\\1') as words
    from (select raw, part, regexp_replace(replace(name, '''', ''), ' ?[&+] ?', ' and ', 'g') as name
        from named)
)
""")
    _cut_trailing(connection, parts)
    _cut_trailing(connection, parts)
    _cut_leading(connection, parts)
    connection.execute(f"""
create or replace temp table {forms} as
select raw, max(nullif(words, '')) filter (part = 'name') as name,
    max(legal_form) filter (part = 'name') as legal_form,
    max(nullif(words, '')) filter (part = 'alias') as alias,
    max(nullif(words, '')) filter (part = 'former') as former
from {parts} group by raw
""")
    connection.execute(f"drop table {forms}_folded; drop table {parts}")
