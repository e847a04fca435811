"""Counts and times of requests for Prometheus, by route template; never by id, tenant or caller.

With several workers `concord serve` names a folder in PROMETHEUS_MULTIPROC_DIR, and each tells of all.
"""

import os

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (
    0.001,
    0.0025,
    0.005,
    0.01,
    0.02,
    0.03,
    0.06,
    0.1,
    0.25,
    0.5,
    1.0,
    2.5,
)  # the promised times among them
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNMATCHED = "unmatched"


class Metrics:
    """What a process counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "concord_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "concord_request_seconds", "Time to answer.", ("route",), buckets=BUCKETS, registry=self.registry
        )

        self._series: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        named = (method if method in METHODS else "other", route, status)
        series = self._series.get(named)
        if series is None:  # finding them by their labels takes longer than counting
            series = self.requests.labels(*map(str, named)), self.seconds.labels(route)
            self._series[named] = series
        series[0].inc()
        series[1].observe(seconds)

    def told(self) -> bytes:
        """Return everything in Prometheus' text format, of all processes where there are several."""
        if not os.environ.get(FOLDER_VARIABLE):
            return generate_latest(self.registry)
        shared = CollectorRegistry()
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
        return generate_latest(shared)
