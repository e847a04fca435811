"""A draft has what records tell by themselves, and weighs nothing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import duckdb
import pytest

from resolution.domain.attributes import PartyType
from resolution.matching import preparing

Load = Callable[..., None]


class Fitted(Protocol):
    prepared: preparing.Prepared


def test_one_record_is_nothing_to_prepare(connection: duckdb.DuckDBPyConnection, load_parties: Load) -> None:
    load_parties(connection, [{"given_name": "anna"}])

    assert preparing.prepare(connection, PartyType.PERSON) is None
    assert preparing.prepare(connection, PartyType.ORGANIZATION) is None


def test_an_untrained_model_weighs_nothing(fitted: Fitted) -> None:
    draft = fitted.prepared.draft

    assert {lv.weight for c in draft.comparisons for lv in c.levels} == {0.0}
    assert draft.prior_weight == 0
    assert replace(draft, status="fitted") != draft


@pytest.mark.parametrize("party_type", list(PartyType))
def test_every_kinship_that_a_comparison_names_is_known(party_type: PartyType) -> None:
    known = {kin for kinships in preparing.KINSHIPS.values() for kin in kinships}
    catalogue, _ = preparing.CATALOGUE[party_type]

    named = {kin for c in catalogue for level in c.levels for kin in (*c.shared_by, *level.shared_by)}

    assert named <= known
    assert set(preparing.KINSHIPS[party_type]) <= named
