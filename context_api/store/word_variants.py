"""How words of names are found although they are misspelt, without any of them being kept.

After SymSpell (W. Garbe): two words that differ by one letter, or by two that changed places, share a form
that lacks one letter of each. Each word of a name stands here under the keyed hashes of its forms, and under
those of its first letters, for who is still typing. Only the first letters count, as mistakes come in all
of a word and rows must stay few: at most `KEPT_LETTERS` + 4 for a word, whoever bears it.

A row names no record. What a hash found is looked up in `lookups`, where erased and deleted records are gone.
"""

from sqlmodel import Field, SQLModel

from context_api.store.sealing import Sealer

SHORTEST_WORD = 4  # letters; of three, one is too much to be wrong about
KEPT_LETTERS = 7  # as SymSpell has it: past them a word is told from others by what it was found with
BEGINNINGS = (4, 5, 6)  # letters of a word that is still being typed; from seven on its forms find it
TOKEN_BYTES = 8  # a form that two words share by chance costs a look-up, no more
FORM, BEGINNING = "~", "^"  # no word has them: forms, beginnings and words never share a hash


class WordVariant(SQLModel, table=True):
    """One row per word of a name and form that it may be asked for by; `word_token` is as in `lookups`."""

    __tablename__ = "word_variants"
    __table_args__ = {"sqlite_with_rowid": False}
    tenant_id: str = Field(primary_key=True)
    variant_token: bytes = Field(primary_key=True)
    word_token: bytes = Field(primary_key=True)


def forms(word: str) -> frozenset[str]:
    """Return the first letters of a word, whole and without each one of them."""
    start = word[:KEPT_LETTERS]
    return frozenset({start, *(start[:n] + start[n + 1 :] for n in range(len(start)))})


def own_token(sealer: Sealer, word: str) -> bytes:
    """Return the token of a word's own form; a word is known when there is a row of it."""
    return sealer.token(FORM + word[:KEPT_LETTERS])[:TOKEN_BYTES]


def tokens_kept(sealer: Sealer, word: str) -> frozenset[bytes]:
    """Return the tokens that a word is kept under."""
    begun = {BEGINNING + word[:letters] for letters in BEGINNINGS if letters < len(word)}
    return _tokens(sealer, {FORM + form for form in forms(word)} | begun)


def tokens_asked(sealer: Sealer, word: str) -> frozenset[bytes]:
    """Return the tokens under which words like this one are kept; none where it is too short."""
    if len(word) < SHORTEST_WORD:
        return frozenset()
    begun = {BEGINNING + word} if len(word) in BEGINNINGS else set()
    return _tokens(sealer, {FORM + form for form in forms(word)} | begun)


def _tokens(sealer: Sealer, texts: set[str]) -> frozenset[bytes]:
    return frozenset(sealer.token(text)[:TOKEN_BYTES] for text in texts)
