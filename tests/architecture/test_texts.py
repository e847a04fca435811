"""What no tracked file may hold, and what some must."""

import ast
import re
from pathlib import Path

FORBIDDEN = {
    "an absolute path of somebody's machine": re.compile(
        r"(?<![\w.:/-])/(?:home|root|Users|work|opt|mnt)/[\w.-]"
    ),
    "a package index or a wheel folder": re.compile(
        r"^\s*--(?:extra-)?(?:index-url|find-links)|\bfile://", re.M
    ),
    "a merge left over": re.compile(r"^(?:<{7} |>{7} )", re.M),
}
ERROR_TREES = (
    "context_api/errors.py",
    "demo/errors.py",
    "pipelines/errors.py",
    "resolution/domain/errors.py",
)  # one per room


def test_no_file_holds_what_belongs_to_one_machine(texts: dict[Path, str]) -> None:
    own = Path("tests/architecture/test_texts.py")
    found = [
        f"{path}: {what}: {match.group(0).strip()}"
        for path, text in texts.items()
        if path != own
        for what, pattern in FORBIDDEN.items()
        if (match := pattern.search(text))
    ]

    assert found == []


def test_the_lock_pins_versions_and_nothing_else(root: Path) -> None:
    lines = (root / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]

    assert [pin for pin in pins if not re.fullmatch(r"[a-z0-9._-]+==[0-9][\w.]*", pin)] == []


def test_the_lock_holds_nothing_of_the_cuda_build_of_torch(root: Path) -> None:
    """Its packages were locked although nothing needs them: two gigabytes more in every set-up."""
    lock = (root / "requirements.lock").read_text(encoding="utf-8")

    assert re.findall(r"^(?:nvidia-|cuda-|triton).*", lock, re.M) == []


def test_the_changelog_has_a_place_for_what_is_not_released(root: Path) -> None:
    assert "\n## Unreleased\n" in (root / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_licence_is_whole(root: Path) -> None:
    text = (root / "LICENSE").read_text(encoding="utf-8")

    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_every_domain_error_is_documented_and_in_the_tree(root: Path) -> None:
    for name in ERROR_TREES:
        module = ast.parse((root / name).read_text(encoding="utf-8"))
        tree = ast.get_docstring(module) or ""
        classes = [node for node in module.body if isinstance(node, ast.ClassDef)]

        assert [c.name for c in classes if not ast.get_docstring(c)] == []
        assert [c.name for c in classes if not re.search(rf"\b{c.name}\b", tree)] == []


def test_every_decision_has_its_five_parts(root: Path) -> None:
    pages = sorted((root / "docs" / "decisions").glob("*.md"))
    parts = ("## Context", "## Decision", "## Consequences", "## Alternatives", "## Files")

    assert pages
    assert [page.name for page in pages if not re.match(r"\d{4}-[a-z0-9-]+\.md", page.name)] == []
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert [part for part in parts if f"\n{part}\n" not in text] == [], page.name
