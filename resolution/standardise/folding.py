"""Text of any script to lower-case ASCII.

Latin letters are folded by SQL. What is then still not ASCII (other scripts, full-width forms) goes
through Python once per distinct value: Unicode compatibility forms, transliteration by `rigour`, and for
Chinese and Korean names, which are written family first and without a space, `family, given`.
"""

import unicodedata
from collections.abc import Callable
from functools import cache

import pyarrow as pa
from duckdb import DuckDBPyConnection
from rigour.text.translit import ascii_text

from resolution.standardise.lexicon import pairs, words

# letters without an accent to strip off
LETTERS = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "ł": "l",
    "ħ": "h",
    "\u0131": "i",
    "ŧ": "t",
}
_APOSTROPHES = "\u2019\u2018\u0060\u00b4\u02bc\u2032"
_QUOTES = "\u201c\u201d\u201e\u00ab\u00bb"
_DASHES = "\u2013\u2014\u2010\u2011\u2212"
_SPACES = "\u00a0\u3000\t\n\r"
SIGNS = (
    dict.fromkeys(_APOSTROPHES, "'")
    | dict.fromkeys(_QUOTES, '"')
    | dict.fromkeys(_DASHES, "-")
    | dict.fromkeys(_SPACES, " ")
)
HAN = ("\u3400", "\u9fff")
HANGUL = ("\uac00", "\ud7a3")


@cache
def folded(expression: str) -> str:
    """Return the SQL that folds a Latin text to lower-case ASCII as far as SQL can."""
    singles = {old: new for old, new in (LETTERS | SIGNS).items() if len(new) == 1}
    doubles = {old: new for old, new in LETTERS.items() if len(new) == 2}
    old = "".join(singles).replace("'", "''")
    new = "".join(singles.values()).replace("'", "''")
    text = f"strip_accents(translate(lower({expression}), '{old}', '{new}'))"
    for letter, spelled in doubles.items():
        text = f"replace({text}, '{letter}', '{spelled}')"
    return text


def _within(text: str, span: tuple[str, str]) -> bool:
    return bool(text) and all(span[0] <= letter <= span[1] for letter in text)


def _han_name(text: str) -> str | None:
    if not _within(text, HAN) or not 2 <= len(text) <= 4:
        return None
    cut = 2 if len(text) > 2 and text[:2] in words("person_titles", "compound_han_families") else 1
    return f"{_ascii(text[:cut]).replace(' ', '')}, {_ascii(text[cut:]).replace(' ', '')}"


def _hangul_name(text: str) -> str | None:
    families = pairs("person_titles", "hangul_families")
    if not _within(text, HANGUL) or not 2 <= len(text) <= 4 or text[0] not in families:
        return None
    return f"{families[text[0]]}, {_ascii(text[1:]).replace(' ', '')}"


def _ascii(text: str) -> str:
    plain = ascii_text(unicodedata.normalize("NFKC", text))
    return "".join(letter for letter in plain.lower() if letter.isascii())


def romanised(text: str) -> str:
    """Return any text in lower-case ASCII; empty when nothing can be written so."""
    return _ascii(text).replace("\u2019", "'")


def romanised_name(text: str) -> str:
    """Return a person's whole name in lower-case ASCII, `family, given` for Chinese and Korean names."""
    packed = unicodedata.normalize("NFKC", text).replace(" ", "").replace("·", "")
    return _han_name(packed) or _hangul_name(packed) or romanised(text)


def fold_values(
    connection: DuckDBPyConnection,
    values: str,
    *,
    forms: str,
    romanise: Callable[[str], str] = romanised,
) -> None:
    """Create table `forms(raw, folded)` from table `values(raw)`, one row per distinct value."""
    # most texts are plain already, and to go through them letter by letter takes longest
    is_plain = "strlen(raw) = length(raw) and not regexp_matches(raw, '[`\\t\\n\\r]')"
    connection.execute(
        f"create or replace temp table {forms} as"
        f" select raw, case when {is_plain} then lower(raw) else {folded('raw')} end as folded from {values}"
    )
    rest = connection.execute(f"select raw from {forms} where strlen(folded) <> length(folded)").fetchall()
    if not rest:
        return
    raw = [row[0] for row in rest]
    patch = pa.table({"raw": raw, "folded": [romanise(text) for text in raw]})
    connection.register("folding_patch", patch)
    connection.execute(
        f"create or replace temp table {forms} as select plain.raw, coalesce(patch.folded, plain.folded) as"
        f" folded from {forms} as plain left join folding_patch as patch on patch.raw = plain.raw"
    )
    connection.unregister("folding_patch")
