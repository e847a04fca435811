"""Term frequencies: how common a value is, so that agreeing on a rare one says more.

A name is as common as its records. A contact (phone, e-mail, address) is as common as the parties that
share it: ten records of one person do not make her phone a switchboard, ten family names do. So contacts
are counted by distinct names, organisations' also by distinct addresses. Values shared by many parties
thereby weigh little, without any list.

The weight of an agreement on value v is log2(m / u) + log2(reference / frequency(v)), with
reference = sum of squared frequencies, the frequency expected of a value on which two random records
agree (Winkler 2000, "Frequency-based matching in the Fellegi-Sunter model").
"""

from collections.abc import Iterable, Mapping

import duckdb
import pyarrow as pa

from resolution.domain.attributes import PartyType
from resolution.matching.comparisons import Comparison
from resolution.matching.model import TermFrequencies

CONTACTS = frozenset({"email", "email_local", "phone_key", "address_key", "web_domain", "work_domain"})
SHARED_BY_KIN = CONTACTS | {"employer_key"}
# Bits that the rarity of such a value may add at most. Employer, address and switchboard of colleagues are
# one fact told three times; in large data, where a few values are very common, the sum would outweigh names.
MOST_RARITY = 3.0
SHARED_FROM = 8  # parties; a contact of so many is reported as shared
SHARED_REPORTED = 200  # values by column kept for the report

_PERSON_HOLDERS = "count(DISTINCT family_name)"
_ORGANIZATION_HOLDERS = (
    "greatest(count(DISTINCT left(org_compact, 6)),"
    " count(DISTINCT coalesce(house_number, '') || left(street, 3)))"
)


def tf_columns(comparisons: Iterable[Comparison]) -> tuple[str, ...]:
    """Return the columns whose term frequencies the comparisons use."""
    return tuple(sorted({lv.tf_column for c in comparisons for lv in c.levels if lv.tf_column}))


def _holders(column: str, party_type: PartyType) -> str:
    if column not in CONTACTS:
        return "count(*)"
    if party_type is PartyType.PERSON:
        return f"greatest({_PERSON_HOLDERS}, 1)"
    if column == "address_key":
        return "greatest(count(DISTINCT left(org_compact, 6)), 1)"
    return f"greatest({_ORGANIZATION_HOLDERS}, 1)"


def learn_frequencies(
    connection: duckdb.DuckDBPyConnection, table: str, *, columns: Iterable[str], party_type: PartyType
) -> dict[str, TermFrequencies]:
    """Return the term frequencies of each column; values held once share the default."""
    learned = {}
    for column in columns:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE value_counts AS SELECT {column} AS value,"
            f" {_holders(column, party_type)}::DOUBLE AS holders, count(*)::DOUBLE AS records"
            f" FROM {table} WHERE {column} IS NOT NULL GROUP BY ALL"
        )
        total, squares, records, agreeing = connection.execute(
            "SELECT coalesce(sum(holders), 1), coalesce(sum(holders * holders), 1),"
            " coalesce(sum(records), 0), coalesce(sum(records * (records - 1)), 0) FROM value_counts"
        ).fetchone() or (1.0, 1.0, 0.0, 0.0)
        reference = squares / total**2
        rarest = reference / 2.0**MOST_RARITY if column in SHARED_BY_KIN else 0.0
        common = connection.execute(
            "SELECT value, holders / $total FROM value_counts"
            " WHERE holders > 1 AND holders / $total > $rarest ORDER BY value",
            {"total": total, "rarest": rarest},
        ).fetchall()
        shared = connection.execute(
            f"SELECT value FROM value_counts WHERE holders >= {SHARED_FROM} ORDER BY holders DESC, value"
            f" LIMIT {SHARED_REPORTED}"
        ).fetchall()
        learned[column] = TermFrequencies(
            values=dict(common),
            default=max(1.0 / total, rarest),
            reference=reference,
            agreement=agreeing / max(records * (records - 1), 1.0),
            shared=tuple(v for (v,) in shared) if column in CONTACTS else (),
        )
    return learned


def frequency_columns(
    connection: duckdb.DuckDBPyConnection, *, frequencies: Mapping[str, TermFrequencies]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return columns `tf_<column>` for the match input `t` and the joins that they need.

    The frequencies are the model's, never counted anew. Makes a table for each.
    """
    joins, selected = [], []
    for column, learned in frequencies.items():
        name = f"frequency_of_{column}"
        lookup = pa.table(
            {"value": pa.array(list(learned.values), pa.string()), "tf": list(learned.values.values())}
        )
        connection.register("learned_frequencies", lookup)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM learned_frequencies")
        connection.unregister("learned_frequencies")
        joins.append(f"LEFT JOIN {name} ON {name}.value = t.{column}")
        default = f"CASE WHEN t.{column} IS NOT NULL THEN {learned.default!r}::DOUBLE END"
        selected.append(f"coalesce({name}.tf, {default}) AS tf_{column}")
    return tuple(selected), tuple(joins)
