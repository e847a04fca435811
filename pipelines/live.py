"""Connected databases as sources that can be asked live for single records; reads by key and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import yaml

from context_api.live import LiveRecord
from pipelines.connectors.sql import SqlConnector, SqlSettings
from pipelines.sync.sources import SOURCES_FILE, Source, read_sources

DECLARED_IN = "live_objects.yml"


@dataclass(frozen=True, slots=True)
class SqlLiveSource:
    """One connected database; its address and credentials are in the connector."""

    source: str
    connector: SqlConnector
    objects: Mapping[str, str]  # the middle word of a record id, the object of sources.yml

    def fetch(self, record_ids: Sequence[str], budget_seconds: float) -> Sequence[LiveRecord]:  # noqa: ARG002 - of the port
        """Return the rows of the records that are there; each object is asked once.

        Raises:
            ConnectorError: The database does not answer, or not as declared.
        """
        keys: dict[str, dict[str, str]] = {}
        for record_id in record_ids:
            source, _, rest = record_id.partition(":")
            word, _, key = rest.partition(":")
            if source == self.source and word in self.objects:
                keys.setdefault(word, {})[key] = record_id
        found = []
        for word, ids in keys.items():
            rows = self.connector.rows_by_key(self.objects[word], list(ids))
            now = datetime.now(UTC)
            found += [LiveRecord(ids[key], row, now) for key, row in rows.items() if key in ids]
        return found


def live_sources(home: Path) -> tuple[SqlLiveSource, ...]:
    """Return the databases of a home folder's sources.yml; none where there is no such file.

    Raises:
        SourcesFault: sources.yml cannot be used.
    """
    if not (home / SOURCES_FILE).is_file():
        return ()
    declared = live_objects()
    found = (_live(source, declared.get(source.name, {}), home) for source in read_sources(home))
    return tuple(source for source in found if source is not None)


def live_objects() -> Mapping[str, Mapping[str, str]]:
    """Return, by source, which object holds the record that a record id's middle word names."""
    text = (resources.files("pipelines") / DECLARED_IN).read_text("utf-8")
    declared: Mapping[str, Mapping[str, str]] = yaml.safe_load(text)
    return declared


def _live(source: Source, objects: Mapping[str, str], home: Path) -> SqlLiveSource | None:
    if not isinstance(source.settings, SqlSettings):
        return None
    by_one_key = {table.name for table in source.settings.tables if len(table.keys) == 1}
    usable = {word: name for word, name in objects.items() if name in by_one_key}
    if not usable:
        return None
    connector = SqlConnector(source.settings, home, now=lambda: datetime.now(UTC))
    return SqlLiveSource(source.name, connector, usable)
