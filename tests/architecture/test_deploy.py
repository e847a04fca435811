"""Dockerfile and docker-compose.yml, as far as they can be held true without an engine.

What runs in the containers runs by hand in tests/integration/context_api/test_deployed.py.
"""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
STATED = set(re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", EXAMPLE, re.M))
PINNED = re.compile(r"[a-z/]+:v?\d+\.\d+(\.\d+)?[\w.-]*")
SECRET_WORDS = re.compile(r"(?:PASSWORD|SECRET|TOKEN|_KEY)$")
OURS = {name: one for name, one in SERVICES.items() if "build" in one}
COMMANDS = sorted({tuple(one["command"]) for one in OURS.values()})


def test_the_services_are_those_that_a_company_needs() -> None:
    assert set(SERVICES) == {"postgres", "qdrant", "migrate", "api", "dagster-webserver", "dagster-daemon"}


@pytest.mark.parametrize(
    "image", re.findall(r"^FROM (\S+)", DOCKERFILE, re.M) + [s["image"] for s in SERVICES.values()]
)
def test_an_image_is_pinned(image: str) -> None:
    assert PINNED.fullmatch(image)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_tells_how_it_is_and_starts_again(name: str) -> None:
    service = SERVICES[name]
    if name == "migrate":  # it ends: whoever needs it waits for that
        assert service["healthcheck"] == {"disable": True}
        assert service["restart"] == "no"
        return
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["restart"] == "unless-stopped"


def test_a_service_waits_until_what_it_needs_is_there() -> None:
    waits = {
        name: {needed: how["condition"] for needed, how in one.get("depends_on", {}).items()}
        for name, one in SERVICES.items()
    }

    assert waits["migrate"] == {"postgres": "service_healthy"}
    for name in ("api", "dagster-webserver"):
        assert waits[name] == {"migrate": "service_completed_successfully", "qdrant": "service_healthy"}
    assert waits["dagster-daemon"] == {"dagster-webserver": "service_healthy"}


def test_no_secret_has_a_value_or_a_default() -> None:
    for service in SERVICES.values():
        for name, value in service["environment"].items():
            if SECRET_WORDS.search(name):
                assert re.fullmatch(r"\$\{[A-Z_]+:\?set it in \.env\}", value), name
            assert "://" not in value or "@" not in value or ":?set it in .env}@" in value, name
    settings = re.findall(r"([A-Z_]+)=", DOCKERFILE)
    assert settings
    assert [name for name in settings if SECRET_WORDS.search(name)] == []


def test_every_variable_is_in_the_example_and_every_setting_reaches_the_processes() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", TEXT))
    settings = EXAMPLE.partition("\n# ---- For docker-compose.yml alone")[0]

    assert asked <= STATED
    for service in OURS.values():
        assert set(service["environment"]) == set(re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", settings, re.M))


def test_data_are_in_named_volumes_and_ports_open_to_this_machine_only() -> None:
    used = {entry.partition(":")[0] for one in SERVICES.values() for entry in one["volumes"]}
    ports = [port for one in SERVICES.values() for port in one.get("ports", ())]

    assert used == set(COMPOSE["volumes"])
    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_every_source_that_is_copied_exists_and_is_not_ignored() -> None:
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.M)
        for source in shlex.split(line)[:-1]
    ]
    let_through = set(re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.M))

    assert set(copied) == let_through
    assert [source for source in copied if not (ROOT / source).exists()] == []


def test_the_image_runs_as_nobody_in_particular_and_installs_as_the_makefile_does() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    instructions = [line for line in DOCKERFILE.splitlines() if line and not line.startswith((" ", "#"))]

    assert [line for line in instructions if line.startswith("USER")] == ["USER concord"]
    assert any(line.startswith("HEALTHCHECK") for line in instructions)
    for part in (
        "grep '^uv==' requirements.lock",
        "--torch-backend cpu",
        "--no-deps --no-build-isolation --editable .",
    ):
        assert part in DOCKERFILE
        assert part in makefile


@pytest.mark.parametrize("command", [*COMMANDS, ("dagster-daemon", "liveness-check")], ids=" ".join)
def test_a_command_exists_with_its_options(command: tuple[str, ...]) -> None:
    """Options are those that its help names."""
    program = str(Path(sys.executable).with_name(command[0]))
    words = [word for word in command[1:] if re.fullmatch(r"[a-z][a-z-]+", word)][:1]
    options = [word for word in command if word.startswith("--")]

    told = subprocess.run([program, *words, "--help"], capture_output=True, text=True, cwd=ROOT, timeout=300)  # noqa: S603

    assert told.returncode == 0, told.stderr
    assert [option for option in options if option not in told.stdout] == []
