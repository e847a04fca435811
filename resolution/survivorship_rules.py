"""The rules of survivorship as a value, and the file that declares them.

A rules file is checked whole: every fault it has is in the one error it raises.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import cast

import yaml

from resolution.domain.attributes import PartyType
from resolution.domain.errors import InputError

PACKAGED = "survivorship_rules.yml"
FORMAT = 1
UNION = "union"
FOLLOW = "follow "
DEFAULT_FIELD = "default"
TRUST_LEVELS = 255  # the bulk form ranks sources in eight bits

IDENTIFIER = "identifier"  # stands for every `identifier.<kind>`
KINDS = tuple(kind.value for kind in PartyType)
ATTRIBUTES = frozenset(
    {"full_name", "given_name", "middle_name", "family_name", "name_suffix", "former_name", "alias"}
    | {"organization_name", "legal_form", "email", "phone", "web_domain", IDENTIFIER}
    | {"address", "street", "house_number", "unit", "postcode", "city", "state", "country"}
    | {"birth_date", "birth_place", "gender", "employer", "job_title"}
)


class Criterion(StrEnum):
    """What makes one value better than another."""

    MOST_TRUSTED = "most_trusted"
    MOST_RECENT = "most_recent"
    MOST_FREQUENT = "most_frequent"
    MOST_COMPLETE = "most_complete"
    BEST_WRITTEN = "best_written"


# What breaks the ties that a field's own rules leave, in this order.
TIE_BREAKERS = (
    Criterion.MOST_TRUSTED,
    Criterion.MOST_RECENT,
    Criterion.MOST_FREQUENT,
    Criterion.MOST_COMPLETE,
)


class FaultyRules(InputError):
    """A survivorship file cannot be used; the message lists every fault."""


@dataclass(frozen=True, slots=True)
class FieldRule:
    """How one attribute survives.

    `criteria` holds at least the tie breakers, in the order in which they decide. `follows` names the
    attribute whose chosen value this one is part of; `only_follows` forbids parts of other values.
    """

    name: str
    criteria: tuple[Criterion, ...]
    is_union: bool = False
    follows: str | None = None
    only_follows: bool = False


def field_rule(steps: Sequence[str]) -> FieldRule:
    """Return the rule that a list such as `["union", "most_recent"]` declares."""
    follows = next((step[len(FOLLOW) :].strip() for step in steps if step.startswith(FOLLOW)), None)
    stated = [Criterion(step) for step in steps if step != UNION and not step.startswith(FOLLOW)]
    left = [criterion for criterion in TIE_BREAKERS if criterion not in stated]
    return FieldRule(
        name=steps[0],
        criteria=(*stated, *left),
        is_union=UNION in steps,
        follows=follows,
        only_follows=follows is not None and not stated,
    )


@dataclass(frozen=True, slots=True)
class SurvivorshipRules:
    """Which rule each attribute of each party type follows, and which sources are trusted more."""

    fields: Mapping[PartyType, Mapping[str, FieldRule]]
    trust: Mapping[str, int] = field(default_factory=dict)

    def rule(self, party_type: PartyType, attribute: str) -> FieldRule:
        """Return the rule of an attribute: its own, its kind's (`identifier`), or the default."""
        rules = self.fields[party_type]
        kind = attribute.split(".", 1)[0]
        return rules.get(attribute) or rules.get(kind) or rules[DEFAULT_FIELD]


def default_rules() -> SurvivorshipRules:
    """Return the rules that come with the package."""
    return parse_rules(f"format: {FORMAT}", origin="survivorship_rules.yml")


def read_rules(path: Path) -> SurvivorshipRules:
    """Return the rules of a user's file; what it leaves out is as in the package.

    Raises:
        FaultyRules: The file cannot be read or declares something unknown.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FaultyRules(f"{path}: cannot be read as text ({error}).") from error
    return parse_rules(text, origin=str(path))


def parse_rules(text: str, *, origin: str) -> SurvivorshipRules:
    """Return the rules that a YAML text declares; what it leaves out is as in the package.

    Raises:
        FaultyRules: With every fault found, one per line.
    """
    try:
        document: object = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise FaultyRules(f"{origin}: not YAML ({error}).") from error
    if not isinstance(document, dict):
        raise FaultyRules(f"{origin}: must hold `format`, `sources`, `person` or `organization`.")
    packaged = yaml.safe_load(resources.files("resolution").joinpath(PACKAGED).read_text("utf-8"))
    whole = {**document, **{kind: _laid_over(packaged[kind], document.get(kind)) for kind in KINDS}}
    faults = _faults(whole)
    if faults:
        raise FaultyRules("\n".join(f"{origin}: {fault}" for fault in faults))
    fields = {kind: _fields(whole[kind.value]) for kind in PartyType}
    return SurvivorshipRules(fields=fields, trust=_trust(whole.get("sources") or []))


def _laid_over(packaged: dict[str, object], stated: object) -> object:
    if stated is None:
        return packaged
    return {**packaged, **stated} if isinstance(stated, dict) else stated


def _steps(stated: object) -> list[str]:
    return [stated] if isinstance(stated, str) else cast("list[str]", stated)


def _fields(section: object) -> dict[str, FieldRule]:
    stated = cast("dict[str, object]", section)
    return {attribute: field_rule(_steps(steps)) for attribute, steps in stated.items()}


def _trust(sources: list[str | list[str]]) -> dict[str, int]:
    levels = [[level] if isinstance(level, str) else level for level in sources]
    return {source: len(levels) - rank for rank, level in enumerate(levels) for source in level}


def _faults(document: dict[object, object]) -> list[str]:
    known = ("format", "sources", *KINDS)
    faults = [f"`{key}` is not known; known are {', '.join(known)}." for key in document if key not in known]
    if document.get("format") != FORMAT:
        faults.append(f"`format` must be {FORMAT}.")
    faults += _source_faults(document.get("sources") or [])
    for kind in KINDS:
        faults += _section_faults(kind, document[kind])
    return faults


def _source_faults(sources: object) -> list[str]:
    if not isinstance(sources, list):
        return ["`sources` must be a list of source names, most trusted first."]
    levels = [level if isinstance(level, list) else [level] for level in sources]
    names = [name for level in levels for name in level]
    faults = [f"source `{name}` is not a text." for name in names if not isinstance(name, str)]
    texts = [name for name in names if isinstance(name, str)]
    faults += [f"source `{name}` stands twice." for name in sorted({n for n in texts if texts.count(n) > 1})]
    if len(levels) > TRUST_LEVELS:
        faults.append(f"`sources` holds more than {TRUST_LEVELS} levels of trust.")
    return faults


def _section_faults(kind: str, section: object) -> list[str]:
    if not isinstance(section, dict):
        return [f"`{kind}` must map attributes to rules."]
    faults: list[str] = []
    for attribute, stated in section.items():
        faults += [f"{kind}.{attribute}: {fault}" for fault in _field_faults(str(attribute), stated)]
    leaders = {attribute: _leader(stated) for attribute, stated in section.items()}
    faults += [
        f"{kind}.{attribute}: `{leader}` itself follows another attribute."
        for attribute, leader in leaders.items()
        if leader and leaders.get(leader)
    ]
    return faults


def _leader(stated: object) -> str | None:
    steps = [stated] if isinstance(stated, str) else stated if isinstance(stated, list) else []
    texts = [step for step in steps if isinstance(step, str)]
    return next((step[len(FOLLOW) :].strip() for step in texts if step.startswith(FOLLOW)), None)


def _field_faults(attribute: str, stated: object) -> list[str]:
    steps = [stated] if isinstance(stated, str) else stated
    if not isinstance(steps, list) or not steps or not all(isinstance(step, str) for step in steps):
        return ["must be a rule or a list of rules."]
    faults = [] if _is_attribute(attribute) else ["no such attribute."]
    faults += [f"`{step}` is no rule; {_known_rules()}." for step in steps if not _is_rule(step)]
    if len(set(steps)) < len(steps):
        faults.append("a rule stands twice.")
    if any(step == UNION or step.startswith(FOLLOW) for step in steps[1:]):
        faults.append("`union` and `follow` can only come first.")
    leader = _leader(steps)
    if leader is not None and (
        leader not in ATTRIBUTES - {IDENTIFIER} or attribute in {leader, DEFAULT_FIELD}
    ):
        faults.append(f"cannot follow `{leader}`.")
    return faults


def _is_attribute(attribute: str) -> bool:
    return attribute == DEFAULT_FIELD or attribute.split(".", 1)[0] in ATTRIBUTES


def _is_rule(step: str) -> bool:
    return step == UNION or step.startswith(FOLLOW) or step in set(Criterion)


def _known_rules() -> str:
    return f"rules are {', '.join(Criterion)}, {UNION} and `follow <attribute>`"
