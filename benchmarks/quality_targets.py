"""What `concord resolve` must reach on each labelled set, and what others reach on it (issue 2, section E).

Plain Splink is a script of version 5 with the settings of its documentation, EM, no labels and connected
components: `plain_best` chose its threshold with the truth in hand, `plain_usual` took .95.
"""

from collections.abc import Collection
from dataclasses import dataclass

LABELS = 300
EXPECTATION_WITHIN = 0.05  # how far a stated expected precision may be from the true one
STATED_ON_AT_LEAST = 7  # sets, of those measured without decisions
CALIBRATION_WITHIN = 0.05  # greatest calibration error


@dataclass(frozen=True, slots=True)
class Target:
    """One row of the table: cluster F1 (pairs after closure) that must and should be reached.

    `record_type` is the type of the truth's records that count, None for all; `party_type` the tool's
    word for it. `labels` is the number of decisions that the tool is given.
    """

    name: str
    data_set: str
    must: float
    aim: float
    plain: str
    record_type: str | None = None
    party_type: str | None = None
    labels: int = 0


TARGETS = (
    Target("crm_dev persons", "crm_dev", 0.82, 0.89, ".779 / .750", "person", "person"),
    Target("crm_dev companies", "crm_dev", 0.89, 0.93, ".855 / .855", "company", "organization"),
    Target("senzing_truthset", "senzing_truthset", 0.90, 0.97, ".560 / .527"),
    Target("chicago_childcare", "chicago_childcare", 0.92, 0.95, ".897 / .880"),
    Target(
        f"chicago_childcare, {LABELS} decisions",
        "chicago_childcare",
        0.95,
        0.97,
        "dedupe .955",
        labels=LABELS,
    ),
    Target("restaurants_864", "restaurants_864", 0.94, 0.97, ".926 / .883"),
    Target("pseudopeople_employers", "pseudopeople_employers", 0.97, 0.99, ".997 / .906"),
    Target("historical_50k", "historical_50k", 0.84, 0.88, ".829 / .829"),
    Target("fake_1000", "fake_1000", 0.94, 0.96, ".945 / .889"),
    Target("febrl3", "febrl3", 0.998, 0.999, ".999 / .997"),
    Target("febrl4", "febrl4", 0.998, 0.999, ".999 / .997"),
)
DATA_SETS = tuple(dict.fromkeys(target.data_set for target in TARGETS))


def targets_of(data_set: str) -> tuple[Target, ...]:
    """Return the rows of the table that a data set fills."""
    return tuple(target for target in TARGETS if target.data_set == data_set)


def unknown_sets(names: Collection[str]) -> list[str]:
    """Return the names that are no data set of the table."""
    return sorted(set(names) - set(DATA_SETS))
