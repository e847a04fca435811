from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.connectors.files import FilesConnector, FilesSettings
from pipelines.connectors.mail import MailConnector, MailSettings
from pipelines.connectors.opening import open_connector
from pipelines.connectors.port import Connector
from pipelines.connectors.sql import SqlConnector, SqlSettings


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        (SqlSettings("sqlite:///a.db", ()), SqlConnector),
        (FilesSettings("exports", ()), FilesConnector),
        (MailSettings("mail"), MailConnector),
    ],
)
def test_every_kind_of_settings_has_its_connector(
    settings: SqlSettings | FilesSettings | MailSettings, kind: type[Connector], tmp_path: Path
) -> None:
    connector = open_connector(settings, tmp_path, now=lambda: datetime.now(UTC))

    assert isinstance(connector, kind)
    connector.close()
