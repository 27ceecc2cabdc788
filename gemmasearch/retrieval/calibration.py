"""What a score means: the chance, 0..1, that a passage is what the line asks for.

A logistic regression of three figures: *cover*, the share of a line's words that a passage holds with what stands
above it, weighted by their rarity; the passage's *cosine*; and its *place*, the ranking's own score relative to the
best of this search. Fitted per embedding space on the graded collections and on questions about things that are
not in the index (``python -m tests.quality calibration`` fits, prints the weights and how well they hold for
collections that were left out).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gemmasearch.documents import Hit
from gemmasearch.store import Store, words

Rarity = Sequence[tuple[frozenset[str], float]]  # the forms of each word of a line, and its idf

AMONG = 5  # passages of which the best speaks for the first: a ranking is seldom wrong by more


@dataclass(frozen=True, slots=True)
class Weights:
    """Of the regression; ``cosine`` and ``both`` (cover times cosine) count nothing where no meaning is asked."""

    base: float
    cover: float
    place: float
    cosine: float = 0.0
    both: float = 0.0

    def chance(self, cover: float, place: float, cosine: float) -> float:
        said = self.base + self.cover * cover + self.place * place
        said += self.cosine * cosine + self.both * cover * cosine
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, said))))


# With an index of one half of the articles of SQuAD 2 and questions about both halves, fitted on the other half and
# the graded collections, the area under the ROC of the first score is .977 and .987 for
# the static space, .982 and .987 for MiniLM.
SPACES = {
    "static": Weights(-10.71, 8.38, 4.92, 10.42, -12.49),
    "minilm": Weights(-10.85, 7.52, 4.90, 11.47, -12.09),
}
WORDS = Weights(-6.5, 3.4, 4.9)  # the static space's at its mean cosine, .4
# Below this score of the first hit nothing is shown. A short line says too little to be refused by its score alone:
# of the first hits, one must hold some of its rarer words, or lie near it.
RELEVANT = 0.15
SHORT = 3  # words
COVERED = 0.2
NEAR = 0.25


def weights(space: str) -> Weights:
    """Those of a space, by its name; of one that was not measured, and of words alone (""), those without cosine."""
    return next((known for part, known in SPACES.items() if part in space.lower()), WORDS)


def measured(space: str) -> bool:
    """Whether it is known which cosines of a space mean that nothing is relevant."""
    return any(part in space.lower() for part in SPACES)


def nothing(scores: Sequence[float], shown: Sequence[tuple[float, float, float]], line: int) -> bool:
    """Whether none of the first hits is relevant. ``shown`` are their figures, ``line`` is its number of words."""
    if not scores or scores[0] >= RELEVANT:
        return False
    first = shown[:AMONG]
    return line > SHORT or not any(cover >= COVERED or cosine >= NEAR for cover, _, cosine in first)


def in_order(chances: Sequence[float]) -> list[float]:
    """The chances of ranked passages so that none is below what follows: the best of ``AMONG`` from each on, and
    never more than the one before."""
    found: list[float] = []
    for at in range(len(chances)):
        best = max(chances[at : at + AMONG])
        found.append(min(best, found[-1]) if found else best)
    return found


def figures(hit: Hit, rare: Rarity, cosine: Mapping[int, float]) -> tuple[float, float, float]:
    """Cover, place and cosine of a hit that has its place in the ranking as score."""
    named = " ".join((hit.title, hit.path, hit.sender, hit.recipients, *hit.headings, hit.text))
    return cover(named, hit.language, rare), hit.score, cosine.get(hit.chunk_id, 0.0)


def rarity(store: Store, forms: Sequence[frozenset[str]]) -> Rarity:
    """How rare each word of a line is in the index: idf of its most frequent form; unknown counts as rare.

    A run of a script without spaces is no word: each of its pairs of characters stands for itself.
    """
    total = store.chunk_count()
    forms = [part for group in forms for part in _parts(group)]
    frequency = store.document_frequency({form for group in forms for form in group})
    return [(g, math.log(1 + total / (max(1, *(frequency[f] for f in g)) + 0.5))) for g in forms if g]


def _parts(forms: frozenset[str]) -> list[frozenset[str]]:
    return [frozenset({form}) for form in sorted(forms)] if any(map(words.unspaced, forms)) else [forms]


def cover(text: str, language: str, rare: Rarity) -> float:
    """The share of the line's words, weighted by rarity, that stand in a text: 0..1."""
    total = sum(weight for _, weight in rare)
    if not total:
        return 0.0
    held = words.held(text, language)
    return sum(weight for forms, weight in rare if not forms.isdisjoint(held)) / total
