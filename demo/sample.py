"""Writes the bundled sample: four systems of the demo company, and the truth about every row.

Run `python -m demo.sample` to write it again; a test holds the committed files byte-equal to it.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from demo.organizations import found_organizations, open_mailboxes
from demo.people import grow_people
from demo.systems import crm, email, erp, itsm
from demo.systems.rows import SourceRow
from demo.world import World

PEOPLE = 115
SAMPLE = Path(__file__).with_name("sample")
FILES = ("crm.csv", "erp.csv", "itsm.jsonl", "email.csv")
TRUTH = "truth.csv"
TRUTH_COLUMNS = ("source", "source_id", "entity_id", "record_type")


@dataclass(frozen=True, slots=True)
class SystemExport:
    """One exported file: its rows, how they are put into bytes, and the bad rows among them."""

    source: str
    file: str
    rows: list[SourceRow]
    encode: Callable[[list[SourceRow]], bytes]


def build_world(people: int = PEOPLE) -> World:
    """Return the demo company's world."""
    organizations = found_organizations()
    return World(
        organizations=organizations,
        people=grow_people(people, organizations),
        mailboxes=open_mailboxes(organizations),
    )


def exports(world: World) -> tuple[SystemExport, ...]:
    """Return the export of each system."""
    crm_file, erp_file, itsm_file, email_file = FILES
    return (
        SystemExport(crm.SOURCE, crm_file, crm.write_rows(world), _crm_bytes),
        SystemExport(erp.SOURCE, erp_file, erp.write_rows(world), _erp_bytes),
        SystemExport(itsm.SOURCE, itsm_file, itsm.write_rows(world), _itsm_bytes),
        SystemExport(email.SOURCE, email_file, email.write_rows(world), _email_bytes),
    )


def write_sample(folder: Path, world: World | None = None) -> None:
    """Write the files of all systems and `truth.csv` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    truth: list[Sequence[object]] = []
    for export in exports(world or build_world()):
        (folder / export.file).write_bytes(export.encode(export.rows))
        truth += [(export.source, row.source_id, row.entity_id, row.record_type) for row in export.rows]
    (folder / TRUTH).write_bytes(_csv_bytes(TRUTH_COLUMNS, truth, delimiter=","))


def _crm_bytes(rows: list[SourceRow]) -> bytes:
    without_id = {"record_type": "contact", "first_name": "Imogen", "last_name": "Drewitt", "city": "Leeds"}
    table = _table(crm.COLUMNS, rows)
    table.insert(40, [without_id.get(column, "") for column in crm.COLUMNS])
    table.insert(90, list(table[12]))  # exported twice
    return _csv_bytes(crm.COLUMNS, table, delimiter=",")


def _erp_bytes(rows: list[SourceRow]) -> bytes:
    table = _table(erp.COLUMNS, rows)
    reused_number = [table[5][0], "Firma", "Zwirnlein & Söhne OHG", *[""] * (len(erp.COLUMNS) - 3)]
    table.insert(33, reused_number)
    return _csv_bytes(erp.COLUMNS, table, delimiter=";")


def _itsm_bytes(rows: list[SourceRow]) -> bytes:
    lines = [json.dumps({itsm.ID_COLUMN: row.source_id, **row.values}, ensure_ascii=False) for row in rows]
    lines.insert(21, '{"user_number": "USR0009901", "type": "person", "full_name": "Wouter Kuip')  # cut off
    lines.insert(58, '["USR0009902", "person", "Femke Kuiphorst"]')  # not an object
    return ("\n".join(lines) + "\n").encode()


def _email_bytes(rows: list[SourceRow]) -> bytes:
    table = _table(email.COLUMNS, rows)
    table.insert(17, ["A99001", "n/a", "", "000-000", "", "", "04/05/2024"])  # nothing to compare
    return _csv_bytes(email.COLUMNS, table, delimiter=";")


def _table(columns: Sequence[str], rows: Iterable[SourceRow]) -> list[list[object]]:
    return [[row.source_id, *_cells(columns[1:], row.values)] for row in rows]


def _cells(columns: Sequence[str], values: Mapping[str, object]) -> list[object]:
    return [values.get(column, "") for column in columns]


def _csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[object]], *, delimiter: str) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()


if __name__ == "__main__":
    write_sample(SAMPLE)
