"""The demo's `curl` is run as it is printed."""

import json
import subprocess
from typing import Any

import pytest

from demo.api import demo_api
from demo.errors import NotServing


@pytest.fixture
def home(published_on_sqlite: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in published_on_sqlite.environment().items():
        if name != "CONCORD_HOME":
            monkeypatch.setenv(name, value)
    return published_on_sqlite.home


def test_the_line_that_is_printed_answers(home: Any, unused_port: int) -> None:
    with demo_api(home, port=unused_port) as api:
        (*_, line) = api.what_to_try()
        answer = subprocess.run(  # noqa: S602
            f"{line.strip()} --silent --fail --noproxy '*'",
            shell=True,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert json.loads(answer)["versions"][0]["status"] == "visible"
    assert api.process.poll() is not None


def test_an_api_that_ends_at_once_is_reported_with_its_log(
    home: Any, unused_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONCORD_WORKERS", "none")

    with (
        pytest.raises(NotServing, match=r"the API did not come up; .*api\.log"),
        demo_api(home, port=unused_port),
    ):
        pass

    assert "CONCORD_WORKERS" in (home / "api.log").read_text(encoding="utf-8")
