"""Parts of a sentence that speak of different numbers: "12 °C in winter and 16 °C in summer"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gemmasearch import light
from gemmasearch.answering import words
from gemmasearch.answering.numbers import months_in, numbers_in

_BETWEEN = light.pattern(
    r"\s*;\s*|,\s+(?!\d{4})|\s+(?:and|but|while|whereas|or|und|aber|während|oder|et|mais|ou|y|pero)\s+"
)
_DIGIT = light.pattern(r"\d")


class Part(NamedTuple):
    """A part with its content words that stand in no other; ``bound`` are those behind its last number."""

    numbers: frozenset[str]
    own: frozenset[str]
    bound: frozenset[str]


def of(text: str, language: str) -> tuple[Part, ...]:
    """The parts of a sentence; () where all of it speaks of the same numbers."""
    pieces = _BETWEEN.split(text) if _DIGIT.search(text) else []
    numbers = [numbers_in(piece) for piece in pieces]
    if len(set(filter(None, numbers))) < 2:
        return ()
    said = [words.tokens(piece, language) for piece in pieces]
    often = Counter(stem for tokens in said for stem in {token.stem for token in tokens})
    found = []
    for piece, there, tokens in zip(pieces, numbers, said, strict=True):
        last = max((m.end() for m in _DIGIT.finditer(piece)), default=len(piece))
        own = [t for t in tokens if t.content and often[t.stem] == 1 and not months_in(t.text)]
        bound = frozenset(t.stem for t in own if t.start >= last)
        found.append(Part(there, frozenset(t.stem for t in own), bound))
    return tuple(found)


def elsewhere(stems: Sequence[str], numbers: frozenset[str], parts: Sequence[Part]) -> Iterator[str]:
    """The words of a claim that its source says of other numbers than the claim does.

    "It was cancelled on the 3rd; it ends on the 30th" does not say that it ends on the 3rd. What an earlier part says
    before its number may be what a later one is about.
    """
    shared = [len(part.numbers & numbers) for part in parts]
    most = max(shared, default=0)
    if not most:
        return
    first = shared.index(most)
    for place, part in enumerate(parts):
        if shared[place] < most and not part.numbers <= numbers:
            yield from set(stems) & (part.own if place > first else part.bound)
