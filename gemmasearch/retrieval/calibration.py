"""Whether anything is relevant at all, from what words and meaning measured of the best passages.

Two figures decide: *cover*, the share of a line's words that a passage holds, weighted by their rarity, and the
passage's *cosine*. Where both are low for all of the first hits, ten unrelated passages are no answer. The bounds
lean to showing too much: a synonym has no cover and a modest cosine, and is what searching by meaning is for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from gemmasearch.store import Store, words

Rarity = Sequence[tuple[frozenset[str], float]]  # the forms of each word of a line, and its idf

COVERED = 0.2
# Cosine from which a passage without the line's words may be about it, by embedding space; other spaces refuse
# nothing until they were measured. On 300 questions of SQuAD 2, asked of an index with and without the article
# that they are about, the pair keeps all but 1 % of the first.
NEAR = {"static": 0.25, "minilm": 0.25}


def rarity(store: Store, forms: Sequence[frozenset[str]]) -> Rarity:
    """How rare each word of a line is in the index: idf of its most frequent form; unknown counts as rare."""
    total = store.chunk_count()
    frequency = store.document_frequency({form for group in forms for form in group})
    return [(g, math.log(1 + total / (max(1, *(frequency[f] for f in g)) + 0.5))) for g in forms if g]


def cover(text: str, language: str, rare: Rarity) -> float:
    """The share of the line's words, weighted by rarity, that stand in a text: 0..1."""
    total = sum(weight for _, weight in rare)
    if not total:
        return 0.0
    held = frozenset().union(*(token.words for token in words.tokens(text, language)))
    return sum(weight for forms, weight in rare if not forms.isdisjoint(held)) / total


def near(space: str) -> float | None:
    """The cosine of NEAR for a space, by its name; None where it was not measured."""
    return next((bound for part, bound in NEAR.items() if part in space.lower()), None)
