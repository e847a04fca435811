"""What a chain cannot tell of itself shows by its signed head."""

import shutil
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Engine, text

from context_api.audit.entries import Entry, genesis
from context_api.audit.heads import SignedHeads
from context_api.audit.reading import HEADLESS, verify_chain
from context_api.audit.tables import create_tables, open_audit
from context_api.audit.verifying import verified
from context_api.audit.writing import Head, append, head_of
from context_api.errors import StoreUnavailable
from context_api.store.engine import writing

ENTRY = Entry("ours", "tests", "k1", "/v1/x", "full", 200, "r", "c", "2026-01-01T00:00:00+00:00", 5)
START = {writer: Head(0, genesis(writer)) for writer in ("one", "two")}


def batch(count: int, **said: object) -> list[Entry]:
    return [replace(ENTRY, request_id=str(number), **said) for number in range(count)]  # type: ignore[arg-type]


@pytest.fixture
def heads(tmp_path: Path) -> SignedHeads:
    return SignedHeads(tmp_path / "heads", b"k" * 32)


@pytest.fixture
def signed(audit: Engine, heads: SignedHeads) -> Engine:
    """Two chains of ten entries with their heads."""
    for writer, start in START.items():
        heads.keep(writer, append(audit, writer, start, batch(10)))
    return audit


def cut(audit: Engine, writer: str, *, after: int) -> None:
    with writing(audit) as connection:
        connection.execute(
            text("delete from audit_entries where writer = :writer and sequence > :after"),
            {"writer": writer, "after": after},
        )


def test_chains_as_long_as_their_heads_or_longer_are_whole(signed: Engine, heads: SignedHeads) -> None:
    append(signed, "one", head_of(signed, "one"), batch(3))

    found = verified(signed, heads)

    assert (found.writers, found.entries, found.faults) == (2, 23, ())


@pytest.mark.parametrize("after", [9, 4, 0])
def test_an_end_that_was_cut_off_shows_with_the_first_missing_entry(
    after: int, signed: Engine, heads: SignedHeads
) -> None:
    cut(signed, "two", after=after)

    assert verify_chain(signed).faults == ()  # by itself it is whole
    (fault,) = verified(signed, heads).faults
    assert (fault.writer, fault.sequence) == ("two", after + 1)
    assert "10 entries" in fault.what


def test_a_head_that_was_made_to_fit_shows_by_its_signature(signed: Engine, heads: SignedHeads) -> None:
    cut(signed, "one", after=6)
    SignedHeads(heads.folder, b"x" * 32).keep("one", head_of(signed, "one"))

    (fault,) = verified(signed, heads).faults

    assert (fault.writer, fault.sequence) == ("one", 6)
    assert "not signed" in fault.what


@pytest.mark.parametrize(
    "change", [{"sequence": 6}, {"hash": "0" * 64}, {"signature": "é"}, {"sequence": "many"}]
)
def test_a_head_that_was_edited_shows(change: dict[str, object], signed: Engine, heads: SignedHeads) -> None:
    file = heads.folder / "one.head.json"
    file.write_bytes(orjson.dumps(orjson.loads(file.read_bytes()) | change))

    (fault,) = verified(signed, heads).faults

    assert fault.writer == "one"


def test_the_head_of_another_chain_does_not_fit(signed: Engine, heads: SignedHeads) -> None:
    shutil.copy(heads.folder / "two.head.json", heads.folder / "one.head.json")

    assert [fault.writer for fault in verified(signed, heads).faults] == ["one"]


def test_a_chain_that_was_written_anew_shows(signed: Engine, heads: SignedHeads) -> None:
    cut(signed, "one", after=0)
    append(signed, "one", START["one"], batch(10, caller="nobody"))

    assert verify_chain(signed).faults == ()
    (fault,) = verified(signed, heads).faults
    assert (fault.writer, fault.sequence, fault.what) == ("one", 10, "is not the one that the head states")


def test_an_older_file_that_was_put_back_shows(tmp_path: Path, heads: SignedHeads) -> None:
    file, older = tmp_path / "trail.db", tmp_path / "older.db"
    for until in (10, 15):
        audit = open_audit(f"sqlite:///{file}")
        create_tables(audit)
        heads.keep(
            "one", append(audit, "one", head_of(audit, "one"), batch(until - head_of(audit, "one").sequence))
        )
        audit.dispose()
        if until == 10:
            shutil.copy(file, older)
    shutil.copy(older, file)

    audit = open_audit(f"sqlite:///{file}")
    (fault,) = verified(audit, heads).faults
    audit.dispose()

    assert (fault.writer, fault.sequence) == ("one", 11)


def test_a_missing_head_shows_and_can_be_signed_where_the_chain_is_whole(
    signed: Engine, heads: SignedHeads
) -> None:
    (heads.folder / "one.head.json").unlink()

    assert [(f.writer, f.sequence, f.what) for f in verified(signed, heads).faults] == [("one", 10, HEADLESS)]
    assert verified(signed, heads, sign_missing=True).faults == ()
    cut(signed, "one", after=9)
    assert [f.sequence for f in verified(signed, heads, sign_missing=True).faults] == [10]


def test_a_chain_with_a_fault_is_not_signed(signed: Engine, heads: SignedHeads) -> None:
    (heads.folder / "one.head.json").unlink()
    with writing(signed) as connection:
        connection.execute(
            text("update audit_entries set caller = 'x' where writer = 'one' and sequence = 4")
        )

    found = verified(signed, heads, sign_missing=True)

    assert [(fault.writer, fault.sequence) for fault in found.faults] == [("one", 4)]
    assert heads.of("one") is None


def test_where_there_is_no_trail_none_is_made(tmp_path: Path, heads: SignedHeads) -> None:
    with pytest.raises(StoreUnavailable, match="no audit trail"):
        verified(open_audit(f"sqlite:///{tmp_path / 'none.db'}"), heads)

    assert not (tmp_path / "none.db").exists()
