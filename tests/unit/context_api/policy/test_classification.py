"""Every field has a classification; one without fails here."""

import pytest

from context_api.audit.tables import metadata as audit_metadata
from context_api.policy.classification import Classification, classifications
from context_api.store.tables import metadata
from resolution.domain.attributes import IdentifierKind, PartyType
from resolution.survivorship_rules import ATTRIBUTES

TABLES = {**metadata().tables, **audit_metadata.tables}
COLUMNS = [(name, column.name) for name, table in sorted(TABLES.items()) for column in table.columns]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_every_column_of_the_store_is_classified(table: str, column: str) -> None:
    assert classifications().of_column(table, column) in Classification


@pytest.mark.parametrize("party_type", PartyType)
def test_every_attribute_of_a_golden_record_is_classified(party_type: PartyType) -> None:
    kinds = {f"identifier.{kind}" for kind in IdentifierKind}
    for attribute in ATTRIBUTES | kinds:
        assert classifications().of_attribute(party_type, attribute) in Classification


def test_nothing_is_classified_that_is_not_there() -> None:
    declared = classifications()
    stale = [
        f"{table}.{column}"
        for table, columns in declared.tables.items()
        for column in columns
        if table not in TABLES or column not in TABLES[table].columns
    ]

    assert stale == []
    assert set(declared.columns) <= {column for _, column in COLUMNS}


def test_sealed_parts_are_personal_and_their_keys_secret() -> None:
    declared = classifications()
    sealed = [(table, column) for table, column in COLUMNS if column.startswith("sealed_")]

    assert len(sealed) == 5
    assert {declared.of_column(*field) for field in sealed} == {Classification.PII}
    assert declared.of_column("record_keys", "salt") is Classification.SECRET
