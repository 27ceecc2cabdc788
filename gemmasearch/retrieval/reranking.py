"""The best candidates of both lists in their final order.

Words (:mod:`lexical`) and cosines of the same candidates are scaled to mean 0 and deviation 1 over them and added by
the share of the meaning. The best documents then speak for their like: candidates that share their telling words or
lie in the space where they do gain (pseudo-relevance feedback). In the words that is RM3; in the space it is Fisher's
discriminant (1936): what sets the best apart from the other candidates, directions in which all differ counting less.
How far they are heard follows from how decisive the ranking is, for the weights of the best fall with their distance.

Candidates come in the order of Store.in_order, and equals stay in it: equal indexes answer equally, whatever the
numbers of their rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from gemmasearch.light import dataclass
from gemmasearch.retrieval.fusion import Fused
from gemmasearch.retrieval.lexical import Candidates

if TYPE_CHECKING:
    import numpy as np

READ = 240  # candidates that are read …
READ_BY_WORDS = 100  # … and by words alone; measured: nDCG@10 within .001 of that of 120
SPEAKERS = 5  # documents that speak for their like
SHARPNESS = 2.0  # by which the weight of a speaker falls, per deviation
BY_WORDS = 0.6  # what the telling words of the speakers count, in deviations
BY_PLACE = 1.0  # what their place in the space counts, of the meaning's share
SMOOTH = (
    3.0  # times the mean variance of the candidates' directions is added to each: they are few to tell it by
)
SMOOTH_ABROAD = 0.3  # the same for the query itself
DECISIVE = 1.0  # power by which everything but the words counts less the clearer the words' best leads
WHOLE = 0.3  # of a passage's place in the space: what its document's passages have in common


@dataclass(frozen=True, slots=True)
class Vectors:
    """Where candidates lie in the space: ``rows`` in the order of ``ids``, L2-normalised, and the query's vector.

    ``abroad``: the model was not trained on the query's language.
    """

    ids: Sequence[int]
    rows: np.ndarray
    query: np.ndarray
    abroad: bool = False


def by_words(words: Mapping[int, float]) -> list[Fused]:
    """Candidates by their words alone, scores 0..1."""
    best = max(words.values(), default=0.0) or 1.0
    return _sorted(Fused(id, score / best, score / best, None) for id, score in words.items())


def by_meaning(vectors: Vectors, document_of: Mapping[int, int]) -> list[Fused]:
    """Candidates by their place in the space alone, scores 0..1."""
    near = _near(vectors, _placed(vectors, document_of))
    best = max(float(near.max(initial=0.0)), 1e-9)
    scores = {id: max(0.0, float(each)) / best for id, each in zip(vectors.ids, near, strict=True)}
    return _sorted(Fused(id, score, None, score) for id, score in scores.items())


def both(candidates: Candidates, words: Mapping[int, float], vectors: Vectors, weight: float) -> list[Fused]:
    """Candidates by words and meaning, whose share is ``weight``, after the best have spoken; scores 0..1."""
    import numpy as np

    places = _placed(vectors, candidates.document_of)
    undecided = (1 - _lead(candidates, words)) ** DECISIVE
    weight *= undecided
    lexical = (1 - weight) * _scaled(np.array([words[id] for id in vectors.ids]))
    near = weight * _scaled(_known(vectors, _near(vectors, places)))
    documents = [candidates.document_of[id] for id in vectors.ids]
    speakers = _speakers(documents, lexical + near)
    like = candidates.like(speakers)
    lexical = lexical + undecided * BY_WORDS * _scaled(np.array([like[d] for d in documents]))
    toward = apart(places, _middle(places, documents, speakers), SMOOTH)
    near = near + weight * BY_PLACE * _scaled(_known(vectors, toward))
    return _shared(vectors.ids, lexical, near)


def named(ranked: Sequence[Fused], share: Mapping[int, float]) -> list[Fused]:
    """Ranked candidates with those first that hold what a line names: ``share`` of it by chunk id, 0..1 as scores.

    A name stands in few passages, so that neither its rarity among the candidates nor the place of a passage in the
    space tells how much it weighs.
    """
    if not any(each.chunk_id in share for each in ranked):
        return list(ranked)
    raised = [(each, share.get(each.chunk_id, 0.0)) for each in ranked]
    best = max(each.score + own for each, own in raised)
    return _sorted(
        Fused(
            each.chunk_id,
            (each.score + own) / best,
            ((each.words or 0.0) + own) / best,
            (each.meaning or 0.0) / best,
        )
        for each, own in raised
    )


def _lead(candidates: Candidates, words: Mapping[int, float]) -> float:
    """How far the best document by words is above the second, 0..1 of its score: where it is, there is no more to
    be asked."""
    best: dict[int, float] = {}
    for id, score in words.items():
        document = candidates.document_of[id]
        best[document] = max(best.get(document, 0.0), score)
    first, second = ([*sorted(best.values(), reverse=True), 0.0, 0.0])[:2]
    return 1 - second / first if first and len(best) > 1 else 0.0


def _near(vectors: Vectors, places: np.ndarray) -> np.ndarray:
    """How near each candidate is to the query, 0 or more where it is near.

    Texts in a language that the model does not know share much that says nothing: what sets the query apart from all
    of them, directions in which they differ anyway counting less, tells as much as the cosine.
    """
    cosines: np.ndarray = places @ vectors.query
    if not vectors.abroad:
        return cosines
    near: np.ndarray = _scaled(cosines) + _scaled(apart(places, vectors.query, SMOOTH_ABROAD))
    return near - float(near.min(initial=0.0))


def _known(vectors: Vectors, cosines: np.ndarray) -> np.ndarray:
    """The cosines, with the mean of all for passages that have no vector yet: nothing speaks for or against them."""
    import numpy as np

    missing = np.flatnonzero(~vectors.rows.any(axis=1))
    if 0 < len(missing) < len(cosines):
        cosines = cosines.copy()
        cosines[missing] = np.delete(cosines, missing).mean()
    return cosines


def _placed(vectors: Vectors, document_of: Mapping[int, int]) -> np.ndarray:
    """The passages' vectors, each moved towards the middle of its document's candidates."""
    import numpy as np

    _, of = np.unique([document_of[id] for id in vectors.ids], return_inverse=True)
    middles = np.zeros((int(of.max(initial=-1)) + 1, vectors.rows.shape[1]), dtype=np.float32)
    np.add.at(middles, of, vectors.rows)
    return (1 - WHOLE) * vectors.rows + WHOLE * _normalised(middles)[of]


def _speakers(documents: Sequence[int], scores: np.ndarray) -> dict[int, float]:
    """The best documents and the weight of each; together 1."""
    best: dict[int, float] = {}
    for document, score in zip(documents, scores, strict=True):
        best[document] = max(best.get(document, -math.inf), float(score))
    first = sorted(best, key=lambda d: -best[d])[:SPEAKERS]
    weights = {d: math.exp(SHARPNESS * (best[d] - best[first[0]])) for d in first}
    return {d: weight / sum(weights.values()) for d, weight in weights.items()}


def _middle(places: np.ndarray, documents: Sequence[int], speakers: Mapping[int, float]) -> np.ndarray:
    """Where the speakers lie together."""
    import numpy as np

    of = np.array(documents)
    middles = np.stack([places[of == d].mean(axis=0) for d in speakers])
    middle: np.ndarray = np.array(list(speakers.values()), dtype=np.float32) @ _normalised(middles)
    return middle


def apart(places: np.ndarray, middle: np.ndarray, smoothing: float) -> np.ndarray:
    """How far each candidate lies towards ``middle``, from the mean of all, as their spread weighs it.

    It is solved among the candidates, which are fewer than the dimensions of a wide space.
    """
    import numpy as np

    mean = places.mean(axis=0)
    spread = places - mean
    alike = (spread @ spread.T).astype(np.float64)
    smooth = smoothing * float(np.trace(alike)) / max(1, min(len(places) - 1, places.shape[1]))
    if smooth <= 0:
        return np.zeros(len(places))
    found: np.ndarray = np.linalg.solve(alike + smooth * np.eye(len(places)), spread @ (middle - mean))
    return found


def _shared(ids: Sequence[int], words: np.ndarray, meaning: np.ndarray) -> list[Fused]:
    """Scores 0..1 over the candidates, and what each side gave."""
    words, meaning = words - words.min(), meaning - meaning.min()
    total = words + meaning
    low, high = float(total.min()), float(total.max())
    scale = 1 / (high - low) if high > low else 0.0
    found = []
    for id, left, right in zip(ids, words, meaning, strict=True):
        score = float(left + right - low) * scale if scale else 1.0
        share = float(left) / float(left + right) if left + right > 0 else 0.5
        found.append(Fused(id, score, score * share, score * (1 - share)))
    return _sorted(found)


def _scaled(values: np.ndarray) -> np.ndarray:
    deviation = float(values.std())
    return (values - values.mean()) / deviation if deviation > 1e-9 else values * 0.0


def _normalised(rows: np.ndarray) -> np.ndarray:
    import numpy as np

    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(norms > 0, norms, 1)


def _sorted(fused: Iterable[Fused]) -> list[Fused]:
    return sorted(fused, key=lambda f: -f.score)
