import base64
import re
from collections.abc import Callable

import dagster as dg
import pytest

from pipelines.assets.pictures import cluster_sizes, m_and_u_chart, match_weight_histogram, sync_volume

PNG = b"\x89PNG\r\n\x1a\n"


def _words_and_picture(value: dg.MarkdownMetadataValue) -> tuple[str, bytes]:
    assert value.value is not None
    found = re.fullmatch(r"(.*)\n\n!\[.*\]\(data:image/png;base64,(.*)\)", value.value)
    assert found is not None
    return found[1], base64.b64decode(found[2], validate=True)


def test_a_histogram_says_in_words_what_it_shows() -> None:
    thresholds = {"person match": 4.0, "person review": -2.0}

    words, picture = _words_and_picture(match_weight_histogram([(-3, 1200), (9, 34)], thresholds=thresholds))

    assert words == "1,234 pairs by match weight; thresholds: person match 4.0, person review -2.0"
    assert picture.startswith(PNG)


def test_the_largest_golden_record_is_named_beside_the_picture() -> None:
    words, picture = _words_and_picture(cluster_sizes([(1, 7), (3, 2)]))

    assert words == "9 golden records by size; the largest holds 3 records"
    assert picture.startswith(PNG)


def test_a_chart_of_many_levels_shows_what_still_can_be_read() -> None:
    words, _ = _words_and_picture(m_and_u_chart([("name: same", 0.8, 0.1)] * 99, party_type="person"))

    assert words == "m and u probabilities of the person model, 40 levels"


@pytest.mark.parametrize(
    "empty",
    [
        pytest.param(lambda: match_weight_histogram([], thresholds={}), id="no pairs"),
        pytest.param(lambda: m_and_u_chart([], party_type="person"), id="no levels"),
        pytest.param(lambda: cluster_sizes([]), id="no golden records"),
        pytest.param(lambda: sync_volume({}, title="read from crm"), id="no rows"),
    ],
)
def test_a_run_without_data_has_its_pictures_too(empty: Callable[[], dg.MarkdownMetadataValue]) -> None:
    _, picture = _words_and_picture(empty())

    assert picture.startswith(PNG)
