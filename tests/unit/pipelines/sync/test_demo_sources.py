from pathlib import Path

from pipelines.connectors.mail import MailSettings
from pipelines.connectors.port import Deletes
from pipelines.connectors.sql import SqlSettings
from pipelines.sync.demo_sources import demo_sources
from pipelines.sync.sources import Source, parse_sources


def deletes_of(source: Source) -> set[Deletes]:
    if isinstance(source.settings, SqlSettings):
        return {table.deletes for table in source.settings.tables}
    assert isinstance(source.settings, MailSettings)
    return {source.settings.deletes}


def test_the_demo_connects_four_systems() -> None:
    sources = parse_sources(demo_sources(), Path("sources.yml"), environment={})

    assert {source.name: len(source.object_names) for source in sources} == {
        "crm": 4, "erp": 10, "itsm": 5, "email": 1,
    }  # fmt: skip
    assert {source.name: deletes_of(source) for source in sources} == {
        "crm": {Deletes.OBSERVED}, "erp": {Deletes.RECONCILE}, "itsm": {Deletes.NONE},
        "email": {Deletes.RECONCILE},
    }  # fmt: skip
