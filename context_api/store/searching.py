"""Searching the records of a version by words of names, whole mails, phones and identifiers.

Words are known by keyed hashes alone, so what may be meant is found by them, and what records say decides.
Everything is bounded: however common a word is, a search costs what a rare one does.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, exists, func
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from context_api.store.bulk import chunked
from context_api.store.ranges import in_version
from context_api.store.records import Lookup, PartyRecord, RecordKey
from context_api.store.sealing import CLAIMS
from context_api.store.views import Snapshot
from context_api.store.word_variants import WordVariant, tokens_asked

MOST_POSTINGS = 1_000  # records read of one word; of a word that has more, others are asked first
MOST_WALKED = 3_000  # records of one common word that are looked at for another word, or for their type
MOST_SPELLINGS = 100  # words that one misspelt or unfinished word may stand for
MOST_RECORDS = 200  # that are opened to see what they say
FEW_TOKENS = 4


@dataclass(frozen=True, slots=True)
class Terms:
    """What a record is found by: tokens of which it must have one; `records` are those that do, in part.

    `is_cut` says that there are more.
    """

    tokens: tuple[bytes, ...]
    records: frozenset[str]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class SearchedRecord:
    """A live record by what may be searched: attribute and key of each of its claims."""

    record_id: str
    source: str
    party_type: str
    keys: tuple[tuple[str, str], ...]


def searched_records(snapshot: Snapshot, record_ids: Collection[str]) -> tuple[SearchedRecord, ...]:
    """Return those of the records that are live; erased ones have no keys."""
    found: list[SearchedRecord] = []
    for chunk in chunked(record_ids):
        is_of = (col(RecordKey.tenant_id) == PartyRecord.tenant_id) & (
            col(RecordKey.record_id) == PartyRecord.record_id
        )
        fields = (PartyRecord.record_id, PartyRecord.source, PartyRecord.party_type)
        rows = snapshot.connection.execute(
            sql_select(*map(col, fields), col(PartyRecord.sealed_claims), col(RecordKey.salt))
            .select_from(PartyRecord)
            .outerjoin(RecordKey, is_of)
            .where(in_version(PartyRecord, snapshot.tenant_id, snapshot.version))
            .where(col(PartyRecord.record_id).in_(chunk), col(PartyRecord.is_deleted).is_(False))
        ).all()
        for record_id, source, party_type, sealed, salt in map(tuple, rows):
            plain = snapshot.sealer.open(sealed, salt=salt, record_id=record_id, what=CLAIMS)
            keys = tuple((claim[0], claim[3]) for claim in orjson.loads(plain or "[]"))
            found.append(SearchedRecord(record_id, source, party_type, keys))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Search:
    """A search of one version, among records of one party type or of all."""

    snapshot: Snapshot
    party_type: str | None = None

    def by_keys(self, keys: Sequence[str]) -> frozenset[str]:
        """Return records that have one of these mails, phones or identifiers."""
        found = self._terms([self.snapshot.sealer.token(key) for key in keys])
        return frozenset(sorted(found.records)[:MOST_RECORDS])

    def by_words(self, words: Sequence[str], *, enough: int) -> frozenset[str]:
        """Return records that have all words, misspelt or unfinished where `enough` have them as they are.

        Where none has all of several words, those that lack one of them.
        """
        exact = [self._terms([self.snapshot.sealer.token(word)]) for word in words]
        found = self._with_all(exact)
        if len(found) >= enough or not words:
            return frozenset(found)
        alike = [self._like(word, terms) for word, terms in zip(words, exact, strict=True)]
        found += [record for record in self._with_all(alike) if record not in found]
        if not found and len(words) > 1:
            lacking = (self._with_all([*alike[:n], *alike[n + 1 :]]) for n in range(len(alike)))
            found = list(dict.fromkeys(record for records in lacking for record in records))
        return frozenset(found[:MOST_RECORDS])

    def _like(self, word: str, exact: Terms) -> Terms:
        """Return the terms of a word with those that it may be a misspelling or the beginning of."""
        asked = tokens_asked(self.snapshot.sealer, word)
        if not asked:
            return exact
        rows = self.snapshot.connection.execute(
            select(WordVariant.word_token)
            .where(WordVariant.tenant_id == self.snapshot.tenant_id)
            .where(col(WordVariant.variant_token).in_(sorted(asked)))
            .distinct()
            .limit(MOST_SPELLINGS)
        )
        others = sorted({bytes(row.word_token) for row in rows} - set(exact.tokens))
        if not others:
            return exact
        found = self._terms(others)
        return Terms(
            (*exact.tokens, *others), exact.records | found.records, is_cut=exact.is_cut or found.is_cut
        )

    def _terms(self, tokens: Sequence[bytes]) -> Terms:
        rows = self.snapshot.connection.execute(
            self._of_type(tokens).limit(MOST_POSTINGS + 1)
            if self.party_type is not None
            else sql_select(col(Lookup.record_id))
            .where(*self._having(Lookup, tokens))
            .limit(MOST_POSTINGS + 1)
        )
        found: Sequence[str] = rows.scalars().all()
        return Terms(tuple(tokens), frozenset(found[:MOST_POSTINGS]), is_cut=len(found) > MOST_POSTINGS)

    def _having(self, table: Any, tokens: Sequence[bytes]) -> list[ColumnElement[bool]]:
        return [
            in_version(table, self.snapshot.tenant_id, self.snapshot.version),
            col(table.token).in_(tokens),
        ]

    def _of_type(self, tokens: Sequence[bytes]) -> Select[Any]:
        """Return the query for records of the type that have a term; many of a common one are looked at."""
        walked = select(Lookup.record_id).where(*self._having(Lookup, tokens)).limit(MOST_WALKED).subquery()
        of_type = select(PartyRecord.record_id).where(
            in_version(PartyRecord, self.snapshot.tenant_id, self.snapshot.version),
            PartyRecord.record_id == walked.c.record_id,
            PartyRecord.party_type == self.party_type,
        )
        return sql_select(walked.c.record_id).where(exists(of_type.correlate(walked)))

    def _with_all(self, terms: Sequence[Terms]) -> list[str]:
        """Return records that have each of some terms, in order."""
        whole = sorted((one for one in terms if not one.is_cut), key=lambda one: len(one.records))
        cut = [one for one in terms if one.is_cut]
        if not terms or (whole and not whole[0].records):
            return []
        if whole:
            found = frozenset.intersection(*(one.records for one in whole))
        else:
            start, *cut = sorted(cut, key=lambda one: len(one.tokens))
            found = start.records
            if cut and len(cut[0].tokens) == 1:
                found = self._walked(start, cut.pop(0))
        for one in cut:
            found = self._among(one, found)
        return sorted(found)[:MOST_RECORDS]

    def _among(self, terms: Terms, records: Collection[str]) -> frozenset[str]:
        """Return those records that have a term.

        Of few terms each is asked for in each record. For many spellings that costs more than to walk all
        terms of the records; `coalesce` keeps the index by token out of it.
        """
        token = col(Lookup.token)
        own = token if len(terms.tokens) <= FEW_TOKENS else func.coalesce(token, b"")
        found: set[str] = set()
        for chunk in chunked(records):
            rows = self.snapshot.connection.execute(
                select(Lookup.record_id).where(
                    in_version(Lookup, self.snapshot.tenant_id, self.snapshot.version),
                    col(Lookup.record_id).in_(chunk),
                    own.in_(terms.tokens),
                )
            ).all()
            found |= {row.record_id for row in rows}
        return frozenset(found)

    def _walked(self, start: Terms, other: Terms) -> frozenset[str]:
        """Return records that have two terms, both of which many have; so many of the first are looked at."""
        walked = (
            self._of_type(start.tokens)
            if self.party_type is not None
            else sql_select(col(Lookup.record_id)).where(*self._having(Lookup, start.tokens))
        )
        found = walked.limit(MOST_WALKED).subquery()
        second = aliased(Lookup)
        has_second = sql_select(col(second.record_id)).where(
            *self._having(second, other.tokens), col(second.record_id) == found.c.record_id
        )
        asked = sql_select(found.c.record_id).where(exists(has_second.correlate(found)))
        rows = self.snapshot.connection.execute(asked.limit(MOST_POSTINGS))
        return frozenset(row.record_id for row in rows)
