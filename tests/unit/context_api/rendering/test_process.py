"""What is open: by the words of the source, and what is still owed."""

from pathlib import Path

import orjson
import pytest
import yaml
from known_party import doing

from context_api.rendering.masking import Marking
from context_api.rendering.process import is_open, newest_first, open_work, process_part, settled_words, told


def test_words_that_end_something_are_those_of_the_models_for_analysts() -> None:
    declared = yaml.safe_load(Path("dbt/dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    words = settled_words()

    assert words["order"] == set(declared["closed_order_statuses"])
    assert words["ticket"] == set(declared["closed_ticket_statuses"])
    assert words["invoice"] == {*declared["settled_statuses"], *declared["void_statuses"]}
    assert set(declared["lost_deal_stages"]) <= words["deal"]


@pytest.mark.parametrize(
    ("kind", "status", "open_"),
    [
        pytest.param("order", "open", True, id="order-open"),
        pytest.param("order", "Delivered", False, id="case-does-not-matter"),
        pytest.param("ticket", None, True, id="no-word-is-open"),
        pytest.param("ticket", "waiting for parts", True, id="an-unknown-word-is-open"),
        pytest.param("email", "new", False, id="a-mail-is-never-open"),
    ],
)
def test_open_is_what_no_word_has_ended(kind: str, status: str | None, open_: bool) -> None:
    assert is_open(doing("a", kind, status=status)) is open_


def test_payments_lower_what_is_due_and_never_below_nothing() -> None:
    invoices = [
        doing("i1", "invoice", status="partly paid", amount_cents=900, currency="EUR"),
        doing("i2", "invoice", status="open", amount_cents=100, currency="EUR"),
    ]
    payments = [
        doing("p1", "payment", amount_cents=400, references_activity_id="i1"),
        doing("p2", "payment", amount_cents=250, references_activity_id="i2"),
    ]

    assert open_work([*payments, *invoices]).due_by_currency() == {"EUR": 500}


def test_terms_of_a_deal_that_was_won_are_shown_beside_open_ones() -> None:
    deals = [
        doing("d1", "deal", status="won", terms="90 days net"),
        doing("d2", "deal", status="proposal"),
        doing("d3", "deal", status="lost", terms="free of charge"),
    ]
    marking = Marking()

    shown = orjson.loads(marking.write(process_part(open_work(deals), marking)).body)

    assert [item["activity_id"] for item in shown["deals_with_terms"]["items"]] == ["d1"]
    assert [item["activity_id"] for item in shown["open_deals"]["items"]] == ["d2"]


def test_a_long_list_is_cut_and_says_how_long_it_is() -> None:
    marking = Marking()
    tickets = [doing(f"t{n:02}", "ticket", status="new") for n in range(25)]

    shown = orjson.loads(marking.write(process_part(open_work(tickets), marking)).body)

    assert shown["open_tickets"]["count"] == 25
    assert len(shown["open_tickets"]["items"]) == 10


def test_newest_come_first_and_undated_last() -> None:
    found = newest_first(
        [doing("b", "note", None), doing("a", "note", "2026-01-01"), doing("c", "note", "2026-02-01")]
    )

    assert [item.activity_id for item in found] == ["c", "a", "b"]


def test_what_an_activity_does_not_state_is_left_out() -> None:
    assert told(doing("a", "note", None), Marking()) == {"activity_id": "a", "kind": "note", "source": "erp"}
