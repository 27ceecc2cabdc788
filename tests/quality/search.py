"""How well searches rank: words, meaning and hybrid side by side on every graded collection.

Rank fusion (RRF, k = 60; Cormack, Clarke, Büttcher 2009) of the same two lists stands beside them as the usual
alternative.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gemmasearch import retrieval
from gemmasearch.models import Embedder
from gemmasearch.retrieval.search import rank, roll_up
from gemmasearch.store import Store
from tests.quality import collections, corpus, metrics
from tests.quality.collections import Collection

DEPTH = 100
RRF_K = 60
MODES = ("words", "meaning", "hybrid")
ROWS = (*MODES, "rrf")
SUMMARY = "hybrid - best"


@dataclass(frozen=True)
class Measured:
    """Means over a collection's queries: row -> value."""

    collection: str
    embedder: str
    ndcg: dict[str, float]
    recall: dict[str, float]


def ranked(store: Store, embedder: Embedder, text: str, mode: str, names: Mapping[int, str]) -> list[str]:
    """Ids of the best documents, best first, as ``gsearch search`` ranks them before it writes snippets."""
    query = retrieval.parse(text)
    ranking = rank(store, embedder, query, mode=mode, conditions=query.conditions)
    of = store.documents_of([f.chunk_id for f in ranking.fused])
    return [names[of[f.chunk_id]] for f in roll_up(ranking.fused, of, 1)[:DEPTH]]


def names_of(store: Store) -> dict[int, str]:
    """Document id -> the collection's own id, which is the file's name."""
    rows = store.db.rows("SELECT d.id, f.path FROM documents d JOIN files f ON f.id = d.file_id")
    return {id: os.path.splitext(os.path.basename(os.fsdecode(path)))[0] for id, path in rows}


def rrf(lists: Sequence[Sequence[str]]) -> list[str]:
    scores: dict[str, float] = {}
    for found in lists:
        for place, id in enumerate(found, 1):
            scores[id] = scores.get(id, 0.0) + 1 / (RRF_K + place)
    return sorted(scores, key=lambda id: -scores[id])


def measure(collection: Collection, name: str) -> Measured:
    embedder = corpus.embedder(name)
    ndcg: dict[str, list[float]] = {row: [] for row in ROWS}
    recall: dict[str, list[float]] = {row: [] for row in ROWS}
    with corpus.index([collection], embedder) as store:
        names = names_of(store)
        for query, text in collection.queries.items():
            found = {mode: ranked(store, embedder, text, mode, names) for mode in MODES}
            found["rrf"] = rrf([found["words"], found["meaning"]])
            for row, ids in found.items():
                ndcg[row].append(metrics.ndcg(ids, collection.relevant[query]))
                recall[row].append(metrics.recall(ids, collection.relevant[query], DEPTH))
    embedder.close()
    return Measured(
        collection.name,
        name,
        {row: metrics.mean(values) for row, values in ndcg.items()},
        {row: metrics.mean(values) for row, values in recall.items()},
    )


def report(names: Sequence[str], embedders: Sequence[str], sample: int = 0) -> list[Measured]:
    """Measure and print a table per embedder."""
    everything = []
    for embedder in embedders:
        print(f"\n{embedder:14}" + "".join(f"{row:>10}" for row in ROWS) + f"{SUMMARY:>16}   recall@{DEPTH}")
        for name in names:
            found = measure(collections.load(name, sample=sample), embedder)
            everything.append(found)
            print(line(found), flush=True)
        print(line(average([m for m in everything if m.embedder == embedder])))
    return everything


def line(found: Measured) -> str:
    gain = found.ndcg["hybrid"] - max(found.ndcg["words"], found.ndcg["meaning"])
    scores = "".join(f"{found.ndcg[row]:10.3f}" for row in ROWS)
    return f"{found.collection:14}{scores}{gain:+16.3f}   " + " ".join(f"{found.recall[r]:.3f}" for r in ROWS)


def average(found: Sequence[Measured]) -> Measured:
    return Measured(
        "mean",
        found[0].embedder,
        {row: metrics.mean([m.ndcg[row] for m in found]) for row in ROWS},
        {row: metrics.mean([m.recall[row] for m in found]) for row in ROWS},
    )
