"""File and function length are not ruff rules, so they are tests (STYLE: 500 and 50 are refused)."""

import ast
from pathlib import Path

MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 50


def test_no_file_is_over_500_lines(root: Path, python_files: list[Path]) -> None:
    lengths = {path: len((root / path).read_text(encoding="utf-8").splitlines()) for path in python_files}

    assert {path: length for path, length in lengths.items() if length > MAX_FILE_LINES} == {}


def test_no_function_is_over_50_lines(root: Path, python_files: list[Path]) -> None:
    too_long = []
    for path in python_files:
        for node in ast.walk(ast.parse((root / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                length = node.end_lineno - node.lineno + 1  # decorators not counted
                too_long += (
                    [f"{path}:{node.lineno} {node.name}: {length}"] if length > MAX_FUNCTION_LINES else []
                )

    assert not too_long, "\n".join(too_long)
