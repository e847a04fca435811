import base64
import re
from datetime import UTC, datetime

import dagster as dg
import pytest

from pipelines.assets import pictures

PNG = b"\x89PNG\r\n"


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        pytest.param(
            pictures.match_weight_histogram(
                [(-3, "review", 10), (5, "match", 2)], thresholds={"person match": 0.5, "person review": 0.2}
            ),
            "12 pairs by match weight; thresholds: person match 0.5 (0.0), person review 0.2 (-2.0)",
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
        pytest.param(pictures.rows_by_object({"contacts": 5}, title="read"), "read: 5 rows", id="objects"),
        pytest.param(
            pictures.sync_volume(
                [
                    pictures.LoadVolume(datetime(2026, 1, 2, tzinfo=UTC), 3, 1, 0),
                    pictures.LoadVolume(datetime(2026, 1, 1, tzinfo=UTC), 900, 0, 2),
                ],
                title="contacts of crm",
            ),
            "contacts of crm: 4 rows by the last of 2 loads shown",
            id="loads",
        ),
        pytest.param(
            pictures.sync_volume([], title="none yet"),
            "none yet: 0 rows by the last of 0 loads shown",
            id="no-loads",
        ),
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


def test_every_level_of_a_model_is_drawn() -> None:
    few, many = (
        pictures.m_and_u_chart([(f"level {n}", 0.5, 0.1) for n in range(count)], party_type="person")
        for count in (10, 60)
    )

    assert "60 levels" in str(many.value)
    assert _height(many) > 2 * _height(few)


def _height(picture: dg.MarkdownMetadataValue) -> int:
    found = re.search(r"base64,(.*)\)", str(picture.value))
    assert found is not None
    return int.from_bytes(base64.b64decode(found[1])[20:24], "big")  # of a PNG's header
