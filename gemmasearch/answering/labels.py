"""Which label fits a text: by its name and description alone, or nearest to examples of each label.

Zero-shot is the cosine of the text with each label's name and description; few-shot is the nearest centroid of the
examples' vectors, mixed with the former (prototypical networks, Snell et al. 2017). Probabilities are a softmax
over the cosines: comparable within one call, no promise about the world.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gemmasearch.errors import UsageProblem
from gemmasearch.models import Embedder, Passage

if TYPE_CHECKING:
    import numpy as np

SHARPNESS = 20.0  # of the softmax: cosines of labels lie close together
BY_EXAMPLE = 0.75  # how much the examples count against name and description


@dataclass(frozen=True, slots=True)
class Label:
    """A kind of text. ``examples`` are texts that have it."""

    name: str
    description: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The labels for one text, likeliest first; ``confidence`` is the share of the first, 0..1."""

    shares: tuple[tuple[str, float], ...]

    @property
    def label(self) -> str:
        return self.shares[0][0]

    @property
    def confidence(self) -> float:
        return self.shares[0][1]


MOODS = (
    Label(
        "positive",
        "The writer is happy, grateful or pleased: thank you, wonderful, great news, congratulations.",
    ),
    Label(
        "negative",
        "The writer complains, is angry, sad or disappointed: unacceptable, problem, sorry, failed.",
    ),
    Label("neutral", "A factual message without feelings: schedule, invoice, information, confirmation."),
)


def classify(texts: Sequence[str], labels: Sequence[Label], embedder: Embedder) -> list[Verdict]:
    """One verdict per text, in order.

    :raises UsageProblem: no label, or two of one name.
    """
    if not labels or len({label.name for label in labels}) < len(labels):
        raise UsageProblem("labels need names that differ", "example: --labels invoice,letter,newsletter")
    if not texts:
        return []
    vectors = embedder.embed_documents([Passage("", text) for text in texts])
    scores = _toward(labels, vectors, embedder)
    return [_verdict(labels, row) for row in scores]


def _toward(labels: Sequence[Label], vectors: np.ndarray, embedder: Embedder) -> np.ndarray:
    """Cosines, shape (texts, labels)."""
    import numpy as np

    said = [f"{label.name}: {label.description}" if label.description else label.name for label in labels]
    scores = vectors @ embedder.embed_queries(said).T
    for at, label in enumerate(labels):
        if label.examples:
            centre = embedder.embed_documents([Passage("", e) for e in label.examples]).mean(axis=0)
            centre = centre / (float(np.linalg.norm(centre)) or 1.0)
            scores[:, at] += BY_EXAMPLE * (vectors @ centre - scores[:, at])
    return np.asarray(scores)


def _verdict(labels: Sequence[Label], scores: np.ndarray) -> Verdict:
    import numpy as np

    weights = np.exp(SHARPNESS * (scores - scores.max()))
    shares = weights / weights.sum()
    order = np.argsort(-shares, kind="stable")
    return Verdict(tuple((labels[int(at)].name, float(shares[int(at)])) for at in order))
