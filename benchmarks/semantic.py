"""Whether comparing names by meaning helps: cluster F1 of organisations with and without `--semantic`.

    python -m benchmarks.semantic [SET …] [--data DIR]

Each set is resolved twice by the command that users have, in processes of their own, with the same mapping
and no labels. "judged" counts the pairs whose names were compared by meaning, "joined" those that it made
a match, and "right" how many of these are one party by the truth.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from benchmarks.isolated import run_python
from benchmarks.quality import DEFAULT_DATA, MAPPINGS
from benchmarks.quality_measures import Measured, Run, measure
from benchmarks.quality_targets import TARGETS, Target
from resolution.evaluation_truth import read_truth

NAMES = ("restaurants_864", "chicago_childcare", "crm_dev companies", "pseudopeople_employers")
_JUDGED = """
with ids as (select source || ':party:' || source_id as record_id, entity_id from truth)
select count(*), count(*) filter (method = 'assisted'),
    count(*) filter (method = 'assisted' and a.entity_id = b.entity_id)
from read_parquet($links) k
left join ids a on a.record_id = k.record_id_l left join ids b on b.record_id = k.record_id_r
where level_name_meaning is not null
"""


@dataclass(frozen=True, slots=True)
class Effect:
    """One set without and with meaning; `judged`, `joined` and `right` are pairs, see above."""

    plain: Measured
    semantic: Measured
    judged: int
    joined: int
    right: int

    @property
    def gain(self) -> float:
        """Return the difference of cluster F1."""
        return self.semantic.f1 - self.plain.f1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; exit code 2 when no set is present."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.semantic", description=__doc__)
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"of {', '.join(NAMES)}; all by default")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the sets")
    options = parser.parse_args(arguments)
    console = Console()
    targets = chosen_targets(options.sets, options.data)
    if not targets:
        console.print(f"none of {', '.join(options.sets or NAMES)} is in {options.data}")
        return 2
    console.print(effects_table([_effect(target, options.data) for target in targets]))
    return 0


def chosen_targets(sets: Sequence[str], data: Path) -> list[Target]:
    """Return the rows to measure: those asked for, by target or folder name, whose truth is present."""
    known = [target for target in TARGETS if target.name in NAMES]
    asked = [t for t in known if not sets or t.name in sets or t.data_set in sets]
    return [target for target in asked if (data / target.data_set / "truth.csv").is_file()]


def _effect(target: Target, data: Path) -> Effect:
    folder = data / target.data_set
    truth = folder / "truth.csv"
    with tempfile.TemporaryDirectory(prefix="concord-semantic-") as made:
        plain = _resolve(folder, Path(made) / "plain", [])
        semantic = _resolve(folder, Path(made) / "semantic", ["--semantic"])
        judged, joined, right = judged_pairs(semantic.folder / "links.parquet", truth)
        measured = [measure(run, truth, target) for run in (plain, semantic)]
    return Effect(measured[0], measured[1], judged, joined, right)


def _resolve(data: Path, out: Path, more: Sequence[str]) -> Run:
    mapping = MAPPINGS / f"{data.name}.yml"
    given: list[str | Path] = ["--mapping", mapping] if mapping.is_file() else []
    spent = run_python("concord", "resolve", data / "records.parquet", "--out", out, *given, *more)
    return Run(out, mapping.name if given else "inferred", spent.seconds, spent.peak_mb)


def judged_pairs(links: Path, truth: Path) -> tuple[int, int, int]:
    """Return how many pairs were compared by meaning, how many it joined, how many of these rightly."""
    with duckdb.connect() as connection:
        connection.register("truth", read_truth(truth).table)
        columns = connection.read_parquet(str(links)).columns
        if "level_name_meaning" not in columns:
            return 0, 0, 0
        row = connection.execute(_JUDGED, {"links": str(links)}).fetchone() or (0, 0, 0)
    return int(row[0]), int(row[1]), int(row[2])


def effects_table(effects: Sequence[Effect]) -> Table:
    """Return the table, one line per set."""
    table = Table(title="Names by meaning: cluster F1 without and with", title_justify="left")
    table.add_column("set", no_wrap=True)
    for name in ("F1 without", "F1 with", "gain", "judged", "joined", "right", "seconds", "peak MB"):
        table.add_column(name, justify="right", no_wrap=True)
    for effect in effects:
        plain, semantic = effect.plain, effect.semantic
        table.add_row(
            plain.target.name,
            f"{plain.f1:.4f}",
            f"{semantic.f1:.4f}",
            f"{effect.gain:+.4f}",
            *(str(n) for n in (effect.judged, effect.joined, effect.right)),
            f"{plain.seconds:.0f} → {semantic.seconds:.0f}",
            f"{plain.peak_mb:.0f} → {semantic.peak_mb:.0f}",
        )
    return table


if __name__ == "__main__":
    sys.exit(main())
