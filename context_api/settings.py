"""Settings: read from the environment when asked, all faults told at once, and nothing read at import.

`Settings` is what a process that serves goes by; `.env.example` lists every one of them. `open_home` opens
the store of a home folder for everything else.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import Engine, make_url

from context_api.errors import FaultySettings, FaultyStoreSetting, NothingPublished
from context_api.store.engine import STORE_FILE, migrate, open_store, store_url
from context_api.store.key_check import key_of
from context_api.store.sealing import KEY_FILE, Sealer, master_key

DEFAULT_TENANT = "default"
PREFIX = "CONCORD_"
URL_VARIABLE = "CONCORD_STORE_URL"
KEY_VARIABLE = "CONCORD_STORE_KEY"
AUDIT_FILE = "audit.db"
HEADS_FOLDER = "audit-heads"
HOME = Path(".concord")


class Settings(BaseSettings):
    """What a process that serves goes by."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, env_ignore_empty=True, extra="ignore")

    home: Path = Field(
        HOME, description="Home folder of the company: the store, its key, snapshots, vectors."
    )
    store_url: SecretStr | None = Field(
        None, description="Address of the store: sqlite:///file or postgresql://…; default: store.db at home."
    )
    store_key: SecretStr | None = Field(
        None, description="Master key of the store, 32 bytes in URL-safe base64; default: store.key at home."
    )
    audit_url: SecretStr | None = Field(
        None, description="Address of the audit database, as the store's; default: audit.db at home."
    )
    audit_heads: Path | None = Field(
        None,
        description="Folder of the audit trail's signed heads, best on another disk; default: audit-heads"
        " beside the audit database, or at home.",
    )
    audit_queue_limit: int = Field(
        10_000, ge=1, description="Reads that may wait for their audit entry; beyond it reads are refused."
    )
    host: str = Field("127.0.0.1", min_length=1, description="Address to listen on; 0.0.0.0 is every one.")
    port: int = Field(8321, ge=1, le=65_535, description="Port to listen on.")
    workers: int = Field(1, ge=1, le=64, description="Processes that serve; they share one store.")
    wait_seconds: float = Field(
        0.8, gt=0, le=60, description="Longest wait for a locked store or audit database before a 503."
    )
    body_limit_bytes: int = Field(1_000_000, ge=1_000, description="Largest body of a request.")
    request_limit: int = Field(
        1_000, ge=1, description="Requests one process answers at a time; beyond it 503."
    )
    key_cache_seconds: float = Field(
        15.0,
        ge=0,
        le=15,
        description="How long a verified key is not looked up again; revoking takes so long.",
    )
    run_niceness: int = Field(
        10, ge=0, le=19, description="CPU priority that a run gives up for what serves: 0 is none, 19 all."
    )
    live_budget_ms: int = Field(
        800, ge=1, le=10_000, description="Time a live read of a source may take before stored data answer."
    )
    qdrant_url: SecretStr | None = Field(
        None, validation_alias="QDRANT_URL", description="A Qdrant server; default: vectors in files at home."
    )
    qdrant_api_key: SecretStr | None = Field(
        None,
        validation_alias="QDRANT_API_KEY",
        description="Key of the Qdrant server, where it asks for one.",
    )

    def store_address(self) -> str:
        """Return the address of the store."""
        return store_url(self.home, _revealed(self.store_url))

    def audit_address(self) -> str:
        """Return the address of the audit database."""
        return _revealed(self.audit_url) or f"sqlite:///{self.home / AUDIT_FILE}"

    def audit_heads_folder(self) -> Path:
        """Return the folder of the signed heads of the audit trail."""
        url = make_url(self.audit_address())
        is_file = url.get_backend_name() == "sqlite" and url.database
        return self.audit_heads or (Path(str(url.database)).parent if is_file else self.home) / HEADS_FOLDER

    def master_key(self) -> bytes:
        """Return the store's master key.

        Raises:
            FaultyStoreSetting: The key is none.
        """
        return master_key(self.home, _revealed(self.store_key))

    def known_master_key(self) -> bytes:
        """Return the store's master key where there is one; none is made.

        Raises:
            FaultyStoreSetting: There is none, or it is no key.
        """
        if self.store_key is None and not (self.home / KEY_FILE).exists():
            raise FaultyStoreSetting(f"{self.home / KEY_FILE} is not there; give the key of the store")
        return self.master_key()

    def check_key(self, engine: Engine) -> None:
        """Make a key where the migrated store holds nothing yet.

        Raises:
            FaultyStoreSetting: The key is lost, or not the one that the store was sealed with.
        """
        key_of(engine, self.home, _revealed(self.store_key))


def read_settings(**stated: Any) -> Settings:
    """Return the settings of the environment; what is stated and not None comes first.

    Raises:
        FaultySettings: With every fault, and no value of any.
    """
    try:
        return Settings(**{name: value for name, value in stated.items() if value is not None})
    except ValidationError as error:
        faults = [f"{variable_of(str(fault['loc'][0]))}: {fault['msg']}" for fault in error.errors()]
        raise FaultySettings(f"{'; '.join(faults)}; see .env.example") from None  # `from` would show values


def variable_of(name: str) -> str:
    """Return the environment variable of a setting."""
    found = Settings.model_fields.get(name)
    stated = None if found is None else found.validation_alias
    return str(stated) if stated else name if found is None else PREFIX + name.upper()


def as_environment(settings: Settings) -> Mapping[str, str]:
    """Return the variables by which another process reads the settings that are not left at their default."""
    stated = {name: getattr(settings, name) for name in settings.model_fields_set}
    return {
        variable_of(name): _revealed(value) or "" if isinstance(value, SecretStr) else str(value)
        for name, value in stated.items()
        if value is not None
    }


def open_home(home: Path, *, tenant_id: str = DEFAULT_TENANT, is_new: bool = False) -> tuple[Engine, Sealer]:
    """Return the store of a home folder, migrated, and what seals and opens its values.

    Raises:
        NothingPublished: There is no store yet, and none is to be made (`is_new`).
        FaultyStoreSetting: The store's address cannot be used, or its key is lost or another one.
    """
    configured = os.environ.get(URL_VARIABLE)
    if not is_new and not configured and not (home / STORE_FILE).exists():
        raise NothingPublished(f"nothing is published in {home} yet; run `concord run --home {home}` first")
    engine = open_store(store_url(home, configured))
    migrate(engine)
    return engine, Sealer(key_of(engine, home, os.environ.get(KEY_VARIABLE)), tenant_id)


def _revealed(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
