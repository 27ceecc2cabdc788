"""Which label fits a text: by its name and description alone, or nearest to examples of each label.

Zero-shot is the cosine of the text with each label's name and description; few-shot is the nearest centroid of the
examples' vectors, mixed with the former (prototypical networks, Snell et al. 2017), moved away from what a person
said no to (Rocchio 1971). Shares are a softmax over the cosines: comparable within one call, no promise about the
world. Measured by ``python -m tests.quality answers labels``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gemmasearch.answering import given
from gemmasearch.errors import UsageProblem
from gemmasearch.light import dataclass
from gemmasearch.models import Embedder, Passage

if TYPE_CHECKING:
    import numpy as np

SHARPNESS = 20.0  # of the softmax: cosines of labels lie close together
BY_EXAMPLE = 0.9  # how much many examples count against name and description; one counts half of it
AWAY = 0.25  # how much a counter-example counts against an example
PASSAGES = 8  # of a long text that are looked at


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
    shares = softmax(toward(labels, text_vectors(texts, embedder, task="classification"), embedder))
    return [_verdict(labels, row) for row in shares]


def text_vectors(texts: Sequence[str], embedder: Embedder, *, task: str = "") -> np.ndarray:
    """One vector per text, shape (texts, dim): the normalised mean over its first passages.

    :param task: prompt of the texts; "" = they are embedded like documents of an index.
    """
    import numpy as np

    pieces = [[hit.text for hit in given.passages(text)][:PASSAGES] or [text] for text in texts]
    flat = [piece for each in pieces for piece in each]
    if task:
        made = embedder.embed_queries(flat, task=task)
    else:
        made = embedder.embed_documents([Passage("", piece) for piece in flat])
    starts = np.cumsum([0, *map(len, pieces)])[:-1]
    return unit(np.add.reduceat(made, starts, axis=0))


def toward(
    labels: Sequence[Label],
    vectors: np.ndarray,
    embedder: Embedder,
    taught: Sequence[tuple[np.ndarray, np.ndarray]] = (),
) -> np.ndarray:
    """How near each text is to each label, shape (texts, labels).

    :param taught: per label, vectors of texts that have it and of texts that do not, beside its examples.
    """
    import numpy as np

    scores = np.array(vectors @ embedder.embed_queries(list(map(_said, labels)), task="classification").T)
    for at, label in enumerate(labels):
        shown = text_vectors(label.examples, embedder) if label.examples else vectors[:0]
        yes, no = taught[at] if taught else (vectors[:0], vectors[:0])
        positive = np.concatenate([shown, yes])
        if len(positive):
            scores[:, at] = _mixed(scores[:, at], vectors, positive, no)
    return scores


def held_out(label: Label, positive: np.ndarray, no: np.ndarray, embedder: Embedder) -> np.ndarray:
    """How near each of several examples is to a label that has the others alone, shape (examples,); none for one."""
    import numpy as np

    if len(positive) < 2:
        return np.zeros(0)
    said = embedder.embed_queries([_said(label)], task="classification")[0]
    others = (np.delete(positive, at, axis=0) for at in range(len(positive)))
    each = [
        _mixed(one[None] @ said, one[None], rest, no)[0] for one, rest in zip(positive, others, strict=True)
    ]
    return np.array(each)


def _mixed(named: np.ndarray, vectors: np.ndarray, positive: np.ndarray, no: np.ndarray) -> np.ndarray:
    """How near texts are to a label by name (``named``) and by its examples together."""
    centre = positive.mean(axis=0) - (AWAY * no.mean(axis=0) if len(no) else 0.0)
    weight = BY_EXAMPLE * len(positive) / (len(positive) + 1)
    mixed: np.ndarray = named + weight * (vectors @ unit(centre[None])[0] - named)
    return mixed


def _said(label: Label) -> str:
    return f"{label.name}: {label.description}" if label.description else label.name


def softmax(scores: np.ndarray) -> np.ndarray:
    """Shares per row that add up to 1."""
    import numpy as np

    weights = np.exp(SHARPNESS * (scores - scores.max(axis=1, keepdims=True)))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def unit(matrix: np.ndarray) -> np.ndarray:
    """Rows of length 1; a row of zeros stays."""
    import numpy as np

    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.asarray(matrix / np.where(norms > 0, norms, 1))


def _verdict(labels: Sequence[Label], shares: np.ndarray) -> Verdict:
    import numpy as np

    order = np.argsort(-shares, kind="stable")
    return Verdict(tuple((labels[int(at)].name, float(shares[int(at)])) for at in order))
