import json
import logging

import pytest

from context_api.access_log import ACCESS, log_defect, log_request


def test_a_request_is_one_line_of_json(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger=ACCESS.name):
        log_request(route="/v1/versions", status=200)

    (line,) = caplog.messages
    assert json.loads(line)["route"] == "/v1/versions"
    assert "\n" not in line


def test_a_defect_is_logged_with_its_places_and_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError("ann@example.com is no number")
    except ValueError as error:
        log_defect(error, request_id="r-1")

    (line,) = caplog.messages
    assert json.loads(line)["error"] == "ValueError"
    assert "test_a_defect_is_logged" in line
    assert "ann@example.com" not in line
