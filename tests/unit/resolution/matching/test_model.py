"""The model as a value: what is written is what is read, and equal models have equal ids."""

import json
from dataclasses import replace

import pytest

from resolution.domain.errors import OutdatedModel
from resolution.matching.model import FORMAT, ResolutionModel, from_json, to_json


def _round_trip(model: ResolutionModel) -> ResolutionModel:
    return from_json(json.loads(json.dumps(to_json(model))))


def test_a_written_model_reads_back_equal(model: ResolutionModel) -> None:
    read = _round_trip(model)

    assert read == model
    assert read.model_id == model.model_id


def test_a_model_without_expectations_reads_back_equal(model: ResolutionModel) -> None:
    party = replace(model.parties["person"], expected_precision=None, expected_recall=None)
    bare = replace(model, parties={"person": party})

    assert _round_trip(bare) == bare


@pytest.mark.parametrize(("made_by", "said"), [(-1, "an earlier version"), (1, "a later version")])
def test_a_model_of_another_format_is_to_be_made_anew(
    model: ResolutionModel, made_by: int, said: str
) -> None:
    document = to_json(model) | {"format": FORMAT + made_by}

    with pytest.raises(OutdatedModel, match=f"^old.json was made by {said}; make it anew with .concord res"):
        from_json(document, named="old.json")


def test_the_file_holds_format_and_id(model: ResolutionModel) -> None:
    document = to_json(model)

    assert document["format"] == FORMAT
    assert document["model_id"] == model.model_id
    assert document["parties"]["person"]["expected"]["precision"]["value"] == 0.97


def test_the_id_does_not_depend_on_the_order_of_what_was_learned(model: ResolutionModel) -> None:
    party = model.parties["person"]
    turned = dict(reversed(list(party.term_frequencies.items())))

    assert (
        replace(model, parties={"person": replace(party, term_frequencies=turned)}).model_id == model.model_id
    )


def test_any_change_is_another_id(model: ResolutionModel) -> None:
    party = model.parties["person"]
    changed = [
        replace(model, clean_sources=()),
        replace(model, parties={"person": replace(party, match_threshold=0.81)}),
        replace(model, parties={"person": replace(party, word_weights={"services": 1.6})}),
    ]

    assert len({model.model_id, *(other.model_id for other in changed)}) == 4
