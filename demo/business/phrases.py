"""The sentences of mails, tickets and notes, by topic and language."""

import random
from functools import cache
from pathlib import Path

import yaml


@cache
def phrases() -> dict[str, dict[str, list[str]]]:
    """Return the content of `phrases.yml`."""
    text = Path(__file__).with_name("phrases.yml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, list[str]]] = yaml.safe_load(text)
    return loaded


def phrase(topic: str, language: str, rng: random.Random, **facts: object) -> str:
    """Return a text about a topic with the facts in it; English where the language has none."""
    by_language = phrases()[topic]
    return rng.choice(by_language.get(language, by_language["en"])).format(**facts)
