from sqlalchemy import Connection, create_engine, insert, select
from sqlmodel import col

from context_api.store.identities import LedgerEntry
from context_api.store.ranges import in_version, ranged_tables
from context_api.store.records import Lookup
from context_api.store.tables import metadata


def seen(connection: Connection, version: int) -> set[str]:
    asked = select(col(Lookup.record_id)).where(in_version(Lookup, "t", version))
    return set(connection.execute(asked).scalars())


def test_a_row_is_part_of_the_versions_from_its_first_up_to_its_end() -> None:
    engine = create_engine("sqlite://")
    metadata().create_all(engine)
    ranges = {"ended": (1, 5), "current": (3, None), "staged": (9, None), "ending": (1, 9)}
    with engine.begin() as connection:
        for name, (first, end) in ranges.items():
            row = {"tenant_id": "t", "token": b"", "record_id": name}
            connection.execute(insert(Lookup), row | {"published_from": first, "published_to": end})

        found = {version: seen(connection, version) for version in (1, 4, 5, 9)}

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


def test_a_look_up_goes_by_the_key_that_is_asked_for() -> None:
    engine = create_engine("sqlite://")
    metadata().create_all(engine)
    asked = select(col(LedgerEntry.record_id)).where(
        in_version(LedgerEntry, "t", 5), col(LedgerEntry.golden_id).in_(["g-1"])
    )
    query = str(asked.compile(engine, compile_kwargs={"literal_binds": True}))

    with engine.begin() as connection:
        (plan,) = connection.exec_driver_sql(f"explain query plan {query}").all()

    assert "ix_identity_ledger_golden" in plan[3]
