"""E-mail addresses in comparison form, with what their two halves say.

Lower case; display name, `mailto:` and plus tag removed; mistyped and alternative domains of the large
providers joined; Gmail's dots ignored. A role address (info@, sales@) belongs to no one person.
"""

from functools import cache

import pyarrow as pa
from duckdb import DuckDBPyConnection

from resolution.standardise.folding import fold_values
from resolution.standardise.lexicon import pairs, sql_set, words

LOOSE = "[a-z0-9._%+''-]+@[a-z0-9.-]+"
# a lost dot (`gmailcom`) is a slip, not a reason to lose the address
DOMAIN = "[a-z0-9-]+(?:[.][a-z0-9-]+)+|[a-z0-9-]{6,}"
SHORTEST_ROLE_PREFIX = 4  # `sales.de@` is a role, `it.smith@` may be a person


@cache
def _typos() -> pa.Table:
    typos = pairs("emails", "typo_domains")
    return pa.table({"typo": list(typos), "meant": list(typos.values())})


def standardise_emails(connection: DuckDBPyConnection, values: str, *, forms: str) -> None:
    """Create `forms(raw, email, local, domain, is_free, is_role, display)` from `values(raw)`."""
    connection.register("email_typos", _typos())
    roles = words("emails", "roles")
    prefixes = [role for role in roles if len(role) >= SHORTEST_ROLE_PREFIX]
    first_word = "regexp_extract(local, '^[a-z]+')"
    fold_values(connection, values, forms=f"{forms}_folded")
    connection.execute(f"""
create or replace temp table {forms} as
with found as (
    select raw, regexp_extract(replace(folded, 'mailto:', ' '), '{LOOSE}') as address,
        case when contains(folded, '<') then trim(regexp_extract(raw, '^([^<@]*)<', 1), ' "') end as display
    from {forms}_folded
), halves as (
    select raw, display, regexp_replace(trim(split_part(address, '@', 1), '.''-'), '[+].*$', '') as local,
        trim(regexp_replace(split_part(address, '@', 2), '[.]+', '.', 'g'), '.-') as domain
    from found where address <> ''
), meant as materialized (
    select raw, display, local, coalesce(meant, domain) as domain from halves
        left join email_typos on typo = domain
), written as materialized (
    select raw, display, domain,
        case when domain = 'gmail.com' then replace(local, '.', '') else local end as local
    from meant where local <> '' and regexp_full_match(domain, '{DOMAIN}')
)
select raw, local || '@' || domain as email, local, domain,
    domain in {sql_set(words("emails", "free"))} as is_free,
    rtrim(local, '0123456789') in {sql_set(roles)}
        or (length({first_word}) < length(local) and {first_word} in {sql_set(prefixes)}) as is_role,
    nullif(display, '') as display
from written
where local || '@' || domain not in {sql_set(words("emails", "placeholders"))}
    and domain not in {sql_set(words("emails", "placeholder_domains"))}
""")
    connection.unregister("email_typos")
    connection.execute(f"drop table {forms}_folded")
