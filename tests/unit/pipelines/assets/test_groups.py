import dagster as dg
import pytest

from pipelines.assets.groups import OWNERS, Group


@pytest.mark.parametrize("group", Group)
def test_every_group_has_an_owner_that_dagster_takes(group: Group) -> None:
    spec = dg.AssetSpec("parties", group_name=group.value, owners=[OWNERS[group]])

    assert spec.owners == [OWNERS[group]]
    assert spec.group_name == group.value
