"""The mail server of the demo company: one Maildir for each of its mailboxes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

UNREAD_DAYS = 3
SUBFOLDERS = ("cur", "new", "tmp")


class MailServer:
    """Delivers messages into Maildir folders, one file at a time; read and older mail lies in `cur`."""

    def __init__(self, folder: Path, *, now: datetime, first: int = 1) -> None:
        self._folder = folder
        self._now = now
        self._number = first - 1
        self._open: set[str] = set()
        self.count = 0

    def deliver(self, mailbox: str, sent: datetime, content: bytes) -> Path:
        """Write a message into a mailbox, and return its file."""
        place = self._folder / mailbox
        if mailbox not in self._open:
            for name in SUBFOLDERS:
                (place / name).mkdir(parents=True, exist_ok=True)
            self._open.add(mailbox)
        self._number += 1
        self.count += 1
        seconds = int(sent.replace(tzinfo=UTC).timestamp())
        unique = f"{seconds}.M{self._number:06}P1.mail"
        is_unread = self._now - sent < timedelta(days=UNREAD_DAYS)
        file = place / "new" / unique if is_unread else place / "cur" / f"{unique}:2,S"
        file.write_bytes(content)
        return file
