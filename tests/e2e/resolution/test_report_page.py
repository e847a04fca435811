"""The report in a real browser: no request leaves the page, nothing is logged, no script is needed."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from resolution.report.page import write_report

CHROMIUM = os.environ.get("CONCORD_CHROMIUM") or shutil.which("chromium")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed (apt-get install chromium)")
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def report(synthetic_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    given: dict[str, Any] = {
        name: json.loads((synthetic_run / f"{name}.json").read_text()) for name in ("run", "model")
    }
    write_report(synthetic_run / "state.duckdb", **given, mapping=None, path=path)
    return path


def opened(browser: Browser, report: Path, **options: Any) -> tuple[Page, list[str]]:
    """Return the open page, and what it asked for or complained of beyond itself."""
    page = browser.new_context(**options).new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: heard.append(request.url))
    page.goto(report.as_uri())
    return page, [entry for entry in heard if entry != report.as_uri()]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390], ids=["wide", "narrow"])
def test_the_page_asks_for_nothing_logs_nothing_and_fits(
    browser: Browser, report: Path, scheme: str, width: int
) -> None:
    page, heard = opened(browser, report, color_scheme=scheme, viewport={"width": width, "height": 900})

    assert heard == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(21, 24, 27)") == (scheme == "dark")


def test_source_text_does_not_run(browser: Browser, report: Path) -> None:
    page, _ = opened(browser, report)

    assert page.title().startswith("Who is who")
    assert page.locator("script").count() == 1


def test_everything_can_be_read_without_javascript(browser: Browser, report: Path) -> None:
    page, heard = opened(browser, report, java_script_enabled=False)

    assert heard == []
    assert page.locator("main > section h2").count() == 9
    card = page.locator("#clusters details.card").last
    card.locator("summary").click()
    assert card.locator("table").is_visible()


def test_the_theme_can_be_switched(browser: Browser, report: Path) -> None:
    page, _ = opened(browser, report, color_scheme="light")

    page.get_by_role("button", name="dark colours").click()

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 24, 27)"
