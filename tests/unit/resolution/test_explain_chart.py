import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import pytest

from resolution.explain import PairExplanation, Part, Score, Side
from resolution.explain_chart import chart_name, draw_waterfall

HOSTILE = "<script>x</script> $\\frac{1}$ & 山田 🦊 \x07"
PARTS = (
    Part("name", "Name", 2, "same", 9.5, 8.0, 1.5, HOSTILE, HOSTILE),
    Part("phone", "Phone", 0, "different", -2.5, -2.5, 0.0, "030 1", "030 2"),
    Part("email", "E-mail", -1, "missing", 0.0, 0.0, 0.0, "", ""),
)
SCORE = Score(-8.0, PARTS, -1.0, 1 / 3, "probabilistic", "name", None, "review", True)
EXPLANATION = PairExplanation(
    left=Side("crm:party:1/../2", "crm", "person", "g-1", {"full_name": HOSTILE}),
    right=Side("erp:party:2", "erp", "person", "g-2", {}),
    score=SCORE, match_threshold=0.85, review_threshold=0.3, decisions=(), path=(), flips=(),
)  # fmt: skip


def test_the_waterfall_shows_every_part_the_sum_and_the_thresholds(tmp_path: Path) -> None:
    draw_waterfall(EXPLANATION, tmp_path / "chart.svg")

    text = "".join(ElementTree.parse(tmp_path / "chart.svg").getroot().itertext())  # noqa: S314  our own file
    for said in (
        "Before looking",
        "Name",
        "+9.5",
        "\u22122.5",
        "\u22121.0 bits",
        "match from 0.85",
        "Hatched",
    ):
        assert said in text
    assert "Could not be compared: E-mail." in text
    assert "<script>x</script> $\\frac{1}$ &" in text


def test_the_same_chart_has_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        draw_waterfall(EXPLANATION, tmp_path / name)

    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_a_chart_can_be_a_picture(tmp_path: Path) -> None:
    draw_waterfall(EXPLANATION, tmp_path / "chart.png")

    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")


def test_a_pair_without_a_score_has_no_chart(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="never scored"):
        draw_waterfall(replace(EXPLANATION, score=None), tmp_path / "chart.svg")


def test_a_chart_is_named_for_its_records_whatever_their_ids_hold() -> None:
    assert chart_name(EXPLANATION) == "explain-crm-1----2-erp-2.svg"
