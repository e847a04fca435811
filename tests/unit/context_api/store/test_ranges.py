from sqlalchemy import create_engine, insert, select

from context_api.store.ranges import in_version, ranged_tables
from context_api.store.records import Lookup
from context_api.store.tables import metadata


def test_a_row_is_part_of_the_versions_from_its_first_up_to_its_end() -> None:
    engine = create_engine("sqlite://")
    metadata().create_all(engine)
    records = select(Lookup.__table__.c.record_id)  # type: ignore[attr-defined]  # SQLModel hides it
    ranges = {"ended": (1, 5), "current": (3, None), "staged": (9, None), "ending": (1, 9)}
    with engine.begin() as connection:
        for name, (first, end) in ranges.items():
            row = {"tenant_id": "t", "token": b"", "record_id": name}
            connection.execute(insert(Lookup), row | {"published_from": first, "published_to": end})

        found: dict[int, set[str]] = {
            version: set(connection.execute(records.where(in_version(Lookup, "t", version))).scalars())
            for version in (1, 4, 5, 9)
        }

    assert found == {
        1: {"ended", "ending"},
        4: {"ended", "ending", "current"},
        5: {"ending", "current"},
        9: {"current", "staged"},
    }


def test_what_is_published_is_ranged() -> None:
    assert {"party_records", "links", "golden_records", "identity_ledger", "activities"} <= set(
        ranged_tables()
    )
