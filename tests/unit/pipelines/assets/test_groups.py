from pipelines.assets.groups import OWNERS, Group


def test_every_group_has_somebody_who_answers_for_it() -> None:
    assert set(OWNERS) == set(Group)
    assert all(owner.startswith("team:") for owner in OWNERS.values())
