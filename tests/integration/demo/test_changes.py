"""What a run changed, read from store and warehouse."""

from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from context_api.settings import open_home
from demo.changes import change_tables, changes_since, visible_version
from pipelines.sync.tables import prepare
from pipelines.warehouse import connect

A, ORG = "crm:contact:1", "crm:company:9"
LOADS = """
insert into sync.loads values
    ('1', 'crm', 'contacts', '2026-01-01', '2026-01-01', 1, 9, 9, 0, 0, 'complete', null),
    ('2', 'crm', 'contacts', '2026-01-02', '2026-01-02', 1, 3, 2, 1, 0, 'complete', null),
    ('2', 'crm', 'deals', '2026-01-02', '2026-01-02', 1, 0, 0, 0, 0, 'complete', null)
"""


def test_only_what_changed_since_a_version_is_told(
    tmp_path: Path, warehouse: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CONCORD_STORE_URL", "CONCORD_STORE_KEY"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    assert visible_version(home) is None
    engine, sealer = open_home(home, is_new=True)
    warehouse.tell()
    warehouse.publish(engine, sealer)
    before = visible_version(home)
    warehouse.record(ORG, "organization", organization_name="Roe & Sons Ltd")
    warehouse.record("crm:contact:8", full_name="New Comer")
    warehouse.publish(engine, sealer)
    engine.dispose()
    with connect(home) as connection:
        prepare(connection)
        connection.execute(LOADS)

    assert before is not None
    found = changes_since(home, before)

    assert found.moved == [("crm.contacts", 2, 1)]
    assert (found.new, found.changed, found.gone, found.same) == (1, 1, 0, 2)
    assert {heading.name for heading in found.named} == {"New Comer", "Roe & Sons Ltd"}
    console = Console(width=120)
    with console.capture() as said:
        for table in change_tables(found):
            console.print(table)
    assert "crm.contacts" in said.get()
    assert "Roe & Sons Ltd" in said.get()
