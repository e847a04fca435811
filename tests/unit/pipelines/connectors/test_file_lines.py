from pathlib import Path

import pytest

from pipelines.connectors.file_lines import fields_of, settled, widen
from pipelines.connectors.port import FieldType


def test_types_grow_with_the_values_and_a_column_without_one_is_text() -> None:
    types: dict[str, FieldType | None] = {}
    for row in ({"n": 1, "x": None, "mixed": True}, {"n": 1.5, "mixed": "yes"}):
        widen(types, row)

    assert settled(types) == {"n": FieldType.DOUBLE, "x": FieldType.TEXT, "mixed": FieldType.TEXT}


@pytest.mark.parametrize(
    ("name", "text"), [("a.csv", "\ufeffid,name\n"), ("a.jsonl", '{"id": "1", "name": null}\n')]
)
def test_a_file_tells_its_columns(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")

    assert fields_of(tmp_path / name) == {"id": FieldType.TEXT, "name": FieldType.TEXT}
