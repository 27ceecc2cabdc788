"""How the constants of the reranking were chosen: by collections that were left out.

``python -m tests.quality crossvalidation`` ranks the candidates of every query under each of ``SETTINGS`` and, for
each collection in turn, chooses the setting that does best on the others (mean gain of the hybrid over the better of
words and meaning, losses counting three times) and prints what it gains on the one left out. The four languages of
XQuAD are one collection here, for they have the same paragraphs.

A wider search of 50 random settings over 240 queries a collection, their halves, and all languages in one index, gave
(mean gain in %, static and MiniLM together; chosen without the collection / constants as they were before)::

    SciFact 4.2 / 4.3     Cranfield 12.2 / 10.0     CISI 10.7 / 9.1     XQuAD and across 1.2 / 1.1

It chose .5 for the meaning, .3 of it abroad, a power of .7 of what is undecided, sharpness 1.5 to 2, .6 by words, .6
by place each time. A power of .7 was not taken, for it costs the static SciFact; of .2 and less abroad, .15 keeps each
language of XQuAD in full (1,190 questions) at words or above with the static model, by as little as .05 % in Spanish.
Since the meaning of a foreign line counts what all candidates share less (reranking._near), it is .5: .15, .3 and .5
were tried on 200 questions of German, Spanish, Chinese and across, with .5 the best of the means with both models.
Of all 1,190 Chinese questions .5 and .4 left MiniLM's hybrid below words (.966 against .967), .3 puts it above (.968).

Then the discriminant took the place of plain nearness to the best, with 28 settings of it and of nearness (SMOOTH,
BY_WORDS, BY_PLACE, DECISIVE), chosen without the collection / .4 by words and .6 by nearness, static and MiniLM::

    SciFact 2.2 7.4 / 1.6 6.6   Cranfield 8.6 14.9 / 8.0 15.0   CISI 11.0 11.4 / 9.2 11.4   XQuAD 1.0 1.3 / .8 1.3

Chosen were SMOOTH 3 or 6, .6 or .8 by words, .6 to 1.5 by place: what stands in the code is in their midst.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from gemmasearch import retrieval
from gemmasearch.models import Embedder
from gemmasearch.retrieval import reranking
from gemmasearch.retrieval.fusion import Fused
from gemmasearch.retrieval.lexical import Candidates
from gemmasearch.retrieval.reranking import Vectors
from gemmasearch.retrieval.search import rank
from gemmasearch.store import Store
from tests.quality import collections, corpus, metrics
from tests.quality.search import names_of

NOW = {
    "DECISIVE": reranking.DECISIVE,
    "SHARPNESS": reranking.SHARPNESS,
    "BY_WORDS": reranking.BY_WORDS,
    "BY_PLACE": reranking.BY_PLACE,
    "SMOOTH": reranking.SMOOTH,
    "share": 1.0,  # of the meaning's weight
}
SETTINGS: tuple[Mapping[str, float], ...] = (
    NOW,
    *(NOW | {"DECISIVE": value} for value in (0.5, 0.7, 1.5, 2.0)),
    *(NOW | {"SHARPNESS": value} for value in (1.5, 3.0)),
    *(NOW | {"BY_WORDS": value} for value in (0.2, 0.4, 0.8)),
    *(NOW | {"BY_PLACE": value} for value in (0.6, 1.5)),
    # The last is nearness to the best, less the mean of all.
    *(NOW | {"SMOOTH": value} for value in (1.0, 6.0, 1e6)),
    *(NOW | {"share": value} for value in (0.6, 0.8, 1.2)),
)
LOSSES = 2.0  # what a loss counts beyond itself
Asked = tuple[Candidates, Mapping[int, float], Vectors, float]


@dataclass(frozen=True)
class Gains:
    """Of one collection and embedder: the gain under each setting."""

    fold: str
    values: tuple[float, ...]


@contextmanager
def _as(setting: Mapping[str, float]) -> Iterator[None]:
    before = {name: getattr(reranking, name) for name in setting if name != "share"}
    try:
        for name in before:
            setattr(reranking, name, setting[name])
        yield
    finally:
        for name, value in before.items():
            setattr(reranking, name, value)


def gains(name: str, embedder: Embedder, sample: int) -> Gains:
    part = collections.load(name, sample=sample)
    found: list[list[float]] = []
    with corpus.index([part], embedder) as store:
        names = names_of(store)
        for query, text in part.queries.items():
            relevant = {f"{part.name}/{id}" for id in part.relevant[query]}
            parsed = retrieval.parse(text)
            asked = _asked(store, embedder, parsed)
            if asked is None:
                continue
            candidates, words, vectors, weight = asked
            lists = [
                reranking.by_words(words),
                reranking.by_meaning(vectors, candidates.document_of),
            ]
            for setting in SETTINGS:
                with _as(setting):
                    lists.append(reranking.both(candidates, words, vectors, setting["share"] * weight))
            found.append([_ndcg(ranked, candidates, names, relevant) for ranked in lists])
    words_alone, meaning, *hybrid = np.array(found).mean(axis=0)
    best = max(words_alone, meaning, 1e-9)
    return Gains(name.partition("/")[0], tuple(float(score / best - 1) for score in hybrid))


def _asked(store: Store, embedder: Embedder, parsed: retrieval.Query) -> Asked | None:
    """What a search hands to the reranking."""
    caught: list[Asked] = []
    original = reranking.both

    def both(
        candidates: Candidates, words: Mapping[int, float], vectors: Vectors, weight: float
    ) -> list[Fused]:
        caught.append((candidates, words, vectors, weight))
        return []

    reranking.both = both
    try:
        rank(store, embedder, parsed, mode="hybrid", conditions=parsed.conditions)
    finally:
        reranking.both = original
    return caught[0] if caught else None


def _ndcg(
    ranked: Sequence[Fused], candidates: Candidates, names: Mapping[int, str], relevant: set[str]
) -> float:
    documents = dict.fromkeys(candidates.document_of[f.chunk_id] for f in ranked)
    return metrics.ndcg([names[id] for id in documents], frozenset(relevant))


def _worth(parts: Sequence[Gains], setting: int) -> float:
    """The mean over collections of the mean gain, losses counting more."""
    folds = {part.fold for part in parts}
    by_fold = [np.array([p.values[setting] for p in parts if p.fold == fold]) for fold in folds]
    return float(np.mean([v.mean() + LOSSES * np.minimum(v, 0).mean() for v in by_fold]))


def report(embedders: Sequence[str], sample: int) -> None:
    parts = []
    for label in embedders:
        embedder = corpus.embedder(label)
        parts += [gains(name, embedder, sample) for name in collections.SETS]
        embedder.close()
    for fold in dict.fromkeys(part.fold for part in parts):
        others = [part for part in parts if part.fold != fold]
        chosen = max(range(len(SETTINGS)), key=lambda at: _worth(others, at))
        there = [part.values for part in parts if part.fold == fold]
        means = [100 * float(np.mean([values[at] for values in there])) for at in (chosen, 0)]
        changed = {k: v for k, v in SETTINGS[chosen].items() if v != NOW[k]} or "as it is"
        print(
            f"without {fold:10} {changed!s:24} gains there {means[0]:+.2f} %, as it is {means[1]:+.2f} %",
            flush=True,
        )
