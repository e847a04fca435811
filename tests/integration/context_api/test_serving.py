import asyncio
from typing import Any

import pytest
from sqlalchemy import inspect

from context_api.errors import FaultyStoreSetting
from context_api.serving import prepare, serving
from context_api.settings import read_settings
from context_api.store.engine import open_store


def test_preparing_makes_both_databases_and_again_changes_nothing(tmp_path: Any, store_url: str) -> None:
    settings = read_settings(home=tmp_path / "home", store_url=store_url)

    prepare(settings)
    prepare(settings)

    engine = open_store(settings.audit_address())
    assert set(inspect(engine).get_table_names()) == {"audit_entries", "read_receipts"}
    engine.dispose()
    assert (tmp_path / "home" / "store.key").stat().st_mode & 0o777 == 0o600


def test_a_key_that_is_none_is_found_before_anything_is_made(tmp_path: Any) -> None:
    with pytest.raises(FaultyStoreSetting):
        prepare(read_settings(home=tmp_path / "home", store_key="short"))

    assert not (tmp_path / "home").exists()


def test_what_is_opened_for_serving_opens_values_of_each_tenant_with_its_own_sealer(
    published_on_sqlite: Any,
) -> None:
    async def look() -> tuple[Any, Any, Any]:
        prepare(published_on_sqlite.settings())
        async with serving(published_on_sqlite.settings()) as opened:
            return opened.sealer("default"), opened.sealer("default"), opened.sealer("rivals")

    one, again, other = asyncio.run(look())

    assert one is again
    assert (one.tenant_id, other.tenant_id) == ("default", "rivals")
