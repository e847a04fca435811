"""The access log: one JSON line for each request, by route template, with no address, query or body."""

import logging
import sys
import threading
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TextIO

import orjson

ACCESS = logging.getLogger("concord.access")
GATHER_SECONDS = 0.25
DEFECTS = logging.getLogger("concord.defects")


class GatheringHandler(logging.StreamHandler[TextIO]):
    """Writes lines together, four times a second and at the end: a system call for each costs more."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._ended = threading.Event()
        threading.Thread(target=self._write_out_often, name="log", daemon=True).start()

    def flush(self) -> None:
        """Leave it to `write_out`."""

    def write_out(self) -> None:
        """Write what has gathered."""
        with self.lock or nullcontext():
            super().flush()

    def close(self) -> None:
        """Write what has gathered and write no more; logging does it when the process ends."""
        self._ended.set()
        self.write_out()
        super().close()

    def _write_out_often(self) -> None:
        while not self._ended.wait(GATHER_SECONDS):
            self.write_out()


def log_to_stderr() -> None:
    """Write both logs to stderr as they are; for the process that serves.

    Records hold nothing of thread, process or caller, which nobody prints (logging's HOWTO, "Optimization").
    """
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # the documented way
    handler = GatheringHandler(open(sys.stderr.fileno(), "w", encoding="utf-8", closefd=False))  # noqa: SIM115
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
