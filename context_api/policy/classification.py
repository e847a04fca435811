"""The classification of fields: who may see what is decided by it, and it is declared in one file."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

import yaml

from resolution.domain.attributes import PartyType

DECLARED_IN = "classification.yml"


class Classification(StrEnum):
    """How sensitive a field is."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PII = "pii"
    FINANCIAL = "financial"
    SECRET = "secret"  # noqa: S105 - a class of fields, not a password


@dataclass(frozen=True, slots=True)
class Classifications:
    """The declared classification of columns and of the attributes of golden records."""

    columns: Mapping[str, Classification]
    tables: Mapping[str, Mapping[str, Classification]]
    attributes: Mapping[PartyType, Mapping[str, Classification]]
    live_fields: Mapping[str, Classification]

    def of_column(self, table: str, column: str) -> Classification:
        """Return the class of a column of the store.

        Raises:
            KeyError: None is declared.
        """
        stated = self.tables.get(table, {})
        return stated[column] if column in stated else self.columns[column]

    def of_attribute(self, party_type: PartyType, attribute: str) -> Classification:
        """Return the class of an attribute of a golden record; `identifier.<kind>` goes by its kind first.

        Raises:
            KeyError: None is declared.
        """
        stated = self.attributes[party_type]
        return stated[attribute] if attribute in stated else stated[attribute.split(".", 1)[0]]

    def is_attribute(self, name: str) -> bool:
        """Say whether golden records may have an attribute of this name."""
        return any(name in stated or name.split(".", 1)[0] in stated for stated in self.attributes.values())

    def of_live_field(self, name: str) -> Classification:
        """Return the class of a field that a source was asked for live; personal where none is declared."""
        return self.live_fields.get(name, Classification.PII)


def of_record_id(record_id: str) -> Classification:
    """Return the class of a record id: that of a correspondent is a mail address, so it is personal."""
    return Classification.PII if "@" in record_id else Classification.INTERNAL


@cache  # declared in the package: it does not change while a process runs
def classifications() -> Classifications:
    """Return what is declared in the package."""
    content = (resources.files("context_api.policy") / DECLARED_IN).read_text("utf-8")
    declared: dict[str, Any] = yaml.safe_load(content)
    return Classifications(
        columns=_classes(declared["columns"]),
        tables={table: _classes(columns) for table, columns in declared["tables"].items()},
        attributes={PartyType(name): _classes(found) for name, found in declared["attributes"].items()},
        live_fields=_classes(declared["live_fields"]),
    )


def _classes(declared: Mapping[str, str]) -> dict[str, Classification]:
    return {name: Classification(stated) for name, stated in declared.items()}
