"""E-mail addresses in comparison form, with what their two halves say.

Lower case; display name, `mailto:` and plus tag removed; mistyped and alternative domains of the large
providers joined; Gmail's dots ignored. A role address (info@, sales@) belongs to no one person.
"""

from duckdb import DuckDBPyConnection

from resolution.standardise.lexicon import alternatives, pairs, sql_set, sql_text, words
from resolution.standardise.folding import fold_values

ADDRESS = "[a-z0-9._%+''-]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:[.][a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+"


def standardise_emails(connection: DuckDBPyConnection, values: str, *, forms: str) -> None:
    """Create `forms(raw, email, local, domain, is_free, is_role, display)` from `values(raw)`."""
    typos = pairs("emails", "typo_domains")
    domain = " ".join(f"when {sql_text(old)} then {sql_text(new)}" for old, new in sorted(typos.items()))
    roles = alternatives(words("emails", "roles"))
    fold_values(connection, values, forms=f"{forms}_folded")
    connection.execute(f"""
create or replace temp table {forms} as
with found as (
    select raw, regexp_extract(replace(folded, 'mailto:', ' '), '{ADDRESS}') as address,
        case when contains(folded, '<') then trim(regexp_extract(raw, '^([^<@]*)<', 1), ' "') end as display
    from {forms}_folded
), halves as (
    select raw, display, regexp_replace(trim(split_part(address, '@', 1), '.''-'), '[+].*$', '') as local,
        case split_part(address, '@', 2) {domain} else split_part(address, '@', 2) end as domain
    from found
), written as (
    select raw, display, domain,
        case when domain = 'gmail.com' then replace(local, '.', '') else local end as local
    from halves where local <> '' and domain <> ''
)
select raw, local || '@' || domain as email, local, domain,
    domain in {sql_set(words("emails", "free"))} as is_free,
    regexp_full_match(local, '{roles}[0-9]*|{roles}[._-].*') as is_role,
    nullif(display, '') as display
from written
where local || '@' || domain not in {sql_set(words("emails", "placeholders"))}
    and domain not in {sql_set(words("emails", "placeholder_domains"))}
""")
    connection.execute(f"drop table {forms}_folded")
