"""The access log: one JSON line for each request, by route template, with no address, query or body."""

import logging
import sys
from datetime import UTC, datetime

import orjson

ACCESS = logging.getLogger("concord.access")
DEFECTS = logging.getLogger("concord.defects")


def log_to_stderr() -> None:
    """Write both logs to stderr as they are; for the process that serves."""
    handler = logging.StreamHandler(sys.stderr)
    for logger in (ACCESS, DEFECTS):
        logger.setLevel(logging.INFO)
        logger.propagate = False
        logger.handlers = [handler]


def log_request(**facts: object) -> None:
    """Log a request that was answered."""
    if ACCESS.isEnabledFor(logging.INFO):
        ACCESS.info("%s", orjson.dumps({"at": datetime.now(UTC), **facts}).decode())


def log_defect(error: Exception, *, request_id: str) -> None:
    """Log where an error came from that nobody foresaw; its words may hold personal values and stay out."""
    places = []
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        places.append(
            f"{traceback.tb_frame.f_globals.get('__name__', '?')}:{code.co_name}:{traceback.tb_lineno}"
        )
        traceback = traceback.tb_next
    said = {
        "at": datetime.now(UTC),
        "request_id": request_id,
        "error": type(error).__qualname__,
        "where": places,
    }
    DEFECTS.error("%s", orjson.dumps(said).decode())
