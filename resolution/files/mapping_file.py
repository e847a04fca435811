"""`mapping.yml`: mappings as people read and edit them.

What is written reads back as the same mapping. A person may leave out anything: what is not said is
inferred. All faults of a file are reported at once.
"""

import json
from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import yaml

from resolution.domain.attributes import (
    Attribute,
    ColumnMapping,
    IdentifierKind,
    Mapping,
    NameKind,
    PartyType,
    SourceMapping,
)
from resolution.domain.errors import MappingError

GIVEN = "given"  # the reason of a column that a person mapped
AUTO = "auto"
_HEADER = """\
# What the columns of each file mean. Correct what is wrong and give the file back with --mapping.
#
# means         one of: {attributes}
# group         columns that belong together: 1 (the default) for the first address or name, 2 for the second
# kind          of an identifier: {identifiers}
#               of a name: {names}
# country       ISO code of the country that issued an identifier, where it holds for the whole column
# confidence    how sure Concord was (0 to 1); it is not read as an instruction, nor is reason
#
# party_type      person, organization, or auto: each row decides
# duplicate_free  true: the source never holds a party twice; false: it may; auto: found from the data
# source          the name of the source, where no column names it
# A column that is left out is inferred; `column: ignore` leaves it unused.
"""
_SOURCE_KEYS = frozenset({"file", "source", "party_type", "duplicate_free", "columns"})
_COLUMN_KEYS = frozenset({"means", "group", "kind", "country", "confidence", "reason"})
_KINDS: dict[Attribute, frozenset[str]] = {
    Attribute.IDENTIFIER: frozenset(IdentifierKind),
    Attribute.IDENTIFIER_COUNTRY: frozenset(IdentifierKind),
    Attribute.IDENTIFIER_KIND: frozenset(IdentifierKind),
    **dict.fromkeys(
        (
            Attribute.FULL_NAME,
            Attribute.GIVEN_NAME,
            Attribute.MIDDLE_NAME,
            Attribute.FAMILY_NAME,
            Attribute.ORGANIZATION_NAME,
        ),
        frozenset(NameKind),
    ),
}


@dataclass(frozen=True, slots=True)
class GivenSource:
    """What a mapping file says of one source; None where it says nothing, `auto` where it says so."""

    columns: tuple[ColumnMapping, ...]
    file: str | None = None
    source: str | None = None
    party_type: PartyType | str | None = None
    duplicate_free: bool | str | None = None


def write_mapping(mapping: Mapping, path: Path) -> None:
    """Write a mapping for people to read and correct."""
    path.write_text(format_mapping(mapping), encoding="utf-8")


def format_mapping(mapping: Mapping) -> str:
    """Return the text of a mapping file, every column on a line of its own."""
    lines = [
        _HEADER.format(
            attributes=_wrapped(list(Attribute)),
            identifiers=", ".join(IdentifierKind),
            names=", ".join(NameKind),
        ),
        "version: 1",
        "sources:",
    ]
    for source in mapping.sources:
        duplicate_free = AUTO if source.duplicate_free is None else str(source.duplicate_free).lower()
        lines += [
            f"- {_line('file', source.file)}",
            f"  {_line('source', source.source)}",
            f"  party_type: {source.party_type or AUTO}",
            f"  duplicate_free: {duplicate_free}",
            "  columns:",
            *(f"    {_line(column.column, _entry(column))}" for column in source.columns),
        ]
    return "\n".join(lines) + "\n"


def _wrapped(names: Sequence[str]) -> str:
    rows = [", ".join(names[start : start + 7]) for start in range(0, len(names), 7)]
    return (",\n" + "#" + " " * 15).join(rows)


def _line(key: str, value: object) -> str:
    """Return `key: value` as YAML on one line; what is nested in the value is in flow style."""
    shown = key + "".join(map(str, value.values() if isinstance(value, dict) else [value]))
    text = yaml.safe_dump(
        {key: value},
        default_flow_style=None if isinstance(value, dict) else False,
        sort_keys=False,
        allow_unicode=shown.isprintable(),  # else escaped, as YAML folds odd line ends
        width=float("inf"),
    )
    if not text.startswith("? "):
        return text.strip()
    # YAML writes a long key on lines of its own; as JSON text, which YAML reads too, it stays on one.
    return f"{json.dumps(key)}: {json.dumps(value)}"


def _entry(column: ColumnMapping) -> dict[str, object]:
    entry: dict[str, object] = {"means": column.attribute.value}
    if column.group != 1:
        entry["group"] = column.group
    if column.kind is not None:
        entry["kind"] = str(column.kind)
    if column.country is not None:
        entry["country"] = column.country
    if column.confidence != 1:
        entry["confidence"] = column.confidence
    if column.reason:
        entry["reason"] = column.reason
    return entry


def read_mapping(path: Path) -> tuple[GivenSource, ...]:
    """Read a mapping file.

    Raises:
        MappingError: The file is missing, is no YAML, or says things that do not exist; all are named.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.load(text, Loader=yaml.BaseLoader)  # BaseLoader makes strings only
    except OSError as error:
        raise MappingError(f"The mapping {path} cannot be read: {error.strerror}. Check its name.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise MappingError(f"The mapping {path} is not YAML: {error}. Correct that line.") from error
    faults: list[str] = []
    _find_repeated_keys(node, faults)
    given = _sources(data, faults)
    if faults:
        listed = "".join(f"\n  - {fault}" for fault in faults)
        raise MappingError(f"The mapping {path} cannot be used; correct this and run again:{listed}")
    return given


def _find_repeated_keys(node: yaml.Node | None, faults: list[str]) -> None:
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        faults.extend(f"{key!r} stands twice" for key in dict.fromkeys(keys) if keys.count(key) > 1)
        for _, value in node.value:
            _find_repeated_keys(value, faults)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _find_repeated_keys(value, faults)


def _sources(data: object, faults: list[str]) -> tuple[GivenSource, ...]:
    if isinstance(data, dict) and "sources" not in data:
        data = {"sources": [data]}  # a mapping of one source may be written flat
    entries = data.get("sources") if isinstance(data, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        faults.append("it must hold `sources:`, a list with an entry per file, each with `columns:`")
        return ()
    return tuple(_source(cast("dict[str, object]", entry), faults) for entry in entries)


def _source(entry: Table[str, object], faults: list[str]) -> GivenSource:
    file = entry.get("file")
    where = f"{file}: " if file else ""
    known = _SOURCE_KEYS | {"version"}
    faults.extend(
        f"{where}{key!r} is not known; use {_listed(_SOURCE_KEYS)}" for key in entry if key not in known
    )
    for key in ("file", "source"):
        if not isinstance(entry.get(key, ""), str):
            faults.append(f"{where}{key} must be a text")
    columns = entry.get("columns") or {}
    if not isinstance(columns, dict):
        faults.append(f"{where}columns must hold a line `column: meaning` per column")
        columns = {}
    return GivenSource(
        columns=tuple(_column(name, said, where, faults) for name, said in columns.items()),
        file=cast("str | None", file) or None,
        source=cast("str | None", entry.get("source")) or None,
        party_type=_party_type(entry.get("party_type"), where, faults),
        duplicate_free=_duplicate_free(entry.get("duplicate_free"), where, faults),
    )


def _party_type(said: object, where: str, faults: list[str]) -> PartyType | str | None:
    if not said or said == AUTO:
        return cast("str | None", said) or None
    if said in set(PartyType):
        return PartyType(cast("str", said))
    faults.append(f"{where}party_type {said!r} is not known; use {_listed(PartyType)} or auto")
    return None


def _duplicate_free(said: object, where: str, faults: list[str]) -> bool | str | None:
    if not said or said == AUTO:
        return cast("str | None", said) or None
    truth = {"true": True, "yes": True, "false": False, "no": False}.get(str(said).lower())
    if truth is None:
        faults.append(f"{where}duplicate_free {said!r} is not known; use true, false or auto")
    return truth


def _column(name: str, said: object, where: str, faults: list[str]) -> ColumnMapping:
    where = f"{where}column {name!r}: "
    entry = said if isinstance(said, dict) else {"means": said}
    faults.extend(
        f"{where}{key!r} is not known; use {_listed(_COLUMN_KEYS)}"
        for key in entry
        if key not in _COLUMN_KEYS
    )
    means = str(entry.get("means") or "").strip().lower()
    if means not in set(Attribute):
        faults.append(f"{where}the meaning {means!r} is not known; use {_listed(Attribute)}")
        return ColumnMapping(name, Attribute.IGNORE)
    attribute = Attribute(means)
    return ColumnMapping(
        column=name,
        attribute=attribute,
        group=_group(entry.get("group", "1"), where, faults),
        kind=_kind(entry.get("kind"), attribute, where, faults),
        country=_country(entry.get("country"), where, faults),
        confidence=_confidence(entry.get("confidence", "1"), where, faults),
        reason=str(entry.get("reason", "" if isinstance(said, dict) else GIVEN)),
    )


def _group(said: object, where: str, faults: list[str]) -> int:
    if isinstance(said, str) and said.isdecimal() and int(said) > 0:
        return int(said)
    faults.append(f"{where}group {said!r} must be a whole number from 1")
    return 1


def _kind(said: object, attribute: Attribute, where: str, faults: list[str]) -> str | None:
    if not said:
        return None
    allowed = _KINDS.get(attribute)
    if allowed is None:
        faults.append(f"{where}{attribute} has no kind")
    elif said not in allowed:
        faults.append(f"{where}kind {said!r} is not known; use {_listed(allowed)}")
    return str(said)


def _country(said: object, where: str, faults: list[str]) -> str | None:
    if not said:
        return None
    code = str(said).upper()
    if len(code) != len("DE") or not code.isalpha() or not code.isascii():
        faults.append(f"{where}country {said!r} must be an ISO code of two letters")
    return code


def _confidence(said: object, where: str, faults: list[str]) -> float:
    try:
        confidence = float(str(said))
    except ValueError:
        confidence = -1.0
    if not 0 <= confidence <= 1:
        faults.append(f"{where}confidence {said!r} must be a number from 0 to 1")
    return confidence


def _listed(names: object) -> str:
    return ", ".join(sorted(cast("frozenset[str]", names)))


def given_of(source: SourceMapping) -> GivenSource:
    """Return a complete mapping of one source as a given one."""
    return GivenSource(
        source.columns,
        source.file,
        source.source,
        source.party_type or AUTO,
        AUTO if source.duplicate_free is None else source.duplicate_free,
    )
