"""Dagster's own folder inside a home folder: runs, events and metadata, for all processes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

FOLDER = "dagster"
SETTINGS = """\
# Written by Concord where it is missing; yours to change.
telemetry:
  enabled: false # nothing leaves this machine
nux:
  enabled: false # asks for an e-mail address
run_coordinator:
  module: dagster.core.run_coordinator
  class: QueuedRunCoordinator
  config:
    max_concurrent_runs: 1 # one process may write the warehouse
retention:
  schedule:
    purge_after_days: 90
  sensor:
    purge_after_days: {skipped: 7, failure: 30, success: 90}
"""


def prepare_dagster_home(home: Path) -> Path:
    """Return Dagster's folder in a home folder, made with its settings where it is missing."""
    folder = home.absolute() / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "dagster.yaml"
    if not settings.exists():
        settings.write_text(SETTINGS, encoding="utf-8")
    return folder


@contextmanager
def open_instance(home: Path) -> Iterator[dg.DagsterInstance]:
    """Open what Dagster keeps about a home folder."""
    with dg.DagsterInstance.from_config(str(prepare_dagster_home(home))) as instance:
        yield instance
