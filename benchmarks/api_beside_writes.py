"""How long the API takes while a company is published anew and a steward decides, beside when it is quiet.

    python -m benchmarks.api_beside_writes [--parties 20000] [--rate 200] [--seconds 15] [--json FILE]

Fifty keep-alive connections ask for customers at a set rate, for the full view and the summary in turn;
latency counts from when a request was due. Meanwhile a process of its own publishes a company whose every
golden record changed, and decides and undoes over and over until then. Exit code 1 when an answer failed or
the 99th percentile more than doubled.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.api_speed import copy_floor, make_company, make_key, paths_of, served
from benchmarks.http_load import LoadResult, load

CLIENTS, MOST_TIMES = 50, 2.0
PORT = 8433
WARM_SECONDS, TURN_SECONDS = 3.0, 2.0
ASKED_ABOUT = 2_000
FORMS = ("/v1/customers/{}", "/v1/customers/{}?detail=summary")
DECISIONS = 20


@dataclass(frozen=True, slots=True)
class Beside:
    """Answers in each phase, their 99th percentiles in ms, and how many were no answer."""

    quiet: int
    beside: int
    quiet_p99_ms: float
    beside_p99_ms: float
    failed: int

    @property
    def is_reached(self) -> bool:
        """Return whether every answer came, and quickly enough."""
        return not self.failed and self.beside_p99_ms <= MOST_TIMES * self.quiet_p99_ms


def together(turns: Sequence[LoadResult]) -> LoadResult:
    """Return several loads as one."""
    whole = LoadResult()
    for turn in turns:
        whole.seconds += turn.seconds
        whole.body_bytes += turn.body_bytes
        whole.latencies += turn.latencies
        for status, count in turn.statuses.items():
            whole.statuses[status] = whole.statuses.get(status, 0) + count
    return whole


def compared(quiet: LoadResult, beside: LoadResult) -> Beside:
    """Return what two loads say; a redirect is an answer while two parties are decided to be one."""
    failed = [
        count
        for found in (quiet, beside)
        for status, count in found.statuses.items()
        if status not in (200, 307)
    ]
    return Beside(
        len(quiet.latencies),
        len(beside.latencies),
        quiet.percentile_ms(0.99),
        beside.percentile_ms(0.99),
        sum(failed),
    )


def write(home: Path) -> None:
    """Decide and undo, then publish the company of a home folder anew, every party in another city."""
    from benchmarks.reads_beside_publish import publish_anew
    from benchmarks.settled_company import move_company
    from context_api.settings import open_home
    from context_api.settling import Ruling, decide, undo
    from context_api.store.decisions import Verdict
    from pipelines.stepping_aside import stepping_aside

    engine, sealer = open_home(home)
    for number in range(DECISIONS):
        now = datetime.now(tz=UTC)
        pair = (f"crm:contact:{100 * number}", f"crm:contact:{100 * number + 10}")
        made = decide(engine, sealer, Ruling(*pair, Verdict.MATCH, "benchmark", "a look"), now=now)
        undo(engine, sealer, made.sequence, author="benchmark", reason="a look", now=now)
    with stepping_aside():  # as a run does
        move_company(home / "company.duckdb", "New Town")
        publish_anew(home / "company.duckdb", engine, home, sealer=sealer)
    engine.dispose()


def measure(home: Path, *, rate: float, seconds: float) -> Beside:
    """Serve a home folder, ask while it is quiet, and ask while it is written."""
    ids, headers = copy_floor(home)[:ASKED_ABOUT], {"Authorization": f"Bearer {make_key(home)}"}
    paths = paths_of([form.format(golden_id) for golden_id in ids for form in FORMS], "{}")
    command = ["concord", "serve", "--home", str(home), "--port", str(PORT)]
    with served(command, port=PORT, environment={}, log=home / "api.log"):

        def turn(length: float) -> LoadResult:
            address = f"http://127.0.0.1:{PORT}"
            return load(address, paths, seconds=length, headers=headers, rate=rate, connections=CLIENTS)

        turn(WARM_SECONDS)
        quiet = turn(seconds)
        turns = []
        writing = [sys.executable, "-m", "benchmarks.api_beside_writes", "--write", str(home)]
        with subprocess.Popen(writing, cwd=Path(__file__).parents[1]) as writer:  # noqa: S603 - our own module
            while writer.poll() is None:
                turns.append(turn(TURN_SECONDS))
        if writer.returncode:
            raise RuntimeError("the writer failed; its words stand above")
    return compared(quiet, together(turns))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.api_beside_writes",
        description="Time answers of the API beside a publish and decisions.",
    )
    parser.add_argument("--parties", type=int, default=20_000)
    parser.add_argument("--rate", type=float, default=200.0, help="requests a second, all clients together")
    parser.add_argument("--seconds", type=float, default=15.0, help="how long it is quiet")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.write is not None:
        write(options.write)
        return 0
    with tempfile.TemporaryDirectory(prefix="concord-api-beside-") as name:
        make_company(Path(name), options.parties)
        found = measure(Path(name), rate=options.rate, seconds=options.seconds)
    if options.json is not None:
        options.json.write_text(json.dumps(asdict(found), indent=1), encoding="utf-8")
    sys.stdout.write(
        f"quiet: {found.quiet:,} answers, p99 {found.quiet_p99_ms:.1f} ms\n"
        f"beside writes: {found.beside:,} answers, p99 {found.beside_p99_ms:.1f} ms"
        f" (must: {MOST_TIMES:g} times at most)\n"
        f"failed: {found.failed} (must: 0)\n"
        f"{'reached' if found.is_reached else 'missed'}\n"
    )
    return 0 if found.is_reached else 1


if __name__ == "__main__":
    sys.exit(main())
