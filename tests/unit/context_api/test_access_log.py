import json
import logging
import subprocess
import sys
import time
from pathlib import Path

import pytest

from context_api.access_log import ACCESS, GatheringHandler, log_defect, log_request


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


def test_lines_are_written_together_and_none_is_kept_for_long(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("w", encoding="utf-8") as stream:
        handler = GatheringHandler(stream)
        for number in range(3):
            handler.handle(logging.makeLogRecord({"msg": f"line {number}"}))
        until = time.monotonic() + 30
        while not log.read_text(encoding="utf-8") and time.monotonic() < until:
            time.sleep(0.01)

        assert log.read_text(encoding="utf-8") == "line 0\nline 1\nline 2\n"
        handler.close()


def test_a_process_that_ends_leaves_no_line_behind() -> None:
    script = (
        "from context_api.access_log import log_request, log_to_stderr\n"
        "log_to_stderr()\nlog_request(route='/v1/versions', status=200)"
    )

    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)  # noqa: S603

    assert json.loads(ended.stderr)["route"] == "/v1/versions"
