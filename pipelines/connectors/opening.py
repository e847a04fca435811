"""Which connector reads which settings: the only place that knows them all."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from pipelines.connectors.files import FilesConnector, FilesSettings
from pipelines.connectors.mail import MailConnector, MailSettings
from pipelines.connectors.port import Connector
from pipelines.connectors.sql import SqlConnector, SqlSettings


def open_connector(
    settings: SqlSettings | FilesSettings | MailSettings, home: Path, *, now: Callable[[], datetime]
) -> Connector:
    """Return the connector for the settings; relative paths are meant from `home`, `now` is UTC with zone."""
    match settings:
        case SqlSettings():
            return SqlConnector(settings, home, now=now)
        case FilesSettings():
            return FilesConnector(settings, home)
        case MailSettings():
            return MailConnector(settings, home)
