"""A sentence on its way to be evidence, and what it is measured by.

Its score is a weighted sum of features between 0 and 1 (:data:`FEATURES`), in the manner of a logistic regression.
The weights were fitted on questions kept apart from those that are measured (``python -m tests.quality answers``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import field

from gemmasearch.answering.question import Question
from gemmasearch.answering.sentences import Unit
from gemmasearch.documents import Hit
from gemmasearch.light import dataclass

# What a sentence is measured by, and what each measure counts.
FEATURES: Mapping[str, float] = {
    "hit": 1.2,  # the score of its passage, relative to the best
    "coverage": 4.0,  # share of the question's words in it, weighted by rarity
    "context": 2.0,  # the same, of words that only its neighbours, title, headings, sender or date hold
    "about": 1.0,  # of these once more, what its title, headings, sender or date hold
    "names": 0.2,  # share of the question's names and numbers in it or its context
    "pairs": 1.0,  # share of the question's word pairs that stand in it side by side
    "meaning": 3.0,  # cosine of question and sentence
    "kind": 1.6,  # it holds what the kind of question waits for, or reads like it
    "whole": 0.5,  # it is a sentence, item or row of some length, no heading and no scrap
}


@dataclass(frozen=True)
class Weights:
    """How rare a stem is in the index: ``log(1 + N / df)``, and 1.0 for every stem where nothing is known."""

    total: int = 0
    frequency: Mapping[str, int] = field(default_factory=dict)  # stem -> chunks that hold it

    def of(self, stem: str) -> float:
        if not self.total:
            return 1.0
        return math.log(1 + self.total / max(0.5, self.frequency.get(stem, 0.5)))

    def share(self, question: Question, held: Set[str]) -> float:
        """Of the question's words, weighted by rarity, those that are held: 0..1."""
        total = sum(self.of(stem) for stem in question.stems) or 1.0
        return sum(self.of(stem) for stem in question.stems if stem in held) / total


@dataclass(slots=True)
class Candidate:
    """A unit of a hit on its way to be evidence."""

    hit: Hit
    unit: Unit
    text: str
    language: str
    stems: list[str]
    held: Set[str]  # its stems, also as the question's language has them
    about: Set[str]  # the same of its title, headings, sender and date
    context: Set[str]  # of these and its neighbours
    features: dict[str, float]
    is_head: bool = False  # the names of the columns of a table
    posed: str = ""  # the question that stands right above it
    # Of the question's words that are neither in it nor in its context:
    everyday: float = 0.0  # share, weighted by rarity, of those that are common in the language at large
    afar: float = 0.0  # the same of the names that its passage holds further off
    named: float = 0.0  # and how many of the question's names these are, 0..1

    @property
    def score(self) -> float:
        return sum(FEATURES[name] * value for name, value in self.features.items())

    @property
    def share(self) -> float:
        """Its score, 0..1: the share of the best possible."""
        return min(1.0, max(0.0, self.score / sum(FEATURES.values())))

    @property
    def is_row(self) -> bool:
        """Whether it is a row of a table, and not the head of one."""
        return self.unit.kind == "row"

    @property
    def spoken(self) -> Set[str]:
        """The stems of it and of all that stands around it."""
        return self.held | self.about | self.context

    @property
    def covered(self) -> float:
        """The share of the question's words, by rarity, that it holds with its context."""
        return self.features["coverage"] + self.features["context"]


def led_by(lead: Candidate | None, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked`` with one of them before the others, or as it is."""
    return list(ranked) if lead is None else [lead, *(c for c in ranked if c is not lead)]


def paragraphs(ranked: Sequence[Candidate], stem: str) -> dict[int, set[tuple[int, int]]]:
    """Document -> those of its paragraphs in which a sentence holds a word. What several hold is what all of the
    document is about: a lease speaks of the flat throughout, and tells the deposit without a word of it."""
    found: dict[int, set[tuple[int, int]]] = {}
    for c in ranked:
        if stem in c.held | c.about:
            place = (c.hit.chunk_id, c.hit.text.count("\n\n", 0, c.unit.start))
            found.setdefault(c.hit.document_id, set()).add(place)
    return found
