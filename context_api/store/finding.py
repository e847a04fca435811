"""Finding a party by what somebody says of it: an id, an e-mail, a phone, or words of its name.

Words are found by their keyed hash, so the store can be searched without holding names in the clear.
"""

from collections import Counter

from sqlmodel import col, select

from context_api.errors import UnknownParty
from context_api.store.asked_terms import keys_asked, words_asked
from context_api.store.ranges import in_version
from context_api.store.reading import golden_id_of, golden_ids_of, resolve_id
from context_api.store.records import Lookup
from context_api.store.views import Resolution, Snapshot

MOST_FOUND = 20  # parties that a search names; more say that the question was too wide
MOST_RECORDS = 5_000  # records that one word may bring


def find(snapshot: Snapshot, asked: str) -> tuple[str, ...]:
    """Return the golden ids that a golden id, record id, e-mail, phone or name stands for, best first.

    Raises:
        UnknownParty: None does; the message says what became of an id that once was one.
    """
    text = asked.strip()
    resolved = resolve_id(snapshot, text)
    if resolved.golden_id is not None:
        return (resolved.golden_id,)
    if resolved.parts:
        return resolved.parts
    if resolved.status is Resolution.GONE:
        raise UnknownParty(f"{text} is gone: all of its records were deleted at their sources")
    golden_id = golden_id_of(snapshot, text)
    if golden_id is not None:
        return (golden_id,)
    found = _by_words(snapshot, text)
    if not found:
        raise UnknownParty(
            f"nothing goes by {text!r}; give a golden id, a record id (source:object:id), an e-mail, or words"
            " of a name"
        )
    return found


def _by_words(snapshot: Snapshot, text: str) -> tuple[str, ...]:
    """Return the parties whose records have every word, those with the most such records first."""
    candidates = [*([key] for key in keys_asked(text)), list(words_asked(text))]
    for words in candidates:
        records = _records_with(snapshot, words)
        if records:
            parties = Counter(golden_ids_of(snapshot, records).values())
            return tuple(sorted(parties, key=lambda golden_id: (-parties[golden_id], golden_id))[:MOST_FOUND])
    return ()


def _records_with(snapshot: Snapshot, words: list[str]) -> set[str]:
    found: set[str] | None = None
    for word in words:
        rows = snapshot.connection.execute(
            select(Lookup.record_id)
            .where(
                in_version(Lookup, snapshot.tenant_id, snapshot.version),
                Lookup.token == snapshot.sealer.token(word),
            )
            .order_by(col(Lookup.record_id))
            .limit(MOST_RECORDS)
        )
        named = {row.record_id for row in rows}
        found = named if found is None else found & named
    return found or set()
