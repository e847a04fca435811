"""Views whose parts can be blotted out without parsing them.

A view is the JSON of everything, with the byte ranges (spans) of the values that not every caller may see.
A caller without clearance for a class gets the same bytes, those ranges replaced by `{"masked":"<class>"}`:
whoever may see nothing but what is public and internal still sees that there is something.
"""

import struct
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import pairwise

import orjson

from context_api.policy.classification import Classification

MASKABLE = (Classification.PII, Classification.FINANCIAL, Classification.SECRET)
SPAN = struct.Struct("<IIB")  # start, end, place in MASKABLE
MARK = b"\0"  # never part of JSON: it is written as an escape there
OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC
MASKS = tuple(orjson.dumps({"masked": str(name)}) for name in MASKABLE)


@dataclass(frozen=True, slots=True)
class MarkedJson:
    """JSON and the spans of its maskable values, in order of place."""

    body: bytes
    spans: bytes


@dataclass(slots=True)
class Marking:
    """Marks values while a document is built, then writes it."""

    _values: list[tuple[bytes, int]] = field(default_factory=list)

    def of(self, value: object, classification: Classification) -> object:
        """Return what stands for a value in the document: itself where everybody may see it."""
        if value is None or classification not in MASKABLE:
            return value
        self._values.append((orjson.dumps(value, option=OPTIONS), MASKABLE.index(classification)))
        return orjson.Fragment(MARK + str(len(self._values) - 1).encode() + MARK)

    def write(self, document: object) -> MarkedJson:
        """Return a document whose marked values were made by `of`, each used once."""
        parts = orjson.dumps(document, option=OPTIONS).split(MARK)
        body = bytearray(parts[0])
        spans = bytearray()
        for number, plain in zip(parts[1::2], parts[2::2], strict=True):
            value, which = self._values[int(number)]
            spans += SPAN.pack(len(body), len(body) + len(value), which)
            body += value
            body += plain
        return MarkedJson(bytes(body), bytes(spans))


def masked(view: MarkedJson, cleared: Collection[Classification]) -> bytes:
    """Return the view as somebody cleared for these classes may see it."""
    hidden = {number for number, name in enumerate(MASKABLE) if name not in cleared}
    cuts = [found for found in SPAN.iter_unpack(view.spans) if found[2] in hidden] if hidden else []
    if not cuts:
        return view.body
    kept = [view.body[: cuts[0][0]]]
    for (_, end, which), (start, _, _) in pairwise([*cuts, (len(view.body), 0, 0)]):
        kept += (MASKS[which], view.body[end:start])
    return b"".join(kept)
