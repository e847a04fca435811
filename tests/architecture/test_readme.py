"""The README's commands are run, so that they stay true.

A fenced block whose info string is `sh run` holds commands that a reader may copy; these blocks are run
in their order, in a new folder with the sample in it. `make demo` and `make test` cannot run inside the
tests; that their targets exist is checked instead.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\S+)( run)?\n(.*?)^```", README, re.M | re.S)
MAKE_TARGETS = sorted(set(re.findall(r"(?:`|^)make ([a-z]+)", README, re.M)))


def test_the_readme_shows_commands_to_run() -> None:
    assert any(runnable for _, runnable, _ in BLOCKS)
    assert {"demo", "test"} <= set(MAKE_TARGETS)


@pytest.mark.parametrize("target", MAKE_TARGETS)
def test_a_make_target_of_the_readme_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the blocks that a reader may copy were run."""
    folder = tmp_path_factory.mktemp("readme")
    script = "\n".join(text for _, runnable, text in BLOCKS if runnable)
    (folder / "demo").mkdir()
    (folder / "demo" / "sample").symlink_to(ROOT / "demo" / "sample")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

    result = subprocess.run(  # noqa: S603
        ["bash", "-euo", "pipefail", "-c", script],  # noqa: S607
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert result.returncode == 0, result.stdout + result.stderr
    return folder


def test_the_blocks_of_the_readme_run(folder: Path) -> None:
    assert (folder / "golden" / "golden_records.jsonl").is_file()
    assert (folder / "result" / "report.html").is_file()


def test_the_golden_record_of_the_first_screen_is_the_one_that_comes_out(folder: Path) -> None:
    shown: dict[str, Any] = next(json.loads(text) for language, _, text in BLOCKS if language == "json")
    (line,) = (folder / "golden" / "golden_records.jsonl").read_text(encoding="utf-8").splitlines()
    made = json.loads(line)

    for part in ("values", "conflicts"):
        stated = [set(value.items()) for value in made[part]]
        assert shown[part]
        assert [v for v in shown[part] if not any(v.items() <= found for found in stated)] == []
    assert len(shown["conflicts"]) == len(made["conflicts"])
    heads = shown.keys() - {"values", "conflicts"}
    assert {name: shown[name] for name in heads} == {name: made[name] for name in heads}


def test_every_path_that_the_readme_links_to_exists() -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", README)

    assert [link for link in links if not (ROOT / link).exists()] == []
