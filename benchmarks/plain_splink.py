"""What a user of Splink 5 writes: a script with the settings of its documentation, timed step by step.

    python -m benchmarks.plain_splink STATE

It reads the standardised records and the blocking keys from the `state.duckdb` of a finished run, so that
both sides compare the same pairs, and prints seconds by step as JSON. Reading the records is not counted
against it. Comparisons, order of training and thresholds are those of Splink's README (quick start).
"""

import argparse
import json
import logging
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

KEY_PREFIX = "bk_"  # of the blocking keys of `resolution/matching/engine.py`
RECALL = 0.7  # of the deterministic rules; the README's guess
RANDOM_PAIRS = 1e6
LEAST_WEIGHT = -5  # of kept pairs, README
CLUSTER_AT = 0.95
LEAST_FILLED = 0.01  # share of records with a value, below which nobody would compare a column


@dataclass(frozen=True, slots=True)
class PlainModel:
    """One party type as a user would set it up: comparisons by column, rules for prior and training."""

    party_type: str
    comparisons: tuple[tuple[str, Any], ...]
    sure: tuple[tuple[str, ...], ...]
    training: tuple[tuple[str, ...], ...]


def plain_models() -> tuple[PlainModel, ...]:
    """Return the models of persons and of organisations."""

    def exact(column: str) -> tuple[str, Any]:
        return column, cl.ExactMatch(column).configure(term_frequency_adjustments=True)

    person = PlainModel(
        "person",
        (
            ("given_name", cl.JaroWinklerAtThresholds("given_name", [0.92, 0.8])),
            (
                "family_name",
                cl.JaroWinklerAtThresholds("family_name", [0.92, 0.8]).configure(
                    term_frequency_adjustments=True
                ),
            ),
            ("birth_date", cl.DateOfBirthComparison("birth_date", input_is_string=True)),
            ("email", cl.EmailComparison("email")),
            ("phone", cl.ExactMatch("phone")),
            exact("postcode"),
            exact("city"),
            exact("employer"),
        ),
        sure=(("email",), ("full_name", "phone")),
        training=(("given_name", "family_name"), ("email",)),
    )
    organization = PlainModel(
        "organization",
        (
            (
                "org_name",
                cl.JaroWinklerAtThresholds("org_name", [0.95, 0.88]).configure(
                    term_frequency_adjustments=True
                ),
            ),
            ("id_key", cl.ExactMatch("id_key")),
            exact("email_domain"),
            ("phone", cl.ExactMatch("phone")),
            ("street", cl.JaroWinklerAtThresholds("street", [0.92])),
            exact("postcode"),
            exact("city"),
        ),
        sure=(("id_key",), ("org_name", "postcode")),
        training=(("org_name",), ("postcode", "street")),
    )
    return person, organization


def settings_of(model: PlainModel, columns: Sequence[str], *, filled: Sequence[str]) -> SettingsCreator:
    """Return the settings: comparisons of the columns that hold something, blocking by every key."""
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        comparisons=[comparison for column, comparison in model.comparisons if column in filled],
        blocking_rules_to_generate_predictions=[block_on(c) for c in columns if c.startswith(KEY_PREFIX)],
    )


class Steps:
    """Seconds and CPU seconds by step, summed over party types."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.cpu_seconds: dict[str, float] = {}

    @contextmanager
    def time(self, name: str) -> Iterator[None]:
        """Add what the block takes to a step."""
        began, cpu_began = time.perf_counter(), time.process_time()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began
        self.cpu_seconds[name] = self.cpu_seconds.get(name, 0.0) + time.process_time() - cpu_began

    def as_json(self, counts: Mapping[str, object]) -> str:
        """Return one line for the benchmark to read."""
        return json.dumps({"seconds": self.seconds, "cpu_seconds": self.cpu_seconds, "counts": counts}) + "\n"


def link_plainly(connection: duckdb.DuckDBPyConnection, model: PlainModel, steps: Steps) -> dict[str, int]:
    """Train, score and cluster the table named for the party type; return what was counted."""
    table = connection.table(model.party_type)
    filled = filled_columns(connection, model)
    linker = Linker(
        DuckDBAPI(connection=connection).register(model.party_type),
        settings_of(model, table.columns, filled=filled),
    )
    with steps.time("train"):
        _train(linker, model, filled)
    with steps.time("score"):
        pairs = linker.inference.predict(threshold_match_weight=LEAST_WEIGHT)
    with steps.time("cluster"):
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
            pairs, threshold_match_probability=CLUSTER_AT
        )
    counted = {"pairs kept": pairs.physical_name, "records": clusters.physical_name}
    return {name: _count(connection, found) for name, found in counted.items()}


def _train(linker: Linker, model: PlainModel, filled: Sequence[str]) -> None:
    known = {*filled, "full_name"}
    sure: list[Any] = [block_on(*rule) for rule in model.sure if known.issuperset(rule)]
    linker.training.estimate_probability_two_random_records_match(sure, recall=RECALL)
    linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS)
    for rule in model.training:
        if known.issuperset(rule):
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule))


def filled_columns(connection: duckdb.DuckDBPyConnection, model: PlainModel) -> list[str]:
    """Return the columns of the model's comparisons that enough records fill."""
    names = [name for name, _ in model.comparisons]
    counts = ", ".join(f"count({name}) / count(*)" for name in names)
    shares = connection.execute(f"select {counts} from {model.party_type}").fetchone() or ()
    return [name for name, share in zip(names, shares, strict=True) if (share or 0) >= LEAST_FILLED]


def load(connection: duckdb.DuckDBPyConnection, model: PlainModel) -> bool:
    """Copy the records of one party type out of the attached `state`; False where there are none."""
    table = f"match_{model.party_type}"
    there = "select 1 from duckdb_tables() where database_name = 'state' and table_name = ?"
    if connection.execute(there, [table]).fetchone() is None:  # a run without records of this type
        return False
    columns = [row[0] for row in connection.execute(f"describe state.{table}").fetchall()]
    wanted = {"record_id", "full_name", *(name for name, _ in model.comparisons)}
    chosen = [name for name in columns if name in wanted or name.startswith(KEY_PREFIX)]
    if "id_key" in wanted:  # a user has one column of tax numbers, not a list
        chosen.append("id_values[1] as id_key")
    connection.execute(f"create table {model.party_type} as select {', '.join(chosen)} from state.{table}")
    return _count(connection, model.party_type) > 1


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script on the records of a finished run."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.plain_splink",
        description="Time a plain Splink script on the standardised records of a run.",
    )
    parser.add_argument("state", type=Path, help="state.duckdb of a finished run")
    options = parser.parse_args(arguments)
    logging.getLogger("splink").setLevel(logging.ERROR)
    steps, counts = Steps(), {}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{options.state}' as state (read_only)")
        for model in plain_models():
            with steps.time("load"):
                is_there = load(connection, model)
            if is_there:
                counts[model.party_type] = link_plainly(connection, model, steps)
    sys.stdout.write(steps.as_json(counts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
