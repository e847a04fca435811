"""Whether a name is made of known names of persons (rigour's lists, many languages and scripts).

Loading the lists takes seconds, so this module is imported only where a name must be decided.
"""

from rigour.names import NameTypeTag, analyze_names

_MOST_WORDS = 0.5  # share of a name's words that must be known


def is_known_person_name(text: str) -> bool:
    """Whether at least half of a name's words are names of persons, and none is an organisation's word."""
    if any(span for name in analyze_names(NameTypeTag.ORG, [text]) for span in name.spans):
        return False
    for name in analyze_names(NameTypeTag.PER, [text]):
        known = {part for span in name.spans for part in span.parts}
        if len(known) >= _MOST_WORDS * len(name.parts):
            return True
    return False
