"""Do the files speak of what was asked? A logistic model over how well the best evidence covers the question.

Fitted on SQuAD 2 with whole articles left out of the index: their questions are the ones to refuse. Which articles
are fitted on and which are measured is split beforehand (``python -m tests.quality answers``). Cosines differ
between embedders, so each measured space has its own row; any other goes by the words alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from gemmasearch.answering.evidence import Candidate
from gemmasearch.answering.question import Question
from gemmasearch.light import dataclass

LOOKED_AT = 5  # best candidates whose words count
MEANT = 12  # best candidates whose meaning counts


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
    best = [c.features for c in ranked[:LOOKED_AT]]
    if not best:
        return Signals(0.0, 0.0, 0.0, 0.0, 0.0)
    return Signals(
        max(f["coverage"] + f["context"] for f in best),
        max(f["coverage"] for f in best),
        best[0]["names"],
        best[0]["pairs"],
        max(c.features.get("meaning", 0.0) for c in ranked[:MEANT]),
    )


def chance(question: Question, ranked: Sequence[Candidate], space: str = "") -> float:
    """How likely the files answer: 0..1, at least 0.5 = answer.

    :param space: name of the embedding space whose cosines are in the candidates, "" = none.
    """
    if not ranked or not question.stems:
        return 0.0
    model = next((m for name, m in SPACES.items() if space and space.lower().startswith(name)), WORDS)
    return model.chance(signals(ranked))
