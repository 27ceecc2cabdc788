"""A text that was handed over (a pipe, the clipboard) as passages that can be asked like a file's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from gemmasearch import light
from gemmasearch.answering.sentences import Unit, attributes, split, units_of
from gemmasearch.documents import Evidence, Hit, Snippet

LENGTH = 1200  # characters of a passage, about
_WISH = light.pattern(
    r"\b(?:please|could you|can you|would you|need|want|would like|ask(?:ing)? (?:you|for)|request"
    r"|deadline|by (?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|bitte|könnten? (?:sie|du)|brauche|möchte|wünsche|frist|s'il (?:vous|te) pla[iî]t|pourriez"
    r"|voudrais|besoin"
    r"|por favor|podr[ií]as?|quisiera|necesito)\b|\?",
    re.I,
)


def passages(text: str, name: str = "-") -> list[Hit]:
    """The text as hits with the path ``name``; passages end where a sentence ends."""
    found: list[Hit] = []
    start = 0
    units = split(text)
    for unit, following in zip_longest(units, units[1:]):
        if following is None or following.end - start > LENGTH:
            found.append(_hit(text, name, start, unit.end, len(found) + 1))
            start = unit.end
    return found


def _hit(text: str, name: str, start: int, end: int, number: int) -> Hit:
    return Hit(
        id="", chunk_id=-number, document_id=-1, path=name, part="", kind="text", title="", score=1.0,
        snippet=Snippet(" ".join(text[start:end].split())[:200]), text=text[start:end], start=start, end=end,
        line=text.count("\n", 0, start) + 1,
    )  # fmt: skip


def gist(hits: list[Hit], limit: int) -> list[Evidence]:
    """The sentences that ask for something, then the first ones: what a letter wants stands there."""
    found = [
        Evidence(unit.of(hit.text), hit, _weight(unit, hit.text)) for hit in hits for unit in units_of(hit)
    ]
    told = [e for e in found if len(e.text.split()) > 3 and not attributes(e.text)]
    return sorted(told, key=lambda e: -e.score)[:limit]


def wishes(hits: Sequence[Hit]) -> tuple[Evidence, ...]:
    """Of each hit the sentence that asks for something, else its first; no greeting, no heading."""
    best = [gist([hit], 1) for hit in hits]
    return tuple(replace(item, score=1.0) for found in best for item in found)


def _weight(unit: Unit, text: str) -> float:
    return (0.6 if _WISH.search(unit.of(text)) else 0.3) + 0.3 / (1 + unit.start / 200)
