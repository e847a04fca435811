import mailbox
from pathlib import Path

import pytest
from company_systems import deliver, message

from pipelines.connectors.mail import MOST_KEPT, MailConnector, MailSettings
from pipelines.connectors.port import Cursor, Deletes, Page
from pipelines.errors import TransientFault


def connector(home: Path) -> MailConnector:
    return MailConnector(MailSettings("mail", Deletes.RECONCILE), home)


def read(home: Path, cursor: Cursor | None = None) -> list[Page]:
    source = connector(home)
    pages = list(source.read(source.discover()[0], cursor))
    source.close()
    return pages


def test_a_maildir_and_an_mbox_are_read(tmp_path: Path) -> None:
    deliver(tmp_path / "mail" / "ann", "1.m", message("<1@x>", "One"))
    deliver(tmp_path / "mail" / "ann" / ".Sent", "2.m", message("<2@x>", "Two"))
    box = mailbox.mbox(tmp_path / "mail" / "old.mbox")
    box.add(message("<3@x>", "Three"))
    box.close()

    rows = [row for page in read(tmp_path) for row in page.changes]

    found = {(row["message_id"], row["mailbox"], row["folder"], row["subject"]) for row in rows}
    assert found == {
        ("<1@x>", "ann", "INBOX", "One"), ("<2@x>", "ann", "Sent", "Two"), ("<3@x>", "old", "INBOX", "Three"),
    }  # fmt: skip


def test_copies_of_a_message_count_once(tmp_path: Path) -> None:
    for owner in ("ann", "bo"):
        deliver(tmp_path / "mail" / owner, "1.m", message("<1@x>", "One"))
    source = connector(tmp_path)

    assert source.count(source.discover()[0]) == 1
    assert list(source.keys(source.discover()[0])) == [[("<1@x>",)]]
    assert len(source.sample(source.discover()[0], 10).changes) == 1


def test_a_message_that_cannot_be_placed_is_set_aside_and_the_rest_goes_on(tmp_path: Path) -> None:
    deliver(tmp_path / "mail" / "ann", "1.m", b"\xff\x00 no message at all")
    deliver(tmp_path / "mail" / "ann", "2.m", message("<2@x>", "Two"))

    (page,) = read(tmp_path)

    assert [bad.field for bad in page.bad] == ["from"]
    assert [row["message_id"] for row in page.changes] == ["<2@x>"]


def test_what_is_set_aside_is_kept_whole(tmp_path: Path) -> None:
    deliver(tmp_path / "mail" / "ann", "1.m:2,S", b"Subject: no sender\n\n" + b"x" * 300_000 + b"the end")

    ((bad,),) = [page.bad for page in read(tmp_path)]

    assert str(bad.row["raw"]).endswith("the end")
    assert "cut" not in bad.row


def test_of_what_is_too_large_the_beginning_is_kept_and_where_the_whole_stands(tmp_path: Path) -> None:
    deliver(tmp_path / "mail" / "ann", "1.m:2,S", b"Subject: no sender\n\n" + b"x" * MOST_KEPT)

    ((bad,),) = [page.bad for page in read(tmp_path)]

    assert len(str(bad.row["raw"])) == MOST_KEPT
    assert bad.row["cut"] == "1,000,000 of 1,000,020 bytes; the whole stands in ann, file 1.m"


def test_nothing_older_than_the_cursor_is_read_again(tmp_path: Path) -> None:
    deliver(tmp_path / "mail" / "ann", "1.m", message("<1@x>", "One"))
    (page,) = read(tmp_path)
    assert page.cursor is not None
    later = {"changed_ns": page.cursor["changed_ns"] + int(3600e9)}

    assert len(read(tmp_path, page.cursor)) == 1  # within the overlap
    assert read(tmp_path, later) == []


def test_missing_mailboxes_are_transient(tmp_path: Path) -> None:
    with pytest.raises(TransientFault):
        connector(tmp_path).check()
