"""Sealing: personal values that can be read only while the key of their source record exists.

Every source record has a random salt of 16 bytes (`record_keys`). Its data key is HMAC-SHA256 of the salt
under the store's master key, which is kept outside the database. A sealed value is

    1 byte   format, 0x01
    12 bytes random nonce
    rest     AES-256-GCM of the UTF-8 text, with its 16 byte tag; bound to `tenant|record|what`

Erasing a salt makes everything sealed with it unreadable in every version, on every copy that is
kept in step, and touches no other record (docs/decisions/0011).
"""

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from context_api.errors import FaultyStoreSetting

FORMAT = b"\x01"
NONCE_BYTES = 12
SALT_BYTES = 16
KEY_BYTES = 32
CIPHERS = 256  # kept ready: a golden record's values come from few records, one after the other
TOKEN_BYTES = 12  # 96 bits: no two words of a billion share a token by chance
KEY_FILE = "store.key"
CLAIMS = "claims"  # what sealed parts are bound to: a record's claims,
VALUE = "value"  # `value:<attribute>` of a golden record,
TEXTS = "texts"  # an activity's texts
LOOKUP_PURPOSE = b"concord:lookup:1"
VIEW_PURPOSE = b"concord:view:1"


def new_salt() -> bytes:
    """Return a salt for one source record."""
    return os.urandom(SALT_BYTES)


@dataclass(frozen=True, slots=True, repr=False)
class Sealer:
    """Seals and opens values of one tenant."""

    master: bytes
    tenant_id: str

    def seal(self, plain: str, *, salt: bytes, record_id: str, what: str) -> bytes:
        """Return a text sealed with a record's key."""
        nonce = os.urandom(NONCE_BYTES)
        cipher = _cipher(self.master, salt)
        return FORMAT + nonce + cipher.encrypt(nonce, plain.encode(), self._bound_to(record_id, what))

    def open(self, sealed: bytes, *, salt: bytes | None, record_id: str, what: str) -> str | None:
        """Return the text, None when the record's key is erased.

        Raises:
            FaultyStoreSetting: The master key is not the one that the store was sealed with.
        """
        if salt is None:
            return None
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        cipher = _cipher(self.master, bytes(salt))
        try:
            return cipher.decrypt(bytes(nonce), bytes(body), self._bound_to(record_id, what)).decode()
        except InvalidTag as error:
            raise FaultyStoreSetting(
                f"a sealed value of {record_id} does not open; give the {KEY_FILE} (or CONCORD_STORE_KEY)"
                " that this store was made with"
            ) from error

    def token(self, term: str) -> bytes:
        """Return the keyed hash by which a word, e-mail or phone is found without being stored."""
        purpose = LOOKUP_PURPOSE + self.tenant_id.encode() + b"\0"
        return hmac.digest(self.master, purpose + term.encode(), "sha256")[:TOKEN_BYTES]

    def seal_view(self, plain: bytes, *, golden_id: str) -> bytes:
        """Return a rendered view sealed with the tenant's view key.

        A view holds values of several records: where one is erased it is rendered anew, not made unreadable.
        """
        nonce = os.urandom(NONCE_BYTES)
        return FORMAT + nonce + self._view_cipher().encrypt(nonce, plain, golden_id.encode())

    def open_view(self, sealed: bytes, *, golden_id: str) -> bytes:
        """Return a rendered view.

        Raises:
            FaultyStoreSetting: The master key is not the one that the store was sealed with.
        """
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return self._view_cipher().decrypt(nonce, body, golden_id.encode())
        except InvalidTag as error:
            raise FaultyStoreSetting(
                f"the view of {golden_id} does not open; give the {KEY_FILE} (or CONCORD_STORE_KEY) that this"
                " store was made with"
            ) from error

    def _view_cipher(self) -> AESGCM:
        return _cipher_of_views(self.master, self.tenant_id)

    def _bound_to(self, record_id: str, what: str) -> bytes:
        return f"{self.tenant_id}|{record_id}|{what}".encode()


@lru_cache(maxsize=1024)  # tenants that one process speaks for
def _cipher_of_views(master: bytes, tenant_id: str) -> AESGCM:
    return AESGCM(hmac.digest(master, VIEW_PURPOSE + tenant_id.encode(), "sha256"))


@lru_cache(maxsize=CIPHERS)
def _cipher(master: bytes, salt: bytes) -> AESGCM:
    """Return the cipher of a record; making one costs five times what sealing a value with it does."""
    return AESGCM(hmac.digest(master, salt, "sha256"))


def master_key(home: Path, configured: str | None) -> bytes:
    """Return the store's master key: CONCORD_STORE_KEY (base64), else the key file, made when missing.

    Raises:
        FaultyStoreSetting: The key is not 32 bytes in base64.
    """
    if configured:
        return _decoded(configured, origin="CONCORD_STORE_KEY")
    path = home / KEY_FILE
    home.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(urlsafe_b64encode(os.urandom(KEY_BYTES)))
    return _decoded(path.read_text("ascii", errors="replace"), origin=str(path))


def _decoded(text: str, *, origin: str) -> bytes:
    try:
        key = urlsafe_b64decode(text.strip().encode())
    except (Base64Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise FaultyStoreSetting(f"{origin} is no key; it must hold {KEY_BYTES} bytes in URL-safe base64")
    return key
