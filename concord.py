"""The front door: the command line of Concord, and the only file that sees every room.

Each room keeps its commands in its own `commands.py`; here they are mounted side by side, and errors
become one line on stderr and an exit code: 2 when the user's input is at fault, 1 when the run could
not go on, 130 after Ctrl-C. Whatever else is raised is a defect and keeps its traceback.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, NoReturn

import typer

from context_api import commands as context_commands
from context_api.errors import ContextError, ContextInputError
from demo import commands as demo_commands
from pipelines import commands as pipelines_commands
from pipelines.errors import PipelineError, PipelineInputError, SourcesFault
from pipelines.vectors import commands as vectors_commands
from resolution import commands as resolution_commands
from resolution.domain.errors import InputError, ResolutionError

if TYPE_CHECKING:
    from fastapi import FastAPI

EXIT_RUN_ERROR = 1
EXIT_INPUT_ERROR = 2
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells have it

app = typer.Typer(
    name="concord",
    help="One golden record for every person and organisation, and the reasons behind each of its values.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(resolution_commands.app)
app.add_typer(pipelines_commands.app)
app.add_typer(vectors_commands.app)
app.add_typer(demo_commands.app)
app.add_typer(context_commands.app)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"concord {version('concord')}")
        raise typer.Exit


@app.callback()
def _front_door(
    show_version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version and stop."
    ),
) -> None:
    """One golden record for every person and organisation, and the reasons behind each of its values."""


def create_api() -> "FastAPI":
    """Return the API as `concord serve` runs it in each process, with the parts that other rooms fill."""
    from context_api.access_log import log_to_stderr
    from context_api.app import create_app
    from context_api.operations import Finding, State
    from context_api.serving import Serving
    from context_api.settings import read_settings
    from pipelines.live import live_sources
    from pipelines.vectors.answering import ActivityAnswers

    settings = read_settings()
    activities = ActivityAnswers(settings.home, os.environ)

    async def check_vectors(_: Serving) -> Finding:
        found = await asyncio.to_thread(activities.advice)
        return Finding() if found is None else Finding(status=State.DEGRADED, advice=found)

    log_to_stderr()
    try:
        sources = live_sources(settings.home)
    except SourcesFault as error:  # stored data are served all the same
        typer.echo(f"concord: no source can be asked live: {error}", err=True)
        sources = ()
    return create_app(
        settings,
        checks={"vectors": check_vectors},
        live=sources,
        activities=activities,
        is_warmed_up=True,
    )


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit; domain errors become one line on stderr."""
    try:
        app(sys.argv[1:] if arguments is None else list(arguments), prog_name="concord")
    except (InputError, PipelineInputError, ContextInputError) as error:
        _fail(error, code=EXIT_INPUT_ERROR)
    except (ResolutionError, PipelineError, ContextError) as error:
        _fail(error, code=EXIT_RUN_ERROR)
    except KeyboardInterrupt:  # outside a command: while it was being looked up or torn down
        sys.exit(EXIT_INTERRUPTED)
    sys.exit(0)


def _fail(error: Exception, *, code: int) -> NoReturn:
    message = " ".join(str(error).split())
    typer.echo(f"concord: {message}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
