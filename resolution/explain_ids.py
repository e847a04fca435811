"""Finding the record that a person means: `crm:party:17`, `crm:17`, or `17` where one source has it."""

import duckdb
from rapidfuzz import fuzz, process

from resolution.domain.errors import InputError

SUGGESTIONS = 3
LEAST_LIKENESS = 60  # of 100; less alike than this is no help

_EXACT = "select record_id from party_records where record_id = $text"
_SHORT = "select record_id from party_records where source || ':' || source_id = $text order by record_id"
_BARE = "select record_id from party_records where source_id = $text order by record_id limit 5"
_ALL = "select source || ':' || source_id from party_records order by all"


class UnknownRecord(InputError):
    """No record of the run, or more than one, has the id that was asked for."""


def find_record(connection: duckdb.DuckDBPyConnection, text: str) -> str:
    """Return the record id that `text` means.

    Raises:
        UnknownRecord: No record has that id (the message names the nearest ones), or several sources do.
    """
    for query in (_EXACT, _SHORT, _BARE):
        found = [row[0] for row in connection.execute(query, {"text": text}).fetchall()]
        if len(found) == 1:
            return str(found[0])
        if found:
            raise UnknownRecord(f"{text} may be {' or '.join(found)}; say which")
    raise UnknownRecord(f"the run has no record {text}{_nearest(connection, text)}")


def _nearest(connection: duckdb.DuckDBPyConnection, text: str) -> str:
    known = [row[0] for row in connection.execute(_ALL).fetchall()]
    asked = text.replace(":party:", ":")
    found = process.extract(asked, known, scorer=fuzz.ratio, limit=SUGGESTIONS, score_cutoff=LEAST_LIKENESS)
    names = [name for name, _, _ in found]
    return f"; did you mean {' or '.join(names)}?" if names else "; an id is source:source_id"
