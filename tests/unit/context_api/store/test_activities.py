from context_api.store.activities import Activity, ActivityParty, Relationship


def test_activities_and_relationships_name_records_and_never_golden_ids() -> None:
    for table in (Activity, ActivityParty, Relationship):
        assert [name for name in table.model_fields if "golden" in name] == []
