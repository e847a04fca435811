"""Finding a party by what somebody says of it."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from context_api.store.engine import reading
from context_api.store.finding import find
from context_api.store.reading import version_at
from context_api.store.sealing import Sealer
from resolution.domain.ids import seed_id

A, B, C = "crm:contact:1", "erp:customer:2", "itsm:requester:3"
ORG = "crm:company:9"
LATER = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_party_is_found_by_id_mail_phone_and_words_of_its_name(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    warehouse.tell()
    warehouse.publish(engine, sealer)

    with reading(engine) as connection:
        snapshot = version_at(connection, sealer)
        for asked in (seed_id(A), A, B, "ANN@example.com", "Lee Ann", "+41 31 555 01 00"):
            assert find(snapshot, asked) == (seed_id(A),), asked
