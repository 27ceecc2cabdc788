"""Do the files speak of what was asked? A logistic model over how well the best evidence covers the question.

Fitted on SQuAD 2 with whole articles left out of the index: their questions are the ones to refuse. Which articles
are fitted on and which are measured is split beforehand (``python -m tests.quality answers``). Cosines differ
between embedders, so each measured space has its own row; any other goes by the words alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import partial

from gemmasearch.answering import attributes, things, unheard, words
from gemmasearch.answering.beside import LOOKED_AT, beside
from gemmasearch.answering.candidates import Candidate, Weights
from gemmasearch.answering.days import weekdays_in
from gemmasearch.answering.neighbours import coded_beside
from gemmasearch.answering.others import without
from gemmasearch.answering.question import TITLES, Question
from gemmasearch.light import dataclass
from gemmasearch.retrieval.fusion import ENGLISH_ONLY

MEANT = 12  # best candidates whose meaning counts
EVERYDAY = 0.4  # of its weight that an everyday word counts which is missing where all others are there
_ALL = 0.99  # of a question's words, by rarity


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of the signals; 0.5 of :meth:`chance` is where answering and refusing are equally often wrong."""

    coverage: float
    own: float
    names: float
    pairs: float
    meaning: float
    bias: float

    def chance(self, signals: Signals) -> float:
        """0..1: how likely the files speak of the question's topic."""
        sum_ = (
            self.coverage * signals.coverage
            + self.own * signals.own
            + self.names * signals.names
            + self.pairs * signals.pairs
            + self.meaning * signals.meaning
            + self.bias
        )
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, sum_))))


@dataclass(frozen=True, slots=True)
class Signals:
    """The best that any evidence sentence reaches, each 0..1."""

    coverage: float  # share of the question's words, by rarity, in the sentence and its context
    own: float  # the same in the sentence alone
    names: float  # share of the question's names
    pairs: float  # share of its word pairs
    meaning: float  # cosine


# The biases favour answering a little over the point where both mistakes are equally frequent: what is answered
# stands there with its source and can be judged, what is refused is lost.
WORDS = Model(4.35, 3.44, 1.79, 2.77, 0.0, -5.03)
SPACES: Mapping[str, Model] = {
    "static": Model(3.62, 2.74, 1.19, 2.24, 5.04, -6.37),
    "all-minilm-l6-v2": Model(1.78, 1.02, 0.90, 1.63, 4.97, -4.77),
}


def signals(ranked: Sequence[Candidate]) -> Signals:
    best = ranked[:LOOKED_AT]
    if not best:
        return Signals(0.0, 0.0, 0.0, 0.0, 0.0)
    first = best[0]
    return Signals(  # names that stand far off in its passage only count for the sentence that is told
        max(min(1.0, (c.covered + first.afar * (c is first)) / _weighed(c)) for c in best),
        max(min(1.0, c.features["coverage"] / _weighed(c)) for c in best),
        first.features["names"] + first.named,
        first.features["pairs"],
        max(c.features.get("meaning", 0.0) for c in ranked[:MEANT]),
    )


def _weighed(candidate: Candidate) -> float:
    """What the question's words weigh together, 0..1, where the everyday ones that are missing count the less, the
    more of the others are there: of "what is wrong with the boiler" a letter on the boiler says "wrong" in its way,
    one that says nothing of the boiler does not speak of it at all."""
    others = 1.0 - candidate.everyday
    if others < 1e-6:
        return 1.0
    return 1.0 - (1.0 - EVERYDAY) * candidate.everyday * min(1.0, candidate.covered / others) ** 2


def chance(
    question: Question, ranked: Sequence[Candidate], space: str = "", weights: Weights = Weights()
) -> float:
    """How likely the files answer: 0..1, at least 0.5 = answer.

    :param space: name of the embedding space whose cosines are in the candidates, "" = none.
    :param weights: how rare the question's words are in the index, where that is known.
    """
    of_others = coded_beside(question, ranked)
    every, ranked = ranked, without(question, ranked)
    if (
        not ranked
        or (of_others and not any(map(partial(_names_with_kind, question), ranked[:LOOKED_AT])))
        or not question.stems
        or beside(question, ranked, every)
        or attributes.untold(question, ranked[:LOOKED_AT], ranked, weights)
        or attributes.unbounded(question, ranked[:LOOKED_AT])
        or things.untold(question, ranked[:LOOKED_AT], every)
        or things.elsewhere(question, ranked[:LOOKED_AT])
        or (not _knows_languages(space) and _of_the_unknown(question, ranked, weights))
        or (not _knows_languages(space) and _of_things_unheard(question, ranked, weights))
    ):
        return 0.0
    model = next((m for name, m in SPACES.items() if space and space.lower().startswith(name)), WORDS)
    likely = model.chance(signals(ranked))
    says = any(says_all(c) or _lists_all(question, c) for c in ranked[:LOOKED_AT])
    return max(0.5, likely) if says else likely


def _names_with_kind(question: Question, candidate: Candidate) -> bool:
    """Whether it holds what is asked for, and speaks of somebody whom the question names."""
    return bool(candidate.features["kind"]) and not candidate.spoken.isdisjoint(question.names)


def _lists_all(question: Question, candidate: Candidate) -> bool:
    """Whether it is an item of a list whose title or heading says all that a question for a list does."""
    listed = question.kind == "list" and candidate.unit.kind == "item"
    return listed and candidate.features["coverage"] + candidate.features["about"] >= _ALL


def says_all(candidate: Candidate, *, by_itself: bool = True) -> bool:
    """Whether a sentence holds every word of the question that its title, headings or columns do not hold, and what
    is asked for: "Descaling: fill the tank with citric acid" in a note on the coffee machine. Everyday words may be
    missing.

    :param by_itself: some of the words must be its own.
    """
    told = candidate.features
    there = told["context"] if candidate.is_row else told["about"]
    covers = told["coverage"] + there + candidate.everyday >= _ALL
    return covers and bool((told["coverage"] or not by_itself) and told["kind"])


def _knows_languages(space: str) -> bool:
    """Whether the model of a space may tell that the files write a name in another language: Vienna, Wien."""
    return bool(space) and not any(part in space.lower() for part in ENGLISH_ONLY)


def _of_things_unheard(question: Question, ranked: Sequence[Candidate], weights: Weights) -> bool:
    return bool(weights.total) and unheard.names_unheard(question, ranked, weights.frequency)


def _of_the_unknown(question: Question, ranked: Sequence[Candidate], weights: Weights) -> bool:
    """Whether the files know none of the names that a question holds, in no spelling: what they say of guesthouses
    says nothing of one in Yerevan. German writes every noun like a name."""
    if not weights.total or question.language == "de" or not question.names:
        return False
    named = {stem: words.fold(question.surface[stem]) for stem in question.names}
    told = {
        stem: name
        for stem, name in named.items()
        if name not in TITLES and not weekdays_in(question.surface[stem])
    }
    if not told or any(
        len(name) < 4 or not name.isalpha() or weights.frequency.get(s) for s, name in told.items()
    ):
        return False
    said = {
        words.fold(w) for c in ranked[:LOOKED_AT] for w in re.findall(r"\w+", f"{c.hit.title} {c.hit.text}")
    }
    return not any(words.spelt_like(name, said) for name in told.values())
