"""The match input: party records of one type with everything that comparisons and blocking look at.

One row per record, `match_person` or `match_organization`, made from `party_records` by SQL alone. A
row depends on its own record and on the model's word weights, never on other rows, so that a record
scored alone gets the same row as in a batch (DESIGN.md, law 3).
"""

import math
from collections.abc import Iterable, Mapping
from functools import cache

import duckdb
import pyarrow as pa
from nicknames import NickNamer

from resolution.domain.attributes import PartyType

# Mail providers and switchboard values are handled by frequency; this is only the shortest local part
# that can say something about a person.
RARE_WORD_MIN_LENGTH = 3

_EMAIL = """
    email, email_local, email_domain, emails_alt,
    left(email, 3) AS email_start, regexp_replace(email, '[^0-9]+', '', 'g') AS email_digits,
    coalesce(is_role_email, false) AS role_email,
    CASE WHEN NOT coalesce(is_free_email, false) THEN email_domain END AS work_domain,
    nullif(trim(list_aggregate(list_sort(string_split_regex(
        regexp_replace(email_local, '[0-9]+', '', 'g'), '[._\\-]+')), 'string_agg', ' ')), '') AS local_key
"""

_PLACE = """
    street, house_number, postcode, city,
    street || '|' || coalesce(house_number, '') || '|' || coalesce(postcode, city) AS address_key,
    CASE WHEN addresses_alt IS NOT NULL THEN list_filter(list_append(
        list_transform(addresses_alt, a -> a.street || '|' || coalesce(a.house_number, '') || '|'
            || coalesce(a.postcode, a.city)),
        street || '|' || coalesce(house_number, '') || '|' || coalesce(postcode, city)), k -> k IS NOT NULL)
    END AS address_keys
"""

# Of these a party has one by country at a time: two speak of two parties. A passport is renewed too, but
# is often all that tells relatives apart; where renewals are common, the veto goes out of force. Licences are
# many, and what `other` ones are nobody knows: those can agree, not disagree.
_SINGLE_KINDS = "'^(tax|national|social_security|passport|lei|registration):'"
_SINGLE = f"list_filter(identifiers, i -> regexp_matches(i, {_SINGLE_KINDS}))"
_FURTHER = f"list_filter(identifiers, i -> NOT regexp_matches(i, {_SINGLE_KINDS}))"

_PHONE_AND_IDS = f"""
    phone, right(phone, 8) AS phone_key, right(phone, 7) AS phone_tail, phones_alt,
    CASE WHEN length(phone) >= 8 THEN left(phone, -3) END AS phone_stem,
    list_transform({_SINGLE}, i -> string_split(i, ':')[1]) AS id_kinds,
    list_transform({_SINGLE}, i -> string_split(i, ':')[1] || ':' || string_split(i, ':')[2]) AS id_issuers,
    list_transform(list_filter({_SINGLE}, i -> string_split(i, ':')[2] = ''),
        i -> string_split(i, ':')[1]) AS id_kinds_of_anywhere,
    list_transform({_FURTHER}, i -> string_split(i, ':')[1] || ':' || string_split(i, ':')[3])
        AS id_further_values,
    list_transform(identifiers, i -> string_split(i, ':')[1] || ':' || string_split(i, ':')[3]) AS id_values
"""

_PERSON_SQL = f"""
CREATE OR REPLACE TEMP TABLE {{target}} AS
SELECT record_id, source, observed_at,
    p.given_name, middle_name, family_name, full_name, name_suffix,
    given_names_alt, family_names_alt,
    coalesce(n.forms, CASE WHEN length(p.given_name) > 1 THEN [p.given_name] END) AS given_forms,
    coalesce(n.initials, [left(p.given_name, 1)]) AS given_initials,
    coalesce(len(n.forms) > 1, false) AS has_nickname,
    list_filter(string_split(family_name, ' '), t -> length(t) >= 3) AS family_tokens,
    contains(family_name, ' ') AS is_double_name,
    list_aggregate(list_sort(list_filter(string_split(full_name, ' '), t -> length(t) > 1)),
        'string_agg', ' ') AS name_key,
    birth_date, birth_dates_alt, gender, job_title, birth_place,
    employer, employer AS employer_key,
    {_EMAIL}, {_PHONE_AND_IDS}, {_PLACE}
FROM {{records}} p LEFT JOIN nickname_forms n ON n.given_name = p.given_name
WHERE party_type = 'person' AND NOT coalesce(is_deleted, false)
"""

_ORGANIZATION_SQL = f"""
CREATE OR REPLACE TEMP TABLE {{target}} AS
WITH words AS (
    SELECT record_id, unnest(org_tokens) AS word FROM {{records}}
    WHERE party_type = 'organization' AND org_tokens IS NOT NULL
), weighted AS (
    SELECT record_id, word, coalesce(w.weight, {{default_weight}})::FLOAT AS weight
    FROM words LEFT JOIN word_weights w USING (word)
), token_lists AS (
    SELECT record_id,
        map_from_entries(list_sort(list((word, weight)))) AS token_weights,
        sum(weight::DECIMAL(18, 6)) AS token_total, -- exact: doubles add up by order of threads
        list_sort(list((-weight, word)) FILTER (length(word) >= {RARE_WORD_MIN_LENGTH})) AS rarest
    FROM weighted GROUP BY record_id
)
SELECT p.record_id, source, observed_at,
    org_name, org_names_alt, org_tokens, replace(org_name, ' ', '') AS org_compact,
    t.token_weights, t.token_total::DOUBLE AS token_total,
    t.rarest[1][2] AS rare_word, t.rarest[2][2] AS rare_word_2,
    least(t.rarest[1][2], t.rarest[2][2]) || ' ' || greatest(t.rarest[1][2], t.rarest[2][2]) AS rare_pair,
    CASE WHEN len(string_split(org_name, ' ')) BETWEEN 3 AND 7 THEN
        list_aggregate(list_transform(string_split(org_name, ' '), w -> w[1]), 'string_agg', '')
        END AS acronym,
    web_domain,
    {_EMAIL}, {_PHONE_AND_IDS}, {_PLACE}
FROM {{records}} p LEFT JOIN token_lists t USING (record_id)
WHERE party_type = 'organization' AND NOT coalesce(is_deleted, false)
"""


def register_nicknames(connection: duckdb.DuckDBPyConnection) -> None:
    """Create table `nickname_forms`: a given name and the formal names that it may stand for.

    Source: the `nicknames` package (carltonnorthern/nickname-and-diminutive-names-lookup).
    """
    connection.register("nickname_rows", nickname_table())
    connection.execute("CREATE OR REPLACE TEMP TABLE nickname_forms AS SELECT * FROM nickname_rows")
    connection.unregister("nickname_rows")


@cache
def nickname_table() -> pa.Table:
    """Return the rows of `nickname_forms`."""
    names = NickNamer()
    known = sorted({name for pair in NickNamer.default_lookup().items() for name in (pair[0], *pair[1])})
    rows = [(name, sorted({name, *names.canonicals_of(name)})) for name in known]
    return pa.table(
        {
            "given_name": [r[0] for r in rows],
            "forms": [r[1] for r in rows],
            "initials": [sorted({form[0] for form in r[1]}) for r in rows],
        }
    )


def learn_word_weights(
    connection: duckdb.DuckDBPyConnection, party_type: PartyType, *, records: str = "party_records"
) -> tuple[dict[str, float], float]:
    """Return the weight of each word that several organisations use, and that of all other words.

    The weight is log2(organisations / organisations with the word): the information of the word.
    """
    if party_type is not PartyType.ORGANIZATION:
        return {}, 0.0
    named = f"FROM {records} WHERE party_type = 'organization' AND org_tokens IS NOT NULL"
    row = connection.execute(f"SELECT count(*) {named}").fetchone()
    total = max(row[0] if row else 0, 2)
    words = connection.execute(
        f"SELECT word, log2({total} / count(*)) FROM (SELECT unnest(org_tokens) AS word {named})"
        " GROUP BY word HAVING count(*) > 1 ORDER BY word"
    ).fetchall()
    return {word: round(weight, 4) for word, weight in words}, round(math.log2(total), 4)


def register_word_weights(connection: duckdb.DuckDBPyConnection, weights: Mapping[str, float]) -> None:
    """Create table `word_weights` from the model's value."""
    values = {
        "word": pa.array(list(weights), pa.string()),
        "weight": pa.array(list(weights.values()), pa.float64()),
    }
    connection.register("learned_words", pa.table(values))
    connection.execute("CREATE OR REPLACE TEMP TABLE word_weights AS SELECT * FROM learned_words")
    connection.unregister("learned_words")


def build_match_input(
    connection: duckdb.DuckDBPyConnection,
    party_type: PartyType,
    *,
    records: str = "party_records",
    target: str | None = None,
    default_weight: float = 10.0,
) -> str:
    """Create the match input of one party type, temporary, and return the name of its table.

    `resolution.matching.preparing.complete_input` makes the lasting one of it.
    """
    name = target or f"bare_match_{party_type.value}"
    template = _PERSON_SQL if party_type is PartyType.PERSON else _ORGANIZATION_SQL
    connection.execute(template.format(target=name, records=records, default_weight=default_weight))
    return name


def add_columns(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    *,
    target: str,
    columns: Iterable[str] = (),
    looked_up: Iterable[str] = (),
    joins: Iterable[str] = (),
) -> None:
    """Create table `target`: a match input with columns more, SQL over its row `t`.

    `looked_up` are those that also read `joins`. Both are made beside the record ids alone: to carry whole
    rows through a dozen joins costs five times as much.
    """
    _beside(connection, table, columns=columns, target="added")
    _beside(connection, table, columns=looked_up, joins=joins, target="looked_up")
    connection.execute(
        f"CREATE OR REPLACE TABLE {target} AS"
        " SELECT t.*, added.* EXCLUDE (record_id), looked_up.* EXCLUDE (record_id)"
        f" FROM {table} t JOIN added USING (record_id) JOIN looked_up USING (record_id)"
    )
    connection.execute("DROP TABLE added; DROP TABLE looked_up")


def _beside(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    *,
    columns: Iterable[str],
    target: str,
    joins: Iterable[str] = (),
) -> None:
    selected = ", ".join(["t.record_id", *columns])
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {target} AS SELECT {selected} FROM {table} t {' '.join(joins)}"
    )


def filled_columns(
    connection: duckdb.DuckDBPyConnection, table: str, *, columns: Iterable[str], least_share: float
) -> frozenset[str]:
    """Return the columns that hold a value in at least `least_share` of rows."""
    wanted = sorted(set(columns))
    parts = ", ".join(f"count({c})" for c in wanted)
    row = connection.execute(f"SELECT count(*), {parts} FROM {table}").fetchone() or ()
    total = max(row[0], 1)
    counts = zip(wanted, row[1:], strict=True)
    return frozenset(c for c, filled in counts if filled and filled / total >= least_share)
