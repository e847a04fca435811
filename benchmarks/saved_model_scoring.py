"""Scoring alone, with the saved model of a finished run: blocking keys met, pairs scored, links written.

    python -m benchmarks.saved_model_scoring RUN

The match inputs are read from the run's `state.duckdb` first, as `benchmarks.plain_splink` reads them;
neither side is charged for that. Prints seconds by step and numbers of pairs as JSON.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb

from benchmarks.plain_splink import Steps
from resolution.domain.attributes import PartyType
from resolution.matching import engine, scoring
from resolution.matching.model import ResolutionModel, from_json


def score_again(
    connection: duckdb.DuckDBPyConnection, model: ResolutionModel, steps: Steps
) -> dict[str, int]:
    """Block and score every party type of the model; return the blocked pairs by type."""
    blocked = {}
    scoring.create_links(connection, [c.name for party in model.parties.values() for c in party.comparisons])
    for name, party in model.parties.items():
        table, pairs = f"match_{name}", f"pairs_{name}"
        with steps.time("block"):
            blocked[name] = engine.block_pairs(connection, table, model=party, target=pairs)
        with steps.time("score"):
            scoring.add_links(connection, table, pairs=pairs, party_type=PartyType(name), model=party)
    return blocked


def main(arguments: Sequence[str] | None = None) -> int:
    """Score the records of a run again."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.saved_model_scoring",
        description="Time scoring alone, with the saved model of a finished run.",
    )
    parser.add_argument("run", type=Path, help="folder of a finished run")
    options = parser.parse_args(arguments)
    model = from_json(json.loads((options.run / "model.json").read_text(encoding="utf-8")))
    steps = Steps()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{options.run / 'state.duckdb'}' as state (read_only)")
        for name in model.parties:
            connection.execute(f"create table match_{name} as from state.match_{name}")
        blocked = score_again(connection, model, steps)
        kept = connection.execute("select count(*) from links").fetchone()
    counts = {"pairs blocked": blocked, "links": kept[0] if kept else 0}
    sys.stdout.write(steps.as_json(counts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
