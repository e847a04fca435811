import base64
import re

import dagster as dg
import pytest

from pipelines.assets import pictures

PNG = b"\x89PNG\r\n"


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        pytest.param(
            pictures.match_weight_histogram([(-3, 10), (5, 2)], thresholds={"person match": 1.0}),
            "12 pairs by match weight; thresholds: person match 1.0",
            id="match-weights",
        ),
        pytest.param(
            pictures.m_and_u_chart([("email: equal", 0.9, 0.01)], party_type="person"),
            "m and u probabilities of the person model, 1 levels",
            id="m-and-u",
        ),
        pytest.param(
            pictures.cluster_sizes([(1, 7), (4, 1)]),
            "8 golden records by size; the largest holds 4 records",
            id="cluster-sizes",
        ),
        pytest.param(
            pictures.cluster_sizes([]), "0 golden records by size; the largest holds 0 records", id="none"
        ),
        pytest.param(pictures.sync_volume({"contacts": 5}, title="read"), "read: 5 rows", id="volume"),
    ],
)
def test_a_picture_is_inside_the_metadata_with_its_meaning_in_words(
    picture: dg.MarkdownMetadataValue, words: str
) -> None:
    assert picture.value is not None
    found = re.search(r"!\[(.*)\]\(data:image/png;base64,(.*)\)", picture.value)

    assert found is not None
    assert found[1] == words
    assert base64.b64decode(found[2]).startswith(PNG)
