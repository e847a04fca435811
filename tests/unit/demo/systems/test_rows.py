from demo.systems.rows import FIRST_SEEN, LAST_SEEN, shuffle_and_number, sightings


def test_a_share_of_the_entities_is_known_and_some_twice() -> None:
    counts = [len(sightings(f"P{n}", "crm", share=0.5, again=0.5)) for n in range(400)]

    assert 140 < counts.count(0) < 260
    assert counts.count(2) > 60
    assert set(counts) == {0, 1, 2}


def test_sightings_lie_in_the_years_of_the_sample() -> None:
    days = [s.day for n in range(50) for s in sightings(f"P{n}", "erp", share=1.0, again=1.0)]

    assert FIRST_SEEN <= min(days) <= max(days) <= LAST_SEEN


def test_ids_rise_and_rows_are_mixed() -> None:
    drafts = [(f"P{n:03}", {"n": n}) for n in range(50)]

    rows = shuffle_and_number(drafts, source="crm", first=100, form="C-{}")

    assert [row.source_id for row in rows] == sorted(row.source_id for row in rows)
    assert sorted(row.entity_id for row in rows) == [entity for entity, _ in drafts]
    assert [row.entity_id for row in rows] != [entity for entity, _ in drafts]
    assert rows[0].record_type == "person"
