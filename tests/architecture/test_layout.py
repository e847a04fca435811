"""Where files may stand, what they may be called, and that each module has its test file."""

import tomllib
from pathlib import Path

ROOMS = {"resolution", "context_api", "pipelines", "agents", "demo"}
TOP_FOLDERS = ROOMS | {"dbt", "tests", "benchmarks", "docs", ".ci"}
TEST_TIERS = {"unit", "integration", "e2e", "architecture", "fixtures"}
FORBIDDEN_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "core",
    "shared",
    "base",
    "misc",
    "manager",
}
TESTED_FROM_OUTSIDE = {"__init__", "__main__", "commands"}  # a room's commands run in integration tests


def test_top_folders_are_those_of_the_plan(tracked: list[Path]) -> None:
    assert {path.parts[0] for path in tracked if len(path.parts) > 1} - TOP_FOLDERS == set()


def test_no_name_says_that_its_file_is_a_drawer(tracked: list[Path]) -> None:
    names = {(path, part) for path in tracked for part in (*path.parts[:-1], path.stem)}

    assert {path for path, name in names if name.lower() in FORBIDDEN_NAMES} == set()


def test_no_python_stands_under_dbt(python_files: list[Path]) -> None:
    """A `dbt/__init__.py` would break `import dbt.version` of dbt-core."""
    assert [path for path in python_files if path.parts[0] == "dbt"] == []


def test_tests_have_no_init_files_and_known_tiers(tracked: list[Path]) -> None:
    tests = [path for path in tracked if path.parts[0] == "tests"]

    assert [path for path in tests if path.name == "__init__.py"] == []
    assert {path.parts[1] for path in tests if len(path.parts) > 2} - TEST_TIERS == set()


def test_packages_are_marked_by_empty_init_files(root: Path, python_files: list[Path]) -> None:
    modules = [path for path in python_files if path.parts[0] in ROOMS]
    unmarked = {path.parent for path in modules if not (root / path.parent / "__init__.py").is_file()}

    assert unmarked == set()
    assert [
        p for p in modules if p.name == "__init__.py" and (root / p).read_text(encoding="utf-8").strip()
    ] == []


def test_every_module_has_its_test_file(root: Path, python_files: list[Path]) -> None:
    modules = [path for path in python_files if path.parts[0] in {*ROOMS, "concord.py", "benchmarks"}]
    untested = [str(p) for p in modules if p.stem not in TESTED_FROM_OUTSIDE and not _has_test(root, p)]

    assert not untested, "no test file for " + ", ".join(untested)


def test_every_unit_test_file_has_its_module(root: Path, python_files: list[Path]) -> None:
    tests = [
        path for path in python_files if path.parts[:2] == ("tests", "unit") and path.name[:5] == "test_"
    ]
    lost = [str(path) for path in tests if not _module_of(root, path).exists()]

    assert not lost, "no module for " + ", ".join(lost)


def test_the_walls_know_every_room(root: Path, python_files: list[Path]) -> None:
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    contracts = {contract["id"]: contract for contract in settings["contracts"]}
    rooms = {path.parts[0] for path in python_files if path.parts[0] in ROOMS}

    assert set(settings["root_packages"]) == rooms
    assert set(contracts["staircase"]["layers"]) == rooms
    assert set(contracts["front-door"]["source_modules"]) == rooms


def _has_test(root: Path, module: Path) -> bool:
    name = Path(*module.parts[:-1], f"test_{module.stem}.py")
    return any((root / "tests" / tier / name).is_file() for tier in ("unit", "integration", "e2e"))


def _module_of(root: Path, test: Path) -> Path:
    return root.joinpath(*test.parts[2:-1], test.name.removeprefix("test_"))
