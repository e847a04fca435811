"""The forms by which misspelt words are found: written for new words, each once, whatever went before."""

from typing import Any

import pytest
from sqlalchemy import Engine

from context_api.store.bulk import run_many
from context_api.store.engine import writing
from context_api.store.sealing import Sealer
from context_api.store.word_variants import tokens_kept

ALL = "select variant_token, word_token from word_variants where tenant_id = 'default'"


def kept(warehouse: Any, engine: Engine) -> set[tuple[bytes, bytes]]:
    rows = warehouse.rows(engine, ALL)
    assert len(rows) == len(set(rows))
    return {(bytes(variant), bytes(word)) for variant, word in rows}


def expected(sealer: Sealer, *words: str) -> set[tuple[bytes, bytes]]:
    return {(variant, sealer.token(word)) for word in words for variant in tokens_kept(sealer, word)}


def test_each_word_of_four_letters_or_more_is_written_once(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    warehouse.tell()
    warehouse.record("crm:contact:5", full_name="Cleo Roebuck")
    warehouse.publish(engine, sealer)

    assert kept(warehouse, engine) == expected(sealer, "cleo", "roebuck")


def test_an_update_writes_the_words_that_are_new(engine: Engine, warehouse: Any, sealer: Sealer) -> None:
    warehouse.record("crm:contact:1", full_name="Anna Schmidt")
    warehouse.publish(engine, sealer)
    warehouse.record("crm:contact:2", full_name="Anna Meier")
    summary = warehouse.publish(engine, sealer)

    assert kept(warehouse, engine) == expected(sealer, "anna", "schmidt", "meier")
    assert summary.written["word_variants"] == len(expected(sealer, "meier"))


def test_a_store_of_before_gets_the_words_of_all_records(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    warehouse.record("crm:contact:1", full_name="Anna Schmidt")
    warehouse.publish(engine, sealer)
    with writing(engine) as connection:
        connection.exec_driver_sql("delete from word_variants")
    summary = warehouse.publish(engine, sealer)

    assert summary.is_new
    assert kept(warehouse, engine) == expected(sealer, "anna", "schmidt")
    assert not warehouse.publish(engine, sealer).is_new


def test_a_publish_that_stopped_between_is_gone_on_with(
    engine: Engine, warehouse: Any, sealer: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines import publish_words

    warehouse.record("crm:contact:1", full_name="Anna Schmidt")
    warehouse.publish(engine, sealer)
    warehouse.record("crm:contact:2", full_name="Cleo Meier")
    written: list[int] = []

    def stops(*given: Any) -> int:
        if written:
            raise OSError("the disk is full")
        written.append(run_many(*given))
        return written[0]

    monkeypatch.setattr(publish_words, "BATCH", 3)
    monkeypatch.setattr(publish_words, "run_many", stops)
    with pytest.raises(OSError, match="full"):
        warehouse.publish(engine, sealer)
    assert len(kept(warehouse, engine)) == len(expected(sealer, "anna", "schmidt")) + 3

    monkeypatch.undo()
    warehouse.publish(engine, sealer)

    assert kept(warehouse, engine) == expected(sealer, "anna", "schmidt", "cleo", "meier")
