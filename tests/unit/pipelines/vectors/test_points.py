from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from pipelines.vectors.outbox import OutboxRow
from pipelines.vectors.points import PointRef, SearchFilter, as_utc, hit_of, payload_of, ref_of


def row(**changes: Any) -> OutboxRow:
    stated: dict[str, Any] = {
        "tenant_id": "a",
        "sequence": 7,
        "kind": "activity",
        "key": "itsm:ticket:1",
        "text": "Ada Lovelace cannot log in",
        "payload": {
            "kind": "ticket",
            "source": "itsm",
            "occurred_at": "2025-03-04 05:06:07.000000",
            "record_ids": ["itsm:requester:9"],
            "title": "Ada Lovelace cannot log in",
        },
    }
    return OutboxRow(**{**stated, **changes})


def test_a_payload_holds_what_searches_filter_by_and_no_text() -> None:
    assert payload_of(row()) == {
        "tenant_id": "a",
        "kind": "activity",
        "key": "itsm:ticket:1",
        "activity_kind": "ticket",
        "source": "itsm",
        "occurred_at": "2025-03-04T05:06:07Z",
        "record_ids": ["itsm:requester:9"],
    }


def test_a_customer_is_its_own_record() -> None:
    payload = payload_of(row(kind="customer", key="crm:contact:1", payload={"source": "crm"}))

    assert payload["record_ids"] == ["crm:contact:1"]


def test_the_id_of_a_point_depends_on_tenant_kind_and_key_alone() -> None:
    again = ref_of(row(sequence=8, text="something else", payload={}))

    assert again.point_id == ref_of(row()).point_id
    assert str(again.point_id) == "908eba2d-28ea-57fb-ba06-e2a28bf02fb2"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(PointRef("b", "activity", "k"), id="tenant"),
        pytest.param(PointRef("a", "customer", "k"), id="kind"),
        pytest.param(PointRef("a", "activity", "kk"), id="key"),
        pytest.param(PointRef("a8:activity", "", "k"), id="separators-inside"),
    ],
)
def test_different_names_have_different_ids(other: PointRef) -> None:
    assert other.point_id != PointRef("a", "activity", "k").point_id


def test_a_hit_says_what_its_payload_said() -> None:
    hit = hit_of(payload_of(row()), 0.5)

    assert hit.ref == ref_of(row())
    assert (hit.score, hit.source, hit.record_ids) == (0.5, "itsm", ("itsm:requester:9",))
    assert hit.occurred_at == "2025-03-04T05:06:07Z"


def test_a_filter_leaves_out_what_limits_nothing() -> None:
    assert SearchFilter(sources=("crm",), since=datetime(2025, 1, 1, tzinfo=UTC)).keywords() == {
        "source": ["crm"]
    }


def test_moments_are_compared_in_utc() -> None:
    assert as_utc(datetime(2025, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))) == "2025-01-01T00:00:00Z"
