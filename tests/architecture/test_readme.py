"""The README's commands are run, so that they stay true.

A fenced block whose info string is `sh run` holds commands that a reader may copy; these blocks are run
in their order, in a new folder with the sample in it. `make demo` and `make test` cannot run inside the
tests; that their targets exist is checked instead.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

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


def test_the_blocks_of_the_readme_run(tmp_path: Path) -> None:
    script = "\n".join(text for _, runnable, text in BLOCKS if runnable)
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "sample").symlink_to(ROOT / "demo" / "sample")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

    result = subprocess.run(  # noqa: S603
        ["bash", "-euo", "pipefail", "-c", script],  # noqa: S607
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert result.returncode == 0, result.stdout + result.stderr


def test_every_path_that_the_readme_links_to_exists() -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", README)

    assert [link for link in links if not (ROOT / link).exists()] == []
