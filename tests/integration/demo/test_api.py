"""The demo's `curl` is run as it is printed."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from demo.api import demo_api
from demo.errors import NotServing

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def home(published_on_sqlite: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in published_on_sqlite.environment().items():
        if name != "CONCORD_HOME":
            monkeypatch.setenv(name, value)
    return published_on_sqlite.home


def test_the_line_that_is_printed_answers_with_the_customer_that_shows_most(
    home: Any, unused_port: int, published_on_sqlite: Any
) -> None:
    with demo_api(home, port=unused_port) as api:
        (*_, line) = api.what_to_try()
        assert "?detail=summary" in line
        answer = subprocess.run(  # noqa: S602
            f"{line.strip()} --silent --fail --noproxy '*'",
            shell=True,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    shown = json.loads(answer)
    assert shown["golden_id"] == published_on_sqlite.ours.ids["person"]
    assert shown["conflicts"] >= 1
    assert shown["open"]["tickets"] >= 1
    assert {"crm", "erp", "itsm"} <= shown["freshness"].keys()
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


def test_the_curl_of_the_readme_answers_in_the_form_that_is_shown(
    home: Any, unused_port: int, published_on_sqlite: Any
) -> None:
    command, answer = re.findall(
        r"^```sh\n(curl [^\n]*/customers/[^\n]*)\n```\n\n```json\n(.*?)^```", README, re.M | re.S
    )[0]
    mine = published_on_sqlite.ours.ids["person"]
    with demo_api(home, port=unused_port) as api:
        got = subprocess.run(  # noqa: S602
            re.sub(r"g-[0-9a-f]{20}", mine, command) + " --silent --fail --noproxy '*'",
            shell=True,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "KEY": api.key, "API": api.address},
        ).stdout

    shown, real = json.loads(answer), json.loads(got)
    assert shown.keys() == real.keys()
    assert shown["entity"].keys() == real["entity"].keys()
    assert unlike(shown, real) == []


def unlike(shown: Any, real: Any, where: str = "") -> list[str]:
    """Return where a shown answer has what a real one has not, or of another type."""
    if isinstance(shown, dict) and isinstance(real, dict):
        missing = [f"{where}.{name}" for name in shown.keys() - real.keys()]
        return missing + [
            fault
            for name in shown.keys() & real.keys()
            for fault in unlike(shown[name], real[name], f"{where}.{name}")
        ]
    return [] if type(shown) is type(real) else [where]
