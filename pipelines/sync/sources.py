"""sources.yml: which systems are connected, what is read of each, and how deletions reach us.

The file is read once, whole, and every fault in it is reported at once. `${NAME}` stands for a variable of
the environment; a password may stand nowhere else.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from pipelines.connectors.files import FilesObject, FilesSettings
from pipelines.connectors.mail import MailSettings
from pipelines.connectors.port import Deletes
from pipelines.connectors.sql import SqlSettings, SqlTable
from pipelines.errors import SourcesFault, UnknownName

SOURCES_FILE = "sources.yml"
NAME = re.compile(r"[a-z][a-z0-9_]*")
OBJECT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
TIME_LIMIT_SECONDS = 900  # a first load of some millions of rows; what is not done by then goes on next time
REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
OPTIONS = {
    "sql": {"connector", "url", "schema", "objects", "overlap_minutes", "page_rows", "time_limit_seconds"},
    "files": {"connector", "folder", "objects", "time_limit_seconds"},
    "mail": {"connector", "folder", "deletes", "time_limit_seconds"},
}
OBJECT_OPTIONS = {
    "sql": {"keys", "table", "cursor", "soft_delete", "deletes", "without"},
    "files": {"keys", "files", "cursor", "deletes", "without"},
}
Settings = SqlSettings | FilesSettings | MailSettings


@dataclass(frozen=True, slots=True)
class Source:
    """One connected system: its settings, objects, columns that it may be without, and its time in a run."""

    name: str
    settings: Settings
    object_names: tuple[str, ...]
    without: Mapping[str, frozenset[str]] = field(default_factory=dict)
    time_limit_seconds: float = TIME_LIMIT_SECONDS

    def let_go(self, object_name: str) -> frozenset[str]:
        """Return the columns that a person has declared as gone."""
        return self.without.get(object_name, frozenset())


def read_sources(home: Path, environment: Mapping[str, str] = os.environ) -> tuple[Source, ...]:
    """Return the sources of a home folder.

    Raises:
        SourcesFault: the file is missing or at fault; the message names every fault.
    """
    path = home / SOURCES_FILE
    if not path.is_file():
        raise SourcesFault(path, ["it is not there; `concord demo` writes one, or write it by hand"])
    return parse_sources(path.read_text(encoding="utf-8"), path, environment=environment)


def parse_sources(text: str, path: Path, *, environment: Mapping[str, str]) -> tuple[Source, ...]:
    """Return the sources that the text of a sources.yml declares.

    Raises:
        SourcesFault: with every fault of the text.
    """
    faults: list[str] = []
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise SourcesFault(path, [" ".join(str(error).split())]) from error
    declared = document.get("sources") if isinstance(document, dict) else None
    if not isinstance(declared, dict) or not declared:
        raise SourcesFault(path, ["it must hold `sources:` with a name for each system"])
    found = [
        source
        for name, spec in declared.items()
        if (source := _Reader(str(name), faults, environment).source(spec)) is not None
    ]
    if faults:
        raise SourcesFault(path, faults)
    return tuple(found)


def choose(sources: tuple[Source, ...], names: list[str]) -> tuple[Source, ...]:
    """Return the sources named, or all.

    Raises:
        UnknownName: a name that no source has.
    """
    known = {source.name for source in sources}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UnknownName(f"there is no source {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    return tuple(source for source in sources if not names or source.name in names)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one source and adds what is wrong with it to `faults`."""

    name: str
    faults: list[str]
    environment: Mapping[str, str]

    def source(self, spec: Any) -> Source | None:
        before = len(self.faults)
        if not NAME.fullmatch(self.name):
            self._fault("a name is lower case letters, digits and _")
        connector = spec.get("connector") if isinstance(spec, dict) else None
        if connector not in OPTIONS:
            self._fault(f"connector must be one of {', '.join(OPTIONS)}")
            return None
        self._unknown(spec, OPTIONS[connector])
        seconds = spec.get("time_limit_seconds", TIME_LIMIT_SECONDS)
        if not isinstance(seconds, int | float) or isinstance(seconds, bool) or seconds <= 0:
            self._fault("time_limit_seconds must be a number above zero")
        if connector == "mail":
            return self._mail(spec) if len(self.faults) == before else None
        objects = spec.get("objects")
        if not isinstance(objects, dict) or not objects:
            self._fault("objects must name at least one object")
            return None
        for name, declared in objects.items():
            self._check_object(name, declared, OBJECT_OPTIONS[connector])
        settings = self._settings(connector, spec, objects) if len(self.faults) == before else None
        if settings is None:
            return None
        without = {name: frozenset(declared.get("without", ())) for name, declared in objects.items()}
        return Source(self.name, settings, tuple(objects), without, seconds)

    def _settings(self, connector: str, spec: Any, objects: Any) -> Settings | None:
        return self._sql(spec, objects) if connector == "sql" else self._files(spec, objects)

    def _check_object(self, name: Any, declared: Any, options: set[str]) -> None:
        where = f"objects.{name}"
        if not OBJECT_NAME.fullmatch(str(name)):
            self._fault(f"{where}: a name is letters, digits and _; `table` may say what the source calls it")
        if not isinstance(declared, dict):
            self._fault(f"{where} must hold `keys`")
            return
        self._unknown(declared, options, where=where)
        for option in ("keys", "without"):
            value = declared.get(option, [])
            if not isinstance(value, list) or not all(isinstance(column, str) for column in value):
                self._fault(f"{where}.{option} must be a list of columns")
        if not declared.get("keys"):
            self._fault(f"{where}.keys must name the columns that tell its rows apart")
        deletes = declared.get("deletes", "none")
        if deletes not in set(Deletes):
            self._fault(f"{where}.deletes must be one of {', '.join(Deletes)}")
        if deletes == "observed" and not declared.get("soft_delete"):
            self._fault(f"{where}.deletes is observed, so soft_delete must name the column that shows it")

    def _sql(self, spec: Any, objects: Any) -> SqlSettings | None:
        url = self._text(spec, "url")
        if url is None or not self._is_url(str(spec["url"]), url):
            return None
        tables = tuple(
            SqlTable(
                name,
                tuple(o["keys"]),
                o.get("table", name),
                o.get("cursor"),
                o.get("soft_delete"),
                Deletes(o.get("deletes", "none")),
            )
            for name, o in objects.items()
        )
        given = SqlSettings(url, tables, spec.get("schema"))
        minutes, rows = spec.get("overlap_minutes", 10), spec.get("page_rows", given.page_rows)
        if not isinstance(minutes, int) or not isinstance(rows, int) or minutes < 0 or rows < 1:
            self._fault("overlap_minutes and page_rows must be whole numbers")
            return None
        return SqlSettings(url, tables, spec.get("schema"), timedelta(minutes=minutes), rows)

    def _is_url(self, written: str, url: str) -> bool:
        try:
            make_url(url)
            password = (
                None if REFERENCE.fullmatch(written) else make_url(REFERENCE.sub("X", written)).password
            )
        except ArgumentError:
            self._fault("url must be a SQLAlchemy URL, such as sqlite:///systems/crm.db")
            return False
        if password is not None and ":${" not in written:
            self._fault("the password in url must be a reference to the environment, such as ${CRM_PASSWORD}")
            return False
        return True

    def _files(self, spec: Any, objects: Any) -> FilesSettings | None:
        folder = self._text(spec, "folder")
        missing = [name for name, o in objects.items() if not isinstance(o.get("files"), str)]
        for name in missing:
            self._fault(f"objects.{name}.files must be a pattern, such as customers*.csv")
        if folder is None or missing:
            return None
        declared = tuple(
            FilesObject(
                name, o["files"], tuple(o["keys"]), o.get("cursor"), Deletes(o.get("deletes", "none"))
            )
            for name, o in objects.items()
        )
        return FilesSettings(folder, declared)

    def _mail(self, spec: Any) -> Source | None:
        folder = self._text(spec, "folder")
        deletes = spec.get("deletes", "none")
        if deletes not in {"reconcile", "none"}:
            self._fault("deletes must be reconcile or none")
        elif folder is not None:
            seconds = spec.get("time_limit_seconds", TIME_LIMIT_SECONDS)
            settings = MailSettings(folder, Deletes(deletes))
            return Source(self.name, settings, ("messages",), time_limit_seconds=seconds)
        return None

    def _text(self, spec: Any, option: str) -> str | None:
        value = spec.get(option)
        if not isinstance(value, str) or not value:
            self._fault(f"{option} is missing")
            return None
        unset = [name for name in REFERENCE.findall(value) if name not in self.environment]
        for name in unset:
            self._fault(f"{option} refers to ${{{name}}}, which is not set in the environment")
        return None if unset else REFERENCE.sub(lambda match: self.environment[match[1]], value)

    def _unknown(self, spec: Mapping[str, Any], options: set[str], where: str = "") -> None:
        for option in self._strangers(spec, options):
            self._fault(
                f"{where + '.' if where else ''}{option} is no option; there are {', '.join(sorted(options))}"
            )

    def _strangers(self, spec: Mapping[str, Any], options: set[str]) -> Iterator[str]:
        return (str(option) for option in spec if option not in options)

    def _fault(self, what: str) -> None:
        self.faults.append(f"{self.name}: {what}")
