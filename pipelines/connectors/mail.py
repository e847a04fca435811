"""Maildir and mbox: every message once, by its Message-ID, whichever mailboxes hold a copy.

The cursor is the newest change time of a file: the system sets it when a message is delivered, moved or
copied in, and no program can set it back. A file that holds no message is set aside with its reason.
"""

import hashlib
import mailbox
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from pipelines.connectors.mail_message import MessageFault, message_row
from pipelines.connectors.port import (
    BadRow,
    Connector,
    Cursor,
    Deletes,
    Field,
    FieldType,
    KeyValues,
    Page,
    Row,
    SourceObject,
)
from pipelines.errors import TransientFault

PAGE_MESSAGES = 500
MOST_KEPT = 1_000_000  # bytes of what is no message; past it, quarantine says where the rest is
OVERLAP_NS = int(timedelta(minutes=10).total_seconds() * 1e9)
# A delivery that is under way while the folder is listed may be a little older than the newest file seen.
MAILDIR_FOLDERS = ("cur", "new")  # `tmp` holds what is still being delivered
MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>\s]+>)", re.I | re.M)
FIELDS = (
    "message_id", "mailbox", "folder", "thread_id", "sent_at", "from_name", "from_email", "to_addresses",
    "cc_addresses", "subject", "body_text", "signature", "attachments", "in_reply_to",
)  # fmt: skip
PLACES = {"mailbox", "folder"}  # where a copy was found says nothing about the message


@dataclass(frozen=True, slots=True)
class MailSettings:
    """A folder of mailboxes (Maildir folders or .mbox files)."""

    folder: str
    deletes: Deletes = Deletes.NONE


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """One copy of a message: where it lies, when that changed, and how to get its bytes."""

    mailbox: str
    folder: str
    place: str
    changed_ns: int
    load: Callable[[], bytes]


class MailConnector(Connector):
    """Reads the mailboxes of a folder; writes, marks and moves nothing."""

    def __init__(self, settings: MailSettings, home: Path) -> None:
        self._folder = (home / settings.folder).resolve()
        self._deletes = settings.deletes
        self._boxes: dict[Path, mailbox.mbox] = {}  # open until `close`: messages are loaded later
        self._ids: dict[tuple[str, int], str] = {}  # by place and change time: headers are read once

    def check(self) -> None:
        """Look whether the folder is there."""
        if not self._folder.is_dir():
            raise TransientFault(
                f"the folder {self._folder.name} is not there; mount it, or correct `folder`"
            )

    def discover(self) -> tuple[SourceObject, ...]:
        """Return the one object there is."""
        fields = tuple(Field(name, FieldType.TEXT, name not in PLACES) for name in FIELDS)
        return (SourceObject("messages", fields, ("message_id",), "sent_at", None, self._deletes),)

    def read(self, object_: SourceObject, cursor: Cursor | None) -> Iterator[Page]:
        """Yield messages that arrived or moved since the cursor, oldest change first."""
        since = -1 if cursor is None else int(cursor["changed_ns"]) - OVERLAP_NS
        stored = sorted(self._stored(), key=lambda s: (s.changed_ns, s.mailbox, s.folder))
        fresh = [message for message in stored if message.changed_ns >= since]
        for start in range(0, len(fresh), PAGE_MESSAGES):
            part = fresh[start : start + PAGE_MESSAGES]
            yield _page(part, cursor={"changed_ns": part[-1].changed_ns})

    def keys(self, object_: SourceObject) -> Iterator[Sequence[KeyValues]]:
        """Yield the id of every message that can be read."""
        yield [(key,) for key in self._by_id()]

    def count(self, object_: SourceObject) -> int:
        """Count messages, each once."""
        return len(self._by_id())

    def sample(self, object_: SourceObject, size: int) -> Page:
        """Return messages at even distances in the order of their ids."""
        found = sorted(self._by_id().items())
        stride = max(1, -(-len(found) // size))
        return _page([stored for _, stored in found[::stride]], cursor=None)

    def _by_id(self) -> dict[str, StoredMessage]:
        return {self._id_of(stored): stored for stored in self._stored()}

    def _id_of(self, stored: StoredMessage) -> str:
        place = (stored.place, stored.changed_ns)
        if place not in self._ids:
            self._ids[place] = _message_id(stored.load())
        return self._ids[place]

    def _stored(self) -> Iterator[StoredMessage]:
        try:
            for path in sorted(self._folder.rglob("*")):
                if path.is_dir() and path.name in MAILDIR_FOLDERS:
                    yield from self._in_maildir(path)
                elif path.is_file() and path.suffix == ".mbox":
                    yield from self._in_mbox(path)
        except OSError as error:
            raise TransientFault(f"the mailboxes cannot be read: {error.strerror}") from error

    def _in_maildir(self, folder: Path) -> Iterator[StoredMessage]:
        maildir = folder.parent
        # Maildir++: sub-folders stand beside `cur` with a dot before their name
        is_sub = maildir.name.startswith(".")
        owner = maildir.parent if is_sub else maildir
        name = maildir.name.lstrip(".") if is_sub else "INBOX"
        for path in sorted(folder.iterdir()):
            if path.is_file() and not path.name.startswith("."):
                mailbox_name = owner.relative_to(self._folder).as_posix()
                yield StoredMessage(mailbox_name, name, str(path), path.stat().st_ctime_ns, _loader(path))

    def _in_mbox(self, path: Path) -> Iterator[StoredMessage]:
        changed = path.stat().st_ctime_ns
        name = path.relative_to(self._folder).with_suffix("").as_posix()
        box = self._boxes.setdefault(path, mailbox.mbox(path, create=False))
        for key in box.iterkeys():
            load = partial(box.get_bytes, key)
            yield StoredMessage(name, "INBOX", f"{path}:{key}", changed, load)

    def close(self) -> None:
        """Close the mbox files."""
        for box in self._boxes.values():
            box.close()


def _loader(path: Path) -> Callable[[], bytes]:
    def load() -> bytes:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            # A reader of mail moves a file when it sets a flag: only what follows `:2,` changes.
            moved = [
                p for f in MAILDIR_FOLDERS for p in (path.parents[1] / f).glob(path.name.split(":")[0] + "*")
            ]
            return moved[0].read_bytes() if moved else b""

    return load


def _message_id(raw: bytes) -> str:
    found = MESSAGE_ID.search(raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0])
    if found is not None:
        return found[1].decode("ascii", "replace")
    return "sha256:" + hashlib.sha256(raw).hexdigest()  # a message without an id is known by its content


def _page(stored: Sequence[StoredMessage], *, cursor: Cursor | None) -> Page:
    rows: list[Row] = []
    bad: list[BadRow] = []
    for message in stored:
        raw = message.load()
        place: dict[str, Any] = {"mailbox": message.mailbox, "folder": message.folder}
        key = {"message_id": _message_id(raw)}
        try:
            rows.append({**key, **place, **message_row(raw)})
        except MessageFault as error:
            bad.append(BadRow({**key, **place, **_kept(message, raw)}, str(error), error.field))
    return Page(rows, cursor=cursor, bad=bad)


def _kept(message: StoredMessage, raw: bytes) -> dict[str, str]:
    """Return the bytes of what is no message as text: whole, or its beginning and where all of it lies."""
    kept = {"raw": raw[:MOST_KEPT].decode("ascii", "backslashreplace")}
    if len(raw) > MOST_KEPT:
        # Without flags and sub-folder, which a reader of mail changes: then it would be set aside anew.
        name = Path(message.place).name.partition(":")[0]
        kept["cut"] = (
            f"{MOST_KEPT:,} of {len(raw):,} bytes; the whole stands in {message.mailbox}, file {name}"
        )
    return kept
