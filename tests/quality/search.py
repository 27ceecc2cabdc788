"""How well searches rank: words, meaning and hybrid side by side on every graded collection.

Rank fusion (RRF, k = 60; Cormack, Clarke, Büttcher 2009) of the same two lists stands beside them as the usual
alternative. Each collection is measured whole and under filters that keep a random half of its documents; the four
languages of XQuAD are measured together too, with the documents of the query's own language filtered out.

nDCG@10 of all queries, words / meaning / hybrid / RRF::

               static                        MiniLM
    SciFact    .700  .540  .717  .648        .695  .661  .743  .709
    Cranfield  .395  .345  .442  .402        .395  .399  .474  .437
    CISI       .408  .386  .469  .430        .408  .422  .480  .444
    XQuAD en   .972  .912  .977  .963        .972  .946  .979  .974
    XQuAD de   .951  .741  .955  .898        .953  .709  .960  .882
    XQuAD es   .967  .744  .967  .888        .967  .679  .969  .868
    XQuAD zh   .966  .774  .966  .905        .967  .286  .968  .615
    across     .387  .206  .437  .380        .388  .304  .450  .422

The mean of the hybrid is 3.2 % above that of words with static and 4.8 % with MiniLM, the mean of the gains 5.4 % and
7.1 %; the least gain is none (XQuAD es with static). Halves of English lose up to .2 % with static: a question or two of
those that remain.

What was tried: adjacent and near pairs of words, and the share of the line's words, add nothing to BM25 of passage
and document; a bonus for the second passage of a document costs the meaning .03 to .20; feedback (reranking) gives
the hybrid .02 to .04 on Cranfield and .01 to .02 on CISI, nothing where one document answers; a second round of it, and
scores spread over the nearest neighbours in words or in the space, lose on SciFact and CISI what they give on Cranfield. The
discriminant for the question itself helps CISI and costs SciFact and Cranfield; of languages that the model does not
know it gives the meaning .03 to .10, and there it stands (reranking._near). A weight that follows the
correlation of words and cosines, less meaning or less feedback where the best document holds all words, and marking down
what lacks a rare word that others hold, lose more on Cranfield and CISI than they give elsewhere. Before
that, MiniLM without the title before each passage gave the meaning .02 on German and .025 on Spanish, nothing on English.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

from gemmasearch import retrieval
from gemmasearch.documents import Condition
from gemmasearch.models import Embedder
from gemmasearch.retrieval import lexical, pool
from gemmasearch.retrieval.search import rank, roll_up
from gemmasearch.store import Store
from tests.quality import collections, corpus, metrics
from tests.quality.collections import Collection

DEPTH = 100
RRF_K = 60
MODES = ("words", "meaning", "hybrid")
ROWS = (*MODES, "rrf")
SUMMARY = "hybrid / best"
ACROSS = tuple(f"xquad/{language}" for language in ("en", "de", "es", "zh"))
# Passages are read again for every query and mode: their words are kept.
lexical.bag = lru_cache(20_000)(lexical.bag)


@dataclass(frozen=True)
class Asked:
    """A query with its filters, and what should be found: documents by path without the suffix."""

    text: str
    relevant: frozenset[str]
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Measured:
    """Means over a collection's queries: row -> value."""

    collection: str
    embedder: str
    ndcg: dict[str, float]
    recall: dict[str, float]

    @property
    def gain(self) -> float:
        """Of the hybrid over the better side, as a share of that."""
        return self.ndcg["hybrid"] / max(self.ndcg["words"], self.ndcg["meaning"], 1e-9) - 1


def ranked(
    store: Store,
    embedder: Embedder,
    text: str,
    mode: str,
    names: Mapping[int, str],
    conditions: Sequence[Condition] = (),
) -> list[str]:
    """Names of the best documents, best first, as ``gsearch search`` ranks them before it writes snippets."""
    query = retrieval.parse(text)
    ranking = rank(store, embedder, query, mode=mode, conditions=(*query.conditions, *conditions))
    fused = [*ranking.best, *pool.settled(store, ranking.others())]
    of = store.documents_of([f.chunk_id for f in fused])
    return [names[of[f.chunk_id]] for f in roll_up(fused, of, 1)[:DEPTH]]


def names_of(store: Store) -> dict[int, str]:
    """Document id -> the collection and its own id, as in the file's path."""
    rows = store.db.rows("SELECT d.id, f.path FROM documents d JOIN files f ON f.id = d.file_id")
    paths = {id: os.path.splitext(os.fsdecode(path))[0] for id, path in rows}
    return {id: path.removeprefix(corpus.HOME) for id, path in paths.items()}


def rrf(lists: Sequence[Sequence[str]]) -> list[str]:
    scores: dict[str, float] = defaultdict(float)
    for found in lists:
        for place, id in enumerate(found, 1):
            scores[id] += 1 / (RRF_K + place)
    return sorted(scores, key=lambda id: -scores[id])


def plain(collection: Collection) -> Iterator[Asked]:
    for query, text in collection.queries.items():
        yield Asked(text, frozenset(f"{collection.name}/{id}" for id in collection.relevant[query]))


def halved(collection: Collection) -> Iterator[Asked]:
    """Each query under a filter that keeps a random half of the documents: by date or by size."""
    for query, text in collection.queries.items():
        field, sign = [(f, s) for f in ("date", "size") for s in ("<", ">=")][crc32(query.encode()) % 4]
        value = {"date": corpus.date_of, "size": corpus.size_of}[field]
        kept = {
            e.id
            for e in collection.entries
            if (value(collection.name, e.id) < corpus.MIDDLE[field]) == (sign == "<")
        }
        relevant = collection.relevant[query] & kept
        if relevant:
            condition = Condition(field, sign, corpus.MIDDLE[field])
            yield Asked(text, frozenset(f"{collection.name}/{id}" for id in relevant), (condition,))


def across(parts: Sequence[Collection]) -> Iterator[Asked]:
    """Queries of each language for the documents of the others, whose ids are the same."""
    for part in parts:
        others = [other.name for other in parts if other.name != part.name]
        own = Condition("in", "is", f"{corpus.HOME}{part.name}", negated=True)
        for query, text in part.queries.items():
            relevant = frozenset(f"{name}/{id}" for name in others for id in part.relevant[query])
            yield Asked(text, relevant, (own,))


def measure(
    name: str, parts: Sequence[Collection], queries: Iterator[Asked], embedder: Embedder, label: str
) -> Measured:
    ndcg: dict[str, list[float]] = {row: [] for row in ROWS}
    recall: dict[str, list[float]] = {row: [] for row in ROWS}
    with corpus.index(parts, embedder) as store:
        names = names_of(store)
        for asked in queries:
            found = {
                mode: ranked(store, embedder, asked.text, mode, names, asked.conditions) for mode in MODES
            }
            found["rrf"] = rrf([found["words"], found["meaning"]])
            for row, ids in found.items():
                ndcg[row].append(metrics.ndcg(ids, asked.relevant))
                recall[row].append(metrics.recall(ids, asked.relevant, DEPTH))
    return Measured(
        name,
        label,
        {row: metrics.mean(values) for row, values in ndcg.items()},
        {row: metrics.mean(values) for row, values in recall.items()},
    )


def report(names: Sequence[str], embedders: Sequence[str], sample: int = 0) -> list[Measured]:
    """Measure and print a table per embedder: each collection, all languages at once, and under filters."""
    everything: list[Measured] = []
    for label in embedders:
        print(f"\n{label:16}" + "".join(f"{row:>10}" for row in ROWS) + f"{SUMMARY:>16}   recall@{DEPTH}")
        embedder = corpus.embedder(label)
        whole, half = [], []
        for name in names:
            part = collections.load(name, sample=sample)
            whole.append(_shown(measure(name, [part], plain(part), embedder, label)))
            half.append(_shown(measure(f"{name} half", [part], halved(part), embedder, label)))
        _shown(average("mean", whole))
        _shown(average("mean half", half))
        _show_gains("gains half", half)
        if set(ACROSS) <= set(names):
            parts = [collections.load(name, sample=sample) for name in ACROSS]
            whole.append(_shown(measure("xquad across", parts, across(parts), embedder, label)))
            _shown(average("mean of all", whole))
        _show_gains("gains", whole)
        embedder.close()
        everything += whole
    return everything


def _shown(found: Measured) -> Measured:
    scores = "".join(f"{found.ndcg[row]:10.3f}" for row in ROWS)
    recall = " ".join(f"{found.recall[r]:.3f}" for r in ROWS)
    print(f"{found.collection:16}{scores}{100 * found.gain:+15.1f}%   {recall}", flush=True)
    return found


def _show_gains(name: str, found: Sequence[Measured]) -> None:
    """The mean of the collections' own gains, beside which the gain of the means leans to those that rank high."""
    least = min(found, key=lambda m: m.gain)
    mean = metrics.mean([m.gain for m in found])
    print(
        f"{name}: {100 * mean:+.1f}% in the mean, least {100 * least.gain:+.1f}% ({least.collection})",
        flush=True,
    )


def average(name: str, found: Sequence[Measured]) -> Measured:
    return Measured(
        name,
        found[0].embedder,
        {row: metrics.mean([m.ndcg[row] for m in found]) for row in ROWS},
        {row: metrics.mean([m.recall[row] for m in found]) for row in ROWS},
    )
