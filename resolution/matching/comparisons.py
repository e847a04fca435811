"""Comparisons and comparison levels as data, independent of Splink and of any data set.

A `Comparison` looks at one kind of evidence (a name, a phone, an address) and sorts a pair of records
into exactly one `Level`, best level first; a pair that cannot be compared is at the missing level (-1,
weight 0). Level conditions are SQL over `<column>_l` and `<column>_r` of the match input
(`resolution/matching/features.py`).

`prior_m` is how often two records of one party fall into the level, among pairs that can be compared.
It is what we believe before seeing data (drawn from the shapes of CRM, registry and census data in the
literature: Winkler 2006, Christen 2012 chapter 7) and is worth `PRIOR_PAIRS` matching pairs in
training, so that a small or odd data set cannot teach the model nonsense.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

PRIOR_PAIRS = 150.0  # weight of the prior in EM, in matching pairs; measured in benchmarks/quality.py
MISSING = -1
SHORT = 4  # letters; in so short a value two letters that changed places do not count as alike in Jaro

# Different parties that look alike for a reason. Without classes of their own, EM takes them for matches
# (people of one firm share employer, address and switchboard) or overrates what they share.
PERSON_KINSHIPS = ("household", "colleague", "namesake")
ORGANIZATION_KINSHIPS = ("group", "branch", "neighbour", "namesake")


@dataclass(frozen=True, slots=True)
class Level:
    """One outcome of a comparison.

    `tf_column` names the column whose term frequency corrects the average chance of agreement.
    `needs` are columns without which the level cannot occur; it is left out when one is empty.
    `shared_by` names the kinds of related parties (`PERSON_KINSHIPS`, `ORGANIZATION_KINSHIPS`) that reach
    this very level as easily as one party does, where the comparison as a whole tells them apart.
    """

    label: str
    sql: str
    prior_m: float
    tf_column: str | None = None
    needs: tuple[str, ...] = ()
    shared_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Levels from best to worst; the last one is "anything else" and has no condition.

    `missing_sql` says when a pair cannot be compared. `needs` lists the columns that must hold values
    for the comparison to be worth making. `shared_by` names the kinds of related but different parties
    (`PERSON_KINSHIPS`, `ORGANIZATION_KINSHIPS`) that agree on it. `pair_values` are SQL over both rows
    (`l.<column>`, `r.<column>`), computed once a pair, which level conditions call by name.
    """

    name: str
    label: str
    missing_sql: str
    levels: tuple[Level, ...]
    needs: tuple[str, ...]
    columns: tuple[str, ...]
    shared_by: tuple[str, ...] = ()
    pair_values: Mapping[str, str] = field(default_factory=dict)

    def level_number(self, index: int) -> int:
        """Return the number of the level at `index`: the best level has the highest, the last has 0."""
        return len(self.levels) - 1 - index


def either_missing(column: str) -> str:
    """Return the condition that one side has no value in `column`."""
    return f"{column}_l IS NULL OR {column}_r IS NULL"


def same(column: str) -> str:
    """Return the condition that both sides hold the same value in `column`."""
    return f"{column}_l = {column}_r"


def edits(column: str, most: int) -> str:
    """Return the condition that at most `most` edits part both values; cheap where they differ widely.

    `most` edits of n letters leave a Jaro similarity of at least 1 - 2 * most / 3n (all of them
    substitutions; .15 is taken off for letters that match out of turn), and two letters that changed
    places count as two edits in Levenshtein's distance. Both cost a small part of what counting such a
    change as one edit (Damerau) does.
    """
    left, right = f"{column}_l", f"{column}_r"
    least = f"0.85 - {2 * most / 3:.4f} / greatest(length({left}), length({right}))"
    return (
        f"(abs(length({left}) - length({right})) <= {most}"
        f" AND (length({left}) <= {SHORT} OR jaro_similarity({left}, {right}) >= {least})"
        f" AND levenshtein({left}, {right}) <= {2 * most}"
        f" AND damerau_levenshtein({left}, {right}) <= {most})"
    )


def edited_share(column: str, most: float) -> str:
    """Return the condition that edits (Levenshtein) part at most a share of the longer value; see `edits`."""
    left, right = f"{column}_l", f"{column}_r"
    allowed = f"{most} * greatest(length({left}), length({right}))"
    return (
        f"(abs(length({left}) - length({right})) <= {allowed}"
        f" AND jaro_similarity({left}, {right}) >= {0.85 - 2 * most / 3:.4f}"
        f" AND levenshtein({left}, {right}) <= {allowed})"
    )


def in_either(alternatives: str, column: str) -> str:
    """Return the condition that a further value of one side is a value of the other."""
    left, right = f"{alternatives}_l", f"{alternatives}_r"
    return (
        f"(({left} IS NOT NULL OR {right} IS NOT NULL) AND (list_contains({left}, {column}_r)"
        f" OR list_contains({right}, {column}_l) OR list_has_any({left}, {right})))"
    )


def compose(catalogue: Iterable[Comparison], filled: frozenset[str]) -> tuple[Comparison, ...]:
    """Return the comparisons that the input can feed, without the levels that it cannot.

    `filled` holds the columns of the match input that have enough values to be compared.
    """
    composed = []
    for comparison in catalogue:
        if not any(column in filled for column in comparison.needs):
            continue
        levels = tuple(level for level in comparison.levels if all(c in filled for c in level.needs))
        composed.append(replace(comparison, levels=levels))
    return tuple(composed)
