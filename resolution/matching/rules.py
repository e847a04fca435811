"""Deterministic rules and vetoes: what links or parts two records whatever their score.

Rules are SQL over the match input (`<column>_l`, `<column>_r`). They are few and strict. A veto forbids a
link that no score can overcome; it is in force only where the data bear it out: the model says how
often two records of one party differ so (m), and a veto needs that to be rare.
"""

import math
from dataclasses import dataclass

from resolution.domain.attributes import PartyType
from resolution.matching.model import PartyModel

RARE_DISAGREEMENT = 0.05  # share of matching pairs; above it, the field is too often wrong to forbid anything


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition over the levels of a scored pair; `needs` are comparisons that must be there.

    `{best[c]}` stands for the number of the best level of comparison c. `rare` names comparisons whose
    worst level must be rare among matches for the rule to be in force.
    """

    name: str
    sql: str
    needs: tuple[str, ...]
    rare: tuple[str, ...] = ()


LINKS = {
    PartyType.PERSON: (
        Rule(
            "same_identifier",
            "level_identifiers = 2 AND NOT (level_family_name = 0 AND level_given_name = 0)",
            ("identifiers", "family_name", "given_name"),
        ),
    ),
    PartyType.ORGANIZATION: (
        Rule("same_identifier", "level_identifiers = 2 AND level_org_name <> 0", ("identifiers", "org_name")),
    ),
}

# Where no model could be fitted, exact agreement on what rarely agrees by chance must do.
FALLBACK_LINKS = {
    PartyType.PERSON: tuple(
        Rule(
            f"same_name_and_{other}",
            f"level_given_name = {{best[given_name]}} AND level_family_name = {{best[family_name]}}"
            f" AND level_{other} = {{best[{other}]}}",
            ("given_name", "family_name", other),
        )
        for other in ("birth_date", "email", "phone", "address")
    ),
    PartyType.ORGANIZATION: tuple(
        Rule(
            f"same_name_and_{other}",
            f"level_org_name = {{best[org_name]}} AND level_{other} = {{best[{other}]}}",
            ("org_name", other),
        )
        for other in ("phone", "email", "web_domain", "address")
    ),
}

VETOES = {
    PartyType.PERSON: (
        Rule("different_identifiers", "level_identifiers = 0", ("identifiers",), ("identifiers",)),
        Rule(
            "different_birth_date_and_given_name",
            "level_birth_date BETWEEN 0 AND 1 AND level_given_name = 0",
            ("birth_date", "given_name"),
            ("birth_date", "given_name"),
        ),
        Rule(
            "different_suffix",
            "level_name_suffix = 0 AND level_birth_date < 4",
            ("name_suffix", "birth_date"),
        ),
    ),
    PartyType.ORGANIZATION: (
        Rule("different_identifiers", "level_identifiers = 0", ("identifiers",), ("identifiers",)),
    ),
}


def _worst_m(model: PartyModel, name: str) -> float:
    for comparison in model.comparisons:
        if comparison.name == name:
            return next((lv.m for lv in comparison.levels if lv.level == 0 and lv.m is not None), 1.0)
    return 1.0


def _in_force(rule: Rule, model: PartyModel) -> bool:
    present = {comparison.name for comparison in model.comparisons}
    together = math.prod(_worst_m(model, name) for name in rule.rare)
    return all(name in present for name in rule.needs) and together <= RARE_DISAGREEMENT ** len(rule.rare)


def _case(rules: tuple[Rule, ...], model: PartyModel) -> str:
    """Return SQL that names the first rule that holds, or NULL."""
    best = {c.name: max(level.level for level in c.levels) for c in model.comparisons}
    whens = " ".join(
        f"WHEN {rule.sql.format(best=best)} THEN '{rule.name}'" for rule in rules if _in_force(rule, model)
    )
    return f"CASE {whens} END" if whens else "NULL::VARCHAR"


def link_rule_sql(party_type: PartyType, model: PartyModel) -> str:
    """Return SQL for the name of the deterministic rule that links a scored pair, else NULL."""
    fallback = FALLBACK_LINKS[party_type] if model.status == "rules_only" else ()
    return _case(LINKS[party_type] + fallback, model)


def veto_sql(party_type: PartyType, model: PartyModel) -> str:
    """Return SQL for the name of the veto that parts a scored pair, else NULL."""
    return _case(VETOES[party_type], model)
