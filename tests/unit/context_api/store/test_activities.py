import re
from enum import StrEnum
from pathlib import Path

import pytest

from context_api.store.activities import (
    Activity,
    ActivityKind,
    ActivityParty,
    Relationship,
    RelationshipKind,
)

DBT = Path(__file__).parents[4] / "dbt" / "models" / "intermediate"


def test_activities_and_relationships_name_records_and_never_golden_ids() -> None:
    for table in (Activity, ActivityParty, Relationship):
        assert [name for name in table.model_fields if "golden" in name] == []


@pytest.mark.parametrize(
    ("model", "kinds"), [("int_activities", ActivityKind), ("int_relationships", RelationshipKind)]
)
def test_kinds_that_can_be_asked_for_are_those_that_the_warehouse_takes(
    model: str, kinds: type[StrEnum]
) -> None:
    stated = (DBT / f"{model}.yml").read_text()

    (listed,) = re.findall(r"^ +kind: \[(.*)\]$", stated, flags=re.MULTILINE)

    assert sorted(kinds) == sorted(listed.split(", "))
