"""Heads are kept while a chain grows, each whole, readable by their owner alone."""

import threading
from pathlib import Path

import pytest

from context_api.audit.heads import HeadKeeper, SignedHeads
from context_api.audit.writing import Head
from context_api.errors import StoreUnavailable

KEY = b"k" * 32
FIRST, SECOND = Head(0, "a"), Head(7, "b")


class Chain:
    """A chain whose head is what a test says; `looked` is set whenever it was asked for."""

    def __init__(self) -> None:
        self.head: Head | None = FIRST
        self.looked = threading.Event()

    def __call__(self) -> Head | None:
        self.looked.set()
        return self.head


def test_a_head_comes_back_signed_and_under_another_key_unsigned(tmp_path: Path) -> None:
    heads = SignedHeads(tmp_path / "heads", KEY)
    heads.keep("one", SECOND)

    found, foreign = heads.of("one"), SignedHeads(heads.folder, b"x" * 32).of("one")

    assert found is not None
    assert foreign is not None
    assert (found.head, found.is_signed, foreign.is_signed) == (SECOND, True, False)
    assert [one.writer for one in heads.all()] == ["one"]
    assert [path.name for path in heads.folder.iterdir()] == ["one.head.json"]
    assert heads.folder.stat().st_mode & 0o777 == 0o700
    assert (heads.folder / "one.head.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("writer", ["../outside", "none", "a\0b"])
def test_a_name_that_is_no_file_of_the_folder_has_no_head(writer: str, tmp_path: Path) -> None:
    heads = SignedHeads(tmp_path / "heads", KEY)
    SignedHeads(tmp_path, KEY).keep("outside", SECOND)

    assert heads.of(writer) is None


def test_the_head_of_an_empty_chain_is_kept_from_the_start_and_what_grew_at_the_end(tmp_path: Path) -> None:
    heads, chain = SignedHeads(tmp_path, KEY), Chain()
    keeper = HeadKeeper(heads, "one", chain, every_seconds=60)

    keeper.start()
    begun = heads.of("one")
    chain.head = SECOND
    keeper.close()
    ended = heads.of("one")

    assert begun is not None
    assert ended is not None
    assert (begun.head, ended.head) == (FIRST, SECOND)


def test_heads_are_kept_while_the_chain_grows_and_the_last_stands_while_it_is_not_known(
    tmp_path: Path,
) -> None:
    heads, chain = SignedHeads(tmp_path, KEY), Chain()
    keeper = HeadKeeper(heads, "one", chain, every_seconds=0.001)
    keeper.start()

    for head in (SECOND, None):
        chain.head = head
        for _ in range(2):  # the second look is after what the first led to
            chain.looked.clear()
            assert chain.looked.wait(30)
        found = heads.of("one")
        assert found is not None
        assert found.head == SECOND
    keeper.close()


def test_a_chain_without_entries_leaves_no_head(tmp_path: Path) -> None:
    keeper = HeadKeeper(SignedHeads(tmp_path, KEY), "one", Chain(), every_seconds=60)
    keeper.start()

    keeper.close()

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    keeper = HeadKeeper(SignedHeads(tmp_path / "file", KEY), "one", Chain())

    with pytest.raises(StoreUnavailable, match="CONCORD_AUDIT_HEADS"):
        keeper.start()


def test_a_head_that_cannot_be_kept_is_logged_and_ends_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    heads, chain = SignedHeads(tmp_path / "heads", KEY), Chain()
    keeper = HeadKeeper(heads, "one", chain, every_seconds=60)
    keeper.start()
    (heads.folder / "one.head.json").unlink()
    heads.folder.rmdir()
    heads.folder.write_text("")

    chain.head = SECOND
    keeper.close()

    assert "was not kept" in caplog.text
