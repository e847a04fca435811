"""Search by meaning while it loads, when it cannot load, and once it can again."""

import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

from context_api.search.activities import ActivityStatus
from pipelines.vectors.answering import ADVICE, ActivityAnswers, Answer
from pipelines.vectors.embedding import DIMENSIONS, MODEL
from pipelines.vectors.errors import ModelUnusable
from pipelines.vectors.local import BUILDING, MANIFEST, LocalPlace
from pipelines.vectors.points import IndexPoint, PointRef, Vectors

QUICK = 30.0


def vector(text: str) -> Vectors:
    """Return a vector of length 1 that equal texts share."""
    made = np.zeros(DIMENSIONS, dtype=np.float32)
    made[sum(text.encode()) % DIMENSIONS] = 1
    return made


def embed(texts: Sequence[str]) -> Vectors:
    return np.stack([vector(text) for text in texts])


def put(home: Path, *keys: str, tenant_id: str = "default", kind: str = "activity") -> None:
    with LocalPlace(home, model=MODEL, dimensions=DIMENSIONS).changing() as index:
        index.put(
            [
                IndexPoint(
                    PointRef(tenant_id, kind, key),
                    vector(key),
                    {
                        "tenant_id": tenant_id,
                        "kind": kind,
                        "key": key,
                        "source": "erp",
                        "activity_kind": "order",
                    },
                )
                for key in keys
            ]
        )


@pytest.fixture
def answers(tmp_path: Path) -> Callable[..., ActivityAnswers]:
    def make(**stated: Any) -> ActivityAnswers:
        given: dict[str, Any] = {"new_model": lambda: embed, "retry_seconds": 0.0, **stated}
        return ActivityAnswers(tmp_path, {}, **given)

    return make


def ask(answers: ActivityAnswers, text: str, **stated: Any) -> Answer:
    asked = {"tenant_id": "default", "kinds": (), "sources": (), "since": None, "until": None, "limit": 3}
    return answers.nearest(text, **{**asked, **stated})


def told(answers: ActivityAnswers, text: str, *, until: str, **stated: Any) -> Answer:
    """Ask until a status is told: what loads, loads in the background."""
    end = time.monotonic() + QUICK
    while (answer := ask(answers, text, **stated)).status != until:
        assert time.monotonic() < end, answer
        time.sleep(0.01)
    return answer


def test_it_warms_up_and_then_answers(answers: Callable[..., ActivityAnswers], tmp_path: Path) -> None:
    put(tmp_path, "erp:order:1", "erp:order:2")
    gate = Event()

    def slow() -> Any:
        gate.wait(QUICK)
        return embed

    one = answers(new_model=slow)
    first = ask(one, "erp:order:2")
    gate.set()
    answer = told(one, "erp:order:2", until="ok")

    assert first == Answer("warming", ADVICE["warming"])
    assert answer.hits[0][0] == "erp:order:2"
    assert answer.hits[0][1] == pytest.approx(1.0)
    assert one.advice() is None


def test_only_activities_of_the_tenant_that_are_asked_for_are_told(
    answers: Callable[..., ActivityAnswers], tmp_path: Path
) -> None:
    put(tmp_path, "erp:order:1")
    put(tmp_path, "erp:order:2", tenant_id="rivals")
    put(tmp_path, "crm:contact:3", kind="customer")
    one = answers()

    assert [key for key, _ in told(one, "x", until="ok").hits] == ["erp:order:1"]
    assert ask(one, "x", kinds=("email",)).hits == ()
    assert ask(one, "x", sources=("crm",)).hits == ()


def test_what_is_missing_is_said_and_found_when_it_comes(
    answers: Callable[..., ActivityAnswers], tmp_path: Path
) -> None:
    one = answers()
    missing = told(one, "x", until="missing")
    advice = one.advice()
    put(tmp_path, "erp:order:1")

    assert advice == missing.advice == ADVICE["missing"]
    assert told(one, "x", until="ok").hits
    assert one.advice() is None


def test_an_index_that_is_damaged_while_it_is_served_is_said_so(
    answers: Callable[..., ActivityAnswers], tmp_path: Path
) -> None:
    put(tmp_path, "erp:order:1")
    one = answers()
    told(one, "x", until="ok")
    newest = LocalPlace(tmp_path, model=MODEL, dimensions=DIMENSIONS).newest()
    assert newest is not None
    later = newest.with_name(f"{int(newest.name) + 1:08}")
    shutil.copytree(newest, later)
    (later / MANIFEST).write_text("{}")

    told(one, "x", until="damaged")
    assert one.advice() == ADVICE["damaged"]
    (tmp_path / "vectors" / f"{BUILDING}{os.getpid()}").mkdir()
    told(one, "x", until="rebuilding")
    shutil.rmtree(later)
    told(one, "x", until="ok")


def test_a_model_that_cannot_be_used_is_said_so(
    answers: Callable[..., ActivityAnswers], tmp_path: Path
) -> None:
    put(tmp_path, "erp:order:1")

    def broken() -> Any:
        raise ModelUnusable("it is not installed")

    assert told(answers(new_model=broken), "x", until="unusable").advice == ADVICE["unusable"]


def test_every_status_is_one_that_the_api_documents() -> None:
    assert ADVICE.keys() <= set(ActivityStatus)
