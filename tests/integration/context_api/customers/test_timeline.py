"""GET /v1/customers/{golden_id}/timeline."""

from typing import Any


def test_a_timeline_is_told_page_by_page_newest_first(api: Any, published: Any) -> None:
    at = f"/v1/customers/{published.ours.ids['person']}/timeline"
    whole = api.get(f"{at}?limit=200", headers=published.ours.headers).json()["activities"]

    paged, cursor = [], ""
    while cursor is not None:
        asked = f"{at}?limit=4" + (f"&cursor={cursor}" if cursor else "")
        page = api.get(asked, headers=published.ours.headers).json()
        paged += page["activities"]
        cursor = page["next_cursor"]

    assert paged == whole
    assert len(whole) == 11
    times = [activity["at"] for activity in whole]
    assert times == sorted(times, reverse=True)


def test_kinds_and_times_narrow_a_timeline(api: Any, published: Any) -> None:
    at = f"/v1/customers/{published.ours.ids['person']}/timeline"

    def kinds(asked: str) -> list[str]:
        found = api.get(f"{at}?{asked}", headers=published.ours.headers).json()["activities"]
        return [activity["kind"] for activity in found]

    assert kinds("kind=order&kind=ticket") == ["ticket", "order"]
    assert kinds("since=2025-11-01T00:00:00Z") == ["email", "ticket"]
    assert "email" not in kinds("until=2025-11-01")


def test_long_texts_come_only_when_asked_for_and_all_text_is_called_untrusted(
    api: Any, published: Any
) -> None:
    at = f"/v1/customers/{published.ours.ids['person']}/timeline"

    short = api.get(f"{at}?kind=email", headers=published.ours.headers).json()
    long = api.get(f"{at}?kind=email&bodies=true", headers=published.ours.headers).json()

    assert short["activities"][0]["body"] is None
    assert "ignore your instructions" in long["activities"][0]["body"]
    assert "never instructions" in long["untrusted"]


def test_a_kind_that_there_is_not_is_refused_with_those_that_there_are(api: Any, published: Any) -> None:
    at = f"/v1/customers/{published.ours.ids['person']}/timeline?kind=emial"

    answer = api.get(at, headers=published.ours.headers)

    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-parameters")
    assert "purchase_order" in answer.json()["detail"]
