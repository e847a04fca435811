"""Deterministic rules and vetoes: what links or parts two records whatever their score.

Rules are SQL over the match input (`<column>_l`, `<column>_r`). They are few and strict. A veto forbids a
link that no score can overcome; it is in force only where the data bear it out: the model says how
often two records of one party differ so (m), and a veto needs that to be rare.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from resolution.domain.attributes import PartyType
from resolution.matching.model import PartyModel

RARE_DISAGREEMENT = 0.002  # share of matching pairs up to which a disagreement may forbid a link
# An organisation has one identifier of a kind; where EM finds pairs with two among the matches, it has rather
# taken a parent for its subsidiary. Beyond this share of matching pairs the field itself is in doubt. Persons
# have no subsidiaries: there the same share is typing errors (6 % of the matches of febrl3, 4 % of febrl4).
RARE_DISAGREEMENT_OF_ORGANIZATIONS = 0.1
FEW_DISAGREEMENTS = 3.0  # expected pairs; fewer are no proof that the field is often wrong


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
    believed: float = FEW_DISAGREEMENTS  # a veto is believed until so many matching pairs break it
    most_broken: float = RARE_DISAGREEMENT  # or so large a share of them


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

DIFFERENT_IDENTIFIERS = Rule(
    "different_identifiers", "level_identifiers = 0", ("identifiers",), ("identifiers",), 10.0
)
VETOES = {
    PartyType.PERSON: (
        DIFFERENT_IDENTIFIERS,
        Rule("different_birth_date", "level_birth_date = 0", ("birth_date",), ("birth_date",), 10.0),
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
    PartyType.ORGANIZATION: (replace(DIFFERENT_IDENTIFIERS, most_broken=RARE_DISAGREEMENT_OF_ORGANIZATIONS),),
}


def vetoes_in_force(party_type: PartyType, matched: Mapping[str, Sequence[float]]) -> tuple[str, ...]:
    """Return the vetoes that the data bear out.

    `matched[c]` holds the expected matching pairs by level of comparison c, worst first. A veto is out of
    force where matching pairs break it often.
    """
    return tuple(rule.name for rule in VETOES[party_type] if _is_borne_out(rule, matched))


def _is_borne_out(rule: Rule, matched: Mapping[str, Sequence[float]]) -> bool:
    if not all(name in matched for name in rule.needs):
        return False
    shares = [matched[name][0] / max(sum(matched[name]), 1.0) for name in rule.rare]
    pairs = min((sum(matched[name]) for name in rule.rare), default=0.0)
    together = math.prod(shares) if shares else 0.0
    return together <= rule.most_broken or together * pairs < rule.believed


def _case(rules: tuple[Rule, ...], model: PartyModel) -> str:
    """Return SQL that names the first rule that holds, or NULL."""
    best = {c.name: max(level.level for level in c.levels) for c in model.comparisons}
    whens = " ".join(
        f"WHEN {rule.sql.format(best=best)} THEN '{rule.name}'"
        for rule in rules
        if all(name in best for name in rule.needs)
    )
    return f"CASE {whens} END" if whens else "NULL::VARCHAR"


def link_rule_sql(party_type: PartyType, model: PartyModel) -> str:
    """Return SQL for the name of the deterministic rule that links a scored pair, else NULL."""
    fallback = FALLBACK_LINKS[party_type] if model.status == "rules_only" else ()
    return _case(LINKS[party_type] + fallback, model)


def veto_sql(party_type: PartyType, model: PartyModel) -> str:
    """Return SQL for the name of the veto that parts a scored pair, else NULL."""
    return _case(tuple(rule for rule in VETOES[party_type] if rule.name in model.vetoes), model)
