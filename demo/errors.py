"""Errors of the demo.

    DemoError
    ├── AnotherCompany    the home folder holds something else than the company asked for; exit code 2
    ├── NoCompany         no day can pass where there is no company; exit code 2
    └── NotServing        Dagster's pages or the API did not come up; exit code 1

Every error says what is wrong and what to do next.
"""

from pathlib import Path

from pipelines.errors import PipelineError, PipelineInputError


class DemoError(PipelineError):
    """Anything that the demo refuses to do or cannot finish."""


class AnotherCompany(DemoError, PipelineInputError):
    """The home folder holds another company than asked for, or systems that the demo did not write."""

    def __init__(self, home: Path, *, scale: int | None, seed: str | None) -> None:
        held = (
            f"a company of scale {scale} and seed {seed}"
            if scale is not None
            else "a sources.yml that the demo did not write"
        )
        super().__init__(f"{home} holds {held}; give another folder with --home, or remove this one")


class NoCompany(DemoError, PipelineInputError):
    """The home folder has no demo company yet."""

    def __init__(self, home: Path) -> None:
        super().__init__(f"there is no demo company in {home} yet; `concord demo --home {home}` writes one")


class NotServing(DemoError):
    """Dagster's pages, or the API, did not come up."""

    def __init__(self, log: Path, what: str = "Dagster's pages") -> None:
        super().__init__(f"{what} did not come up; {log} says why. All data of the run are in place")
