"""From records to a model: it finds who is who, says so only with evidence, and is the same every time."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Protocol

import duckdb
import pytest

from resolution.domain.attributes import PartyType
from resolution.matching import engine, fitting, preparing
from resolution.matching.learning import Decisions
from resolution.matching.model import PartyModel

Row = dict[str, object]
Load = Callable[..., None]
People = Callable[..., list[Row]]


class Fitted(Protocol):
    connection: duckdb.DuckDBPyConnection
    prepared: preparing.Prepared
    model: PartyModel


@pytest.fixture
def fit(connection: duckdb.DuckDBPyConnection, load_parties: Load) -> Callable[..., PartyModel]:
    """Return a function: rows to their model."""

    def run(
        rows: Sequence[Row],
        *,
        party_type: PartyType = PartyType.PERSON,
        decisions: Decisions | None = None,
        precision: float | None = None,
    ) -> PartyModel:
        load_parties(connection, rows, party_type=party_type.value)
        prepared = preparing.prepare(connection, party_type)
        assert prepared is not None
        connection.execute(
            "CREATE OR REPLACE TABLE pairs (match_key VARCHAR, join_key_l VARCHAR, join_key_r VARCHAR)"
        )
        if prepared.draft.blocking_rules:
            engine.block_pairs(connection, prepared.table, model=prepared.draft, target="pairs")
        return fitting.fit_party_model(
            connection, prepared, pairs="pairs", decisions=decisions, precision=precision
        )

    return run


Fit = Callable[..., PartyModel]


def _linked(fitted: Fitted) -> set[tuple[str, str]]:
    engine.score_pairs(
        fitted.connection, "match_person", pairs="pairs", model=fitted.model, target="all_scored"
    )
    return set(
        fitted.connection.execute(
            "SELECT record_id_l, record_id_r FROM all_scored WHERE match_probability >= ?",
            [fitted.model.match_threshold],
        ).fetchall()
    )


def test_people_known_twice_are_found_without_labels(fitted: Fitted, people: People) -> None:
    twice = {str(r["record_id"])[4:] for r in people(150) if str(r["record_id"]).startswith("erp:")}
    truth = {("crm:" + n, "erp:" + n) for n in twice}

    linked = _linked(fitted)

    assert fitted.model.status == "fitted"
    assert len(linked & truth) / len(linked) > 0.97
    assert len(linked & truth) / len(truth) > 0.95
    assert fitted.model.expected_precision is not None
    assert fitted.model.expected_precision.value == pytest.approx(len(linked & truth) / len(linked), abs=0.05)


def test_agreement_weighs_for_and_difference_against(fitted: Fitted) -> None:
    for comparison in fitted.model.comparisons:
        weights = {lv.level: lv.weight for lv in comparison.levels}
        assert weights[max(weights)] > weights[0], comparison.name
        assert weights[-1] == 0


def test_only_fields_with_values_are_compared(fitted: Fitted) -> None:
    names = {comparison.name for comparison in fitted.model.comparisons}

    assert {"given_name", "family_name", "birth_date", "email", "phone"} <= names
    assert not names & {"job_title", "identifiers", "employer", "gender"}


def test_the_model_does_not_depend_on_the_order_of_rows(fit: Fit, people: People) -> None:
    rows = people(60)

    assert fit(rows[::-1]) == fit(rows)


def test_a_higher_precision_asks_for_more(fit: Fit, people: People) -> None:
    rows = people(60)

    usual, strict = fit(rows), fit(rows, precision=0.999)

    assert strict.match_threshold > usual.match_threshold
    assert strict.comparisons == usual.comparisons


def test_records_that_share_nothing_leave_rules_only(fit: Fit) -> None:
    rows = [{"given_name": a * 5, "family_name": b * 7} for a, b in pairwise("abcdefgh")]

    model = fit(rows)

    assert model.status == "rules_only"
    assert "could be learned" in model.status_reason
    assert model.expected_precision is None


def test_without_matches_there_is_no_model_and_no_promise(fit: Fit) -> None:
    rows = [
        {
            "given_name": f"{chr(97 + n)}ora",
            "family_name": f"{chr(97 + n)}x{chr(122 - n)}wald",
            "city": "berlin",
        }
        | {
            "birth_date": f"19{50 + n}-0{1 + n % 9}-1{n % 9}",
            "postcode": "10115",
            "phone": f"30{n // 2 * 77_777 + 100_000}",
        }
        for n in range(24)
    ]

    model = fit(rows)

    assert model.status == "rules_only"
    assert "too few" in model.status_reason
    assert model.expected_precision is None
    assert model.expected_recall is None


def test_two_records_are_too_few_to_learn_from_and_break_nothing(fit: Fit) -> None:
    same = {"given_name": "anna", "family_name": "kron", "email": "anna.kron@gmail.com"}

    assert fit([same, same]).status == "rules_only"


def test_people_with_free_mail_only_can_be_learned_from(fit: Fit) -> None:
    rows = [{"email": f"{c}ora.wald@{d}.com"} for c in "abcdefgh" for d in ("gmail", "gmx")]

    assert fit([{**row, "given_name": str(row["email"])[:4]} for row in rows]).status in {
        "fitted",
        "rules_only",
    }


def test_decisions_are_learned_from(fit: Fit, people: People) -> None:
    rows = people(60)
    ids = sorted(str(r["record_id"])[4:] for r in rows if str(r["record_id"]).startswith("erp:"))[:24]
    wrong = Decisions(tuple("crm:" + n for n in ids), tuple("erp:" + n for n in ids), (False,) * len(ids))

    before, after = fit(rows), fit(rows, decisions=wrong)

    def best(model: PartyModel) -> float:
        return sum(max(lv.weight for lv in c.levels) for c in model.comparisons) + model.prior_weight

    assert best(after) < best(before) - 2


def test_organisations_are_learned_by_the_words_of_their_names(fit: Fit) -> None:
    words = [
        "acme",
        "borealis",
        "contoso",
        "delphi",
        "eastgate",
        "fabrikam",
        "globex",
        "helios",
        "initech",
        "juno",
    ]
    rows = [
        {
            "org_name": f"{word} services",
            "phone": f"30{n * 7919 + 1_000_000}",
            "city": "berlin",
            "postcode": f"1{n:04}",
        }
        for n, word in enumerate(words)
    ]

    model = fit([*rows, *rows], party_type=PartyType.ORGANIZATION)

    assert model.word_weights["services"] == 0
    assert model.word_weights["acme"] == pytest.approx(3.3219)
    assert model.default_word_weight > model.word_weights["acme"]


def _named(*, twice: int) -> list[Row]:
    """Return organisations of which a name is all that is known; the first `twice` are there twice."""
    words = [f"{a}{b}{c}o" for a in "bdfk" for b in "aeiou" for c in "lmnr"]
    names = [f"{first} {second}" for first, second in zip(words, reversed(words), strict=True)]
    return [{"org_name": name} for name in (*names, *names[:twice])]


def test_organisations_of_which_names_are_all_that_is_known_are_told_by_them(fit: Fit) -> None:
    """Nothing else corroborates: EM once took every agreement for chance, and nothing was linked."""
    model = fit(_named(twice=30), party_type=PartyType.ORGANIZATION)

    (name,) = model.comparisons
    weight = {level.label: level.weight + model.prior_weight for level in name.levels}
    assert model.status == "fitted"
    assert weight["same"] > 1 > 0 > weight["different"]
    assert "names alone" in model.status_reason
    assert model.expected_precision is None
    assert model.expected_recall is None


def test_names_that_nobody_shares_link_nothing(fit: Fit) -> None:
    assert fit(_named(twice=0), party_type=PartyType.ORGANIZATION).status == "rules_only"


def test_people_are_not_told_by_names_alone(fit: Fit) -> None:
    rows = [{"given_name": "anna", "family_name": f"kr{c}n{d}"} for c in "abcde" for d in "vwxyz"]

    assert fit([*rows, *rows]).status == "rules_only"


def test_nameless_organisations_do_not_train(fit: Fit) -> None:
    """Mailboxes share a domain and have nothing else to compare: they would pass for matches."""
    words = ["acme", "borealis", "contoso", "delphi", "eastgate", "fabrikam", "globex", "helios"]
    named: list[Row] = [
        {"org_name": f"{word} {source}", "email": f"info@{word}.com", "phone": f"30{n * 7919 + 1_000_000}"}
        for n, word in enumerate(words)
        for source in ("works", "works")
    ]
    mailboxes: list[Row] = [{"email": f"{word}{n}@umbrella.com"} for n, word in enumerate(words * 4)]

    alone = fit(named, party_type=PartyType.ORGANIZATION)
    beside = fit([*named, *mailboxes], party_type=PartyType.ORGANIZATION)

    def matches(model: PartyModel) -> float:
        return float(model.status_reason.split()[0])

    assert alone.status == beside.status == "fitted"
    assert matches(beside) == pytest.approx(matches(alone), rel=0.3)
