import mailbox
from datetime import datetime
from pathlib import Path

from demo.systems.maildir import MailServer

NOW = datetime(2026, 6, 30, 12)  # noqa: DTZ001  # UTC by contract


def test_read_mail_lies_in_cur_and_the_latest_in_new(tmp_path: Path) -> None:
    server = MailServer(tmp_path, now=NOW)

    old = server.deliver("info", datetime(2026, 1, 1), b"Subject: a\n\na\n")  # noqa: DTZ001
    new = server.deliver("info", NOW, b"Subject: b\n\nb\n")

    assert (old.parent.name, new.parent.name) == ("cur", "new")
    assert old.name.endswith(":2,S")
    assert server.count == 2


def test_the_standard_library_reads_the_mailbox(tmp_path: Path) -> None:
    server = MailServer(tmp_path, now=NOW)
    for minute in range(3):
        server.deliver("info", NOW.replace(minute=minute), b"Subject: a\n\na\n")

    assert len(mailbox.Maildir(tmp_path / "info", create=False)) == 3
