"""The short history of a party."""

import orjson
from known_party import doing

from context_api.rendering.history import history_part
from context_api.rendering.masking import Marking
from context_api.rendering.process import newest_first


def test_a_history_counts_by_kind_and_quarter_and_shows_the_newest() -> None:
    marking = Marking()
    activities = [
        doing(f"a{n:02}", "note" if n % 2 else "email", f"20{20 + n // 4}-0{1 + n % 4 * 2}-15")
        for n in range(24)
    ]

    part = orjson.loads(marking.write(history_part(newest_first(activities), marking, more="/more")).body)

    assert part["count"] == 24
    assert part["by_kind"] == {"email": 12, "note": 12}
    assert (part["first_at"], part["last_at"]) == ("2020-01-15T00:00:00Z", "2025-07-15T00:00:00Z")
    assert part["by_quarter"] == {
        "2024-Q1": 2, "2024-Q2": 1, "2024-Q3": 1, "2025-Q1": 2, "2025-Q2": 1, "2025-Q3": 1,
        "2023-Q2": 1, "2023-Q3": 1,
    }  # fmt: skip
    assert [item["activity_id"] for item in part["newest"]][:2] == ["a23", "a22"]
    assert len(part["newest"]) == 10


def test_a_party_with_no_history_has_an_empty_one() -> None:
    marking = Marking()

    part = history_part([], marking, more="/more")

    assert (part["count"], part["first_at"], part["newest"]) == (0, None, [])
