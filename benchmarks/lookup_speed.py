"""Speed of one look-up beside Splink's own way, on the records of a finished run.

    python -m benchmarks.lookup_speed RUN [--records 200] [--splink 10] [--snapshot FILE]

Writes the match snapshot of the run (seconds, size), opens it, and asks for records of the run by what they
stated, each left out of what it is compared with: one by one (p50, p95, p99) and a hundred at once. Splink
scores the same match input row against the same records by `predict_between` with the same settings and
blocking keys; it is charged neither for standardising nor for term frequencies. Prints JSON. CPU time says
the same on a busy machine.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from resolution.lookup.given import GivenAddress, GivenIdentifier, GivenRecord
from resolution.lookup.looking_up import MOST_RECORDS, open_snapshot
from resolution.lookup.writing import write_match_snapshot
from resolution.matching.model import PartyModel, ResolutionModel, from_json

SEED = 11
WARMED = 10  # look-ups that are not counted
_ADDRESS = {"street": "street", "house_number": "house_number", "postcode": "postcode", "city": "city"}
_SINGLE = ("full_name", "given_name", "family_name", "employer", "job_title", "web_domain", "gender")
_LISTS = {
    "email": "emails",
    "phone": "phones",
    "organization_name": "organization_names",
    "birth_date": "birth_dates",
}
_IDENTIFIER = "identifier.tax"


def given_records(connection: duckdb.DuckDBPyConnection, count: int) -> list[GivenRecord]:
    """Return records of the run as somebody would give them, drawn by a seeded hash."""
    rows = connection.execute(
        f"""
        with drawn as (
            select record_id, party_type from state.party_records where not coalesce(is_deleted, false)
            order by hash(record_id, {SEED}), record_id limit $count
        )
        select record_id, list((attribute, value) order by attribute, position) from drawn
        join state.claims using (record_id) group by record_id order by record_id
        """,
        {"count": count},
    ).fetchall()
    return [_given(record_id, claims) for record_id, claims in rows]


def _given(record_id: str, claims: Sequence[tuple[str, str]]) -> GivenRecord:
    stated: dict[str, list[str]] = {}
    for attribute, value in claims:
        stated.setdefault(attribute, []).append(value)
    return GivenRecord(
        record_id=record_id,
        addresses=[
            GivenAddress(**{part: stated[name][0] for part, name in _ADDRESS.items() if name in stated})
        ],
        identifiers=[GivenIdentifier(value=value) for value in stated.get(_IDENTIFIER, [])],
        **{name: stated[name][0] for name in _SINGLE if name in stated},  # type: ignore[arg-type]
        **{field: stated[name] for name, field in _LISTS.items() if name in stated},  # type: ignore[arg-type]
    )


def timed(call: Callable[[], object]) -> tuple[float, float]:
    """Return the milliseconds and CPU milliseconds of a call."""
    began, cpu_began = time.perf_counter(), time.process_time()
    call()
    return 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - cpu_began)


def percentiles(spent: Sequence[tuple[float, float]]) -> dict[str, dict[str, float]]:
    """Return p50, p95 and p99 of milliseconds and of CPU milliseconds."""
    numbers = np.array(spent)
    return {
        kind: {f"p{p}": round(float(np.percentile(numbers[:, i], p)), 1) for p in (50, 95, 99)}
        for i, kind in enumerate(("ms", "cpu_ms"))
    }


def ours(path: Path, records: Sequence[GivenRecord]) -> dict[str, Any]:
    """Return what opening and asking take."""
    opened: list[Any] = []
    opening = timed(lambda: opened.append(open_snapshot(path)))
    (lookup,) = opened
    warming = timed(lookup.warm_up)
    for record in records[:WARMED]:
        lookup.find([record])
    compared = [lookup.find([record])[0].compared for record in records]
    one = [timed(lambda record=record: lookup.find([record])) for record in records]  # type: ignore[misc]
    hundred = [timed(lambda: lookup.find(records[:MOST_RECORDS])) for _ in range(3)]
    return {
        "open": dict(zip(("ms", "cpu_ms"), opening, strict=True)),
        "warm_up": dict(zip(("ms", "cpu_ms"), warming, strict=True)),
        "one": percentiles(one),
        "hundred": percentiles(hundred),
        "compared": {"median": float(np.median(compared)), "most": max(compared)},
        "anonymous_mb": _anonymous_mb(),
    }


def _anonymous_mb() -> float | None:
    """Return the memory of this process beside files that are mapped; None where the system does not say."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return None
    lines = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines())
    return int(lines["RssAnon"].split()[0]) / 1024


def splinks(connection: duckdb.DuckDBPyConnection, model: ResolutionModel, *, times: int) -> dict[str, Any]:
    """Return what `predict_between` takes for one person against all persons."""
    from splink import DuckDBAPI, Linker

    from resolution.matching import engine

    party = _without_rarity(model.parties["person"])
    connection.execute("create table persons as from state.match_person")
    connection.execute(
        f"create table asked as select * replace ('asked:party:1' as record_id) from persons"
        f" order by hash(record_id, {SEED}), record_id limit 1"
    )
    api = DuckDBAPI(connection=connection)
    base, asked = api.register("persons"), api.register("asked")
    linker = Linker(base, engine.splink_settings(party), log_level=None, validate_settings=False)

    def predict() -> None:
        linker.inference.predict_between(asked, base).drop_table_from_database_and_remove_from_cache()

    predict()
    return {"one": percentiles([timed(predict) for _ in range(times)])}


def _without_rarity(party: PartyModel) -> PartyModel:
    return replace(
        party,
        comparisons=tuple(
            replace(c, levels=tuple(replace(level, tf_weight=0.0) for level in c.levels))
            for c in party.comparisons
        ),
    )


def measure(run: Path, *, records: int, times: int, path: Path) -> dict[str, Any]:
    """Return all figures of a finished run; the snapshot is written to `path`."""
    model = from_json(json.loads((run / "model.json").read_text(encoding="utf-8")))
    with duckdb.connect() as connection:
        connection.execute(f"attach '{run / 'state.duckdb'}' as state (read_only)")
        connection.execute("use state")
        writing = timed(lambda: write_match_snapshot(connection, path, model=model))
        connection.execute("use memory")
        given = given_records(connection, records)
        counted = connection.execute("select count(*) from state.party_records").fetchone() or (0,)
    figures = {
        "records": counted[0],
        "write": {"seconds": writing[0] / 1000, "cpu_seconds": writing[1] / 1000},
        "size_mb": path.stat().st_size / 1e6,
        "concord": ours(path, given),
    }
    if times and "person" in model.parties:
        with duckdb.connect() as connection:
            connection.execute(f"attach '{run / 'state.duckdb'}' as state (read_only)")
            figures["splink"] = splinks(connection, model, times=times)
        one, other = (figures[side]["one"]["cpu_ms"]["p50"] for side in ("splink", "concord"))
        figures["times_less_cpu"] = round(one / other, 1)
    figures["load"] = [round(load, 1) for load in os.getloadavg()]
    return figures


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print the figures as JSON."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.lookup_speed",
        description="Time look-ups in the snapshot of a finished run, beside Splink's own way.",
    )
    parser.add_argument("run", type=Path, help="folder of a finished run")
    parser.add_argument("--records", type=int, default=200, help="how many records are asked for")
    parser.add_argument("--splink", type=int, default=10, metavar="N", help="times that Splink is asked")
    parser.add_argument("--snapshot", type=Path, help="keep the snapshot here (default: thrown away)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="concord-lookup-") as folder:
        path = options.snapshot or Path(folder) / "1.snapshot"
        figures = measure(options.run, records=options.records, times=options.splink, path=path)
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
