from pathlib import Path

import pytest
from sqlalchemy import Engine

from pipelines.vectors.errors import NoStore
from pipelines.vectors.following import Comparison, compare, existing_store
from pipelines.vectors.points import PointRef


def test_a_home_without_a_store_gets_none_by_being_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CONCORD_STORE_URL", raising=False)

    with pytest.raises(NoStore, match="concord run --home"):
        existing_store(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_an_empty_store_and_no_index_are_the_same(
    tmp_path: Path, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QDRANT_URL", raising=False)

    assert compare(tmp_path, sqlite_engine).is_same


def test_a_point_too_many_or_too_few_is_a_difference() -> None:
    ref = frozenset({PointRef("default", "activity", "erp:order:1")})

    assert not Comparison(1, ref, frozenset()).is_same
    assert not Comparison(1, frozenset(), ref).is_same
