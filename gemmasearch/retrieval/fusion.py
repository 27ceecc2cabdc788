"""Two ranked lists become one: a convex combination of normalised scores.

Both lists come as (chunk id, score), best first. Scores are scaled to 0..1 over the candidates (min-max); a
candidate that one list lacks has that list's 0. Rank fusion was measured too: it lets the weaker ranker vote with
full weight and falls below words alone wherever the embedder is weak (Bruch, Gai, Ingber 2023 find the same).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

Ranked = Sequence[tuple[int, float]]

# Share of the meaning, by embedding space; measured with the order of reranking (tests/quality/search.py).
MEANING = {"static": 0.5, "minilm": 0.5}
DEFAULT_MEANING = 0.5
# Of a line in a language that the model was not trained on, its share is cut to this part of it.
ENGLISH_ONLY = ("static", "minilm")
ABROAD = 0.3


class Fused(NamedTuple):
    """A candidate with its score 0..1 and what each side gave to it; None = that side was not asked."""

    chunk_id: int
    score: float
    words: float | None
    meaning: float | None


def meaning_weight(space: str, language: str = "en") -> float:
    """The share of the meaning in a space, by the space's name, for a line in that language (ISO 639-1)."""
    name = space.lower()
    weight = next((weight for part, weight in MEANING.items() if part in name), DEFAULT_MEANING)
    return weight * ABROAD if is_abroad(space, language) else weight


def is_abroad(space: str, language: str) -> bool:
    """Whether the model of a space was not trained on a language (ISO 639-1)."""
    return language != "en" and any(part in space.lower() for part in ENGLISH_ONLY)


def fuse(words: Ranked | None, meaning: Ranked | None, weight: float) -> list[Fused]:
    """One list, in no order. ``weight`` is the meaning's share; a list of None was not asked."""
    if words is None or meaning is None:
        best = max((score for _, score in words or meaning or ()), default=0.0) or 1.0
        return [_single(id, max(0.0, score / best), words is None) for id, score in words or meaning or ()]
    by_words, by_meaning = normalised(words), normalised(meaning)
    fused = []
    for id in dict.fromkeys((*by_words, *by_meaning)):
        left, right = (1 - weight) * by_words.get(id, 0.0), weight * by_meaning.get(id, 0.0)
        fused.append(Fused(id, left + right, left, right))
    return fused


def _single(id: int, score: float, is_meaning: bool) -> Fused:
    return Fused(id, score, None if is_meaning else score, score if is_meaning else None)


def normalised(ranked: Ranked) -> Mapping[int, float]:
    """Scores scaled to 0..1, in the given order; equal scores all become 1."""
    if not ranked:
        return {}
    scores = [score for _, score in ranked]
    low, high = min(scores), max(scores)
    span = high - low
    return {id: (score - low) / span if span > 0 else 1.0 for id, score in ranked}
