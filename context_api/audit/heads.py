"""Signed heads: how long each chain was, kept outside of the database and signed with a key it does not hold.

A chain tells of itself what was changed in it, but not that its end was cut off or that an older file was
put in its place. So beside it stands, in a file for each writer, how many entries it had and the last's hash:

    {"writer": "…", "sequence": 42, "hash": "…", "signature": "…"}

The signature is HMAC-SHA256 of the rest under a key that is derived from the store's master key. Who may
write the database should not be able to write this folder, nor to put older files into it.
"""

import hmac
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import orjson

from context_api.audit.writing import Head
from context_api.errors import StoreUnavailable

HEAD_PURPOSE = b"concord:audit-head:1"
SUFFIX = ".head.json"
EVERY_SECONDS = 5.0  # what was written since the last head is the end that can be cut off unseen
OF_OWNER_ALONE = 0o700
LOG = logging.getLogger("concord.audit")


@dataclass(frozen=True, slots=True)
class SignedHead:
    """The head of a writer's chain as a file states it; `is_signed` says whether its signature fits."""

    writer: str
    head: Head
    is_signed: bool


class SignedHeads:
    """The folder of signed heads."""

    def __init__(self, folder: Path, master_key: bytes) -> None:
        self.folder = folder
        self._key = hmac.digest(master_key, HEAD_PURPOSE, "sha256")

    def keep(self, writer: str, head: Head) -> None:
        """Put a head in the place of the writer's last: whole, or not at all.

        Raises:
            OSError: It cannot be written.
        """
        self.folder.mkdir(mode=OF_OWNER_ALONE, parents=True, exist_ok=True)
        stated = {"writer": writer, "sequence": head.sequence, "hash": head.hash}
        path = self._path(writer)
        beside = path.with_suffix(".new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(orjson.dumps(stated | {"signature": self._signature(writer, head)}))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    def forget(self, writer: str) -> None:
        """Take away the head of a chain that has no entry."""
        with suppress(OSError):
            self._path(writer).unlink()

    def of(self, writer: str) -> SignedHead | None:
        """Return a writer's head, None where there is no file."""
        path = self._path(writer)
        if path.parent != self.folder or "\0" in writer or not path.exists():  # a name from the database
            return None
        try:
            stated = orjson.loads(path.read_bytes())
            head = Head(int(stated["sequence"]), str(stated["hash"]))
            signature = str(stated["signature"])
        except (ValueError, TypeError, KeyError):
            return SignedHead(writer, Head(0, ""), is_signed=False)
        fits = hmac.compare_digest(signature.encode(), self._signature(writer, head).encode())
        return SignedHead(writer, head, is_signed=fits)

    def all(self) -> Iterator[SignedHead]:
        """Yield every head, by writer."""
        for path in sorted(self.folder.glob(f"*{SUFFIX}")):
            found = self.of(path.name.removesuffix(SUFFIX))
            if found is not None:
                yield found

    def _path(self, writer: str) -> Path:
        return self.folder / f"{writer}{SUFFIX}"

    def _signature(self, writer: str, head: Head) -> str:
        return hmac.new(self._key, orjson.dumps([writer, head.sequence, head.hash]), "sha256").hexdigest()


class HeadKeeper:
    """Keeps the head of one growing chain, in a thread of its own: no answer waits for it."""

    def __init__(
        self,
        heads: SignedHeads,
        writer: str,
        current: Callable[[], Head | None],
        *,
        every_seconds: float = EVERY_SECONDS,
    ) -> None:
        self._heads = heads
        self._writer = writer
        self._current = current
        self._every_seconds = every_seconds
        self._kept: Head | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="audit-head", daemon=True)

    def start(self) -> None:
        """Keep the head of the empty chain, so that no chain is ever without one, and begin.

        Raises:
            StoreUnavailable: The folder cannot be written.
        """
        try:
            self._keep()
        except OSError as error:
            raise StoreUnavailable(
                f"no head of the audit trail can be kept in {self._heads.folder} ({error}); mend it, or name"
                " another folder by CONCORD_AUDIT_HEADS"
            ) from error
        self._thread.start()

    def close(self) -> None:
        """Keep the last head; called when nothing more is written."""
        self._ended.set()
        self._thread.join()
        self._try()
        if self._kept is not None and self._kept.sequence == 0:
            self._heads.forget(self._writer)

    def _run(self) -> None:
        while not self._ended.wait(self._every_seconds):
            self._try()

    def _try(self) -> None:
        """Keep the head; where that fails the one before stands, which the next replaces."""
        try:
            self._keep()
        except OSError as error:
            LOG.warning("the head of the audit trail was not kept: %s", error)

    def _keep(self) -> None:
        head = self._current()
        if head is not None and head != self._kept:
            self._heads.keep(self._writer, head)
            self._kept = head
