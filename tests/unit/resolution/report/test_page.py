import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest

from resolution.domain.attributes import Attribute, ColumnMapping, Mapping, SourceMapping
from resolution.report.page import write_report

HOSTILE = "<script>document.title='owned'</script>"
VOID = {"meta", "link", "br", "rect", "hr", "img", "input"}
ROWS_FROM_OUTSIDE = Mapping(
    (SourceMapping("<b>.csv", "crm", (ColumnMapping(HOSTILE, Attribute.FULL_NAME, confidence=0.9),)),)
)


class Page(HTMLParser):
    """Counts scripts, addresses and unclosed elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.scripts = 0
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href", "action", "data"}]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def documents(folder: Path) -> dict[str, Any]:
    return {name: json.loads((folder / f"{name}.json").read_text()) for name in ("run", "model")}


@pytest.fixture(scope="module")
def text(synthetic_run: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(
        synthetic_run / "state.duckdb", **documents(synthetic_run), mapping=ROWS_FROM_OUTSIDE, path=path
    )
    return path.read_text(encoding="utf-8")


def test_the_page_is_well_formed_and_every_link_stays_on_it(text: str) -> None:
    page = Page(text)

    assert page.open == []
    assert {address for address in page.addresses if not address.startswith("#")} == {"data:,"}
    assert {address[1:] for address in page.addresses if address.startswith("#")} <= set(page.ids)


def test_nothing_on_the_page_names_another_host(text: str) -> None:
    assert not re.search(
        r"https?://|//[a-z]|@import|url\(", text.replace("// All", "").replace("// Every", "")
    )


def test_source_text_is_escaped_wherever_it_stands(text: str) -> None:
    page = Page(text)

    assert HOSTILE not in text
    assert "&lt;script&gt;document.title" in text
    assert page.scripts == 1
    assert page.handlers == []


def test_the_page_says_what_came_in_and_what_was_found(text: str, synthetic_run: Path) -> None:
    counts = documents(synthetic_run)["run"]["counts"]

    assert f"{counts['records']:,} records are <em>{counts['golden_records']:,}</em> parties" in text
    assert "97.1%" in text
    assert "cannot be told from this data: only 41 pairs agree" in text
    assert text.count('<details class="card"') >= 20
    assert "match from 0.85" in text
    assert "duplicate id" in text


def test_the_page_is_the_same_each_time(synthetic_run: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_report(
            synthetic_run / "state.duckdb", **documents(synthetic_run), mapping=None, path=tmp_path / name
        )

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_cell_of_ten_megabytes_does_not_make_the_page_large(synthetic_run: Path, tmp_path: Path) -> None:
    shutil.copy(synthetic_run / "state.duckdb", tmp_path)
    with duckdb.connect(str(tmp_path / "state.duckdb")) as connection:
        connection.execute("update claims set value = repeat('x&', 50000) where attribute = 'job_title'")
        connection.execute("update golden_values set value = repeat('x&', 50000)")
        connection.execute("update conflicts set value = repeat('x&', 50000)")
        write_report(connection, **documents(synthetic_run), mapping=None, path=tmp_path / "report.html")

    assert (tmp_path / "report.html").stat().st_size < 500_000


def test_a_run_in_which_nothing_was_found_has_a_page(synthetic_run: Path, tmp_path: Path) -> None:
    shutil.copy(synthetic_run / "state.duckdb", tmp_path)
    given = documents(synthetic_run)
    given["run"]["counts"]["review"] = 0
    with duckdb.connect(str(tmp_path / "state.duckdb")) as connection:
        for table in ("links", "conflicts", "quarantine"):
            connection.execute(f"truncate {table}")
        connection.execute("update membership set golden_id = record_id")

        write_report(connection, **given, mapping=None, path=tmp_path / "report.html")

    text = (tmp_path / "report.html").read_text()
    for note in ("No pair was scored", "No pair stands in the review band", "Every row could be used"):
        assert note in text


def test_a_failing_report_leaves_the_last_one_in_place(synthetic_run: Path, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("the last one")
    given = documents(synthetic_run)
    del given["run"]["inputs"]

    with pytest.raises(Exception, match="inputs"):
        write_report(synthetic_run / "state.duckdb", **given, mapping=None, path=tmp_path / "report.html")

    assert (tmp_path / "report.html").read_text() == "the last one"


def test_the_page_expects_of_clusters_what_the_run_does(synthetic_run: Path, tmp_path: Path) -> None:
    """Not what the model expected of its links when it was learned."""
    told = {name: {"value": 0.8125, "low": 0.75, "high": 0.875} for name in ("precision", "recall")}
    given = documents(synthetic_run)
    given["run"]["expected_by_type"] = {"person": told, "organization": None}
    with duckdb.connect(str(synthetic_run / "state.duckdb"), read_only=True) as connection:
        write_report(connection, **given, mapping=None, path=tmp_path / "report.html")

    intervals = re.findall('aria-label="([^"]*, between [^"]*)"', (tmp_path / "report.html").read_text())
    assert intervals == ["81.2%, between 75.0% and 87.5%"] * 2
