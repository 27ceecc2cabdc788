"""What a search of a large index is measured by: the plainest way to the same ten, in the same process.

Words: FTS5's own ``ORDER BY rank LIMIT 10`` for any of the words. Meaning: every vector compared by one product of
matrices in memory. Neither reads a passage, so ours stand above 1 where an index is small.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from gemmasearch.index import Index
from gemmasearch.retrieval import parse, terms
from gemmasearch.retrieval.reranking import READ
from gemmasearch.store import Store
from tests.bench import in_turns

RECALLED = 10


def words(index: Index, questions: Sequence[str]) -> float:
    """The time of a search by words, of plain FTS5's."""
    sql = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT 10"

    def plain(question: str) -> Callable[[], object]:
        query = parse(question)
        known = terms.languages(query)
        expression = terms.expression(terms.telling(query, known), known)
        return lambda: index._store.db.rows(sql, (expression,))

    return _ratio([(plain(q), lambda q=q: index.search(q, mode="words")) for q in questions])  # type: ignore[misc]


def meaning(index: Index, questions: Sequence[str]) -> tuple[float, float]:
    """The time of a search by meaning, of an exact scan of the same vectors; and which share of the ten nearest
    passages it compares."""
    store = index._store
    ids, vectors = _vectors(store)
    queries = _queries(index, questions)

    def scan(query: np.ndarray) -> np.ndarray:
        cosines = vectors @ query
        best: np.ndarray = np.argpartition(-cosines, RECALLED)[:RECALLED]
        return best

    times = [
        (lambda v=v: scan(v), lambda q=q: index.search(q, mode="meaning"))  # type: ignore[misc]
        for q, v in zip(questions, queries, strict=True)
    ]
    shares = []
    for query in queries:
        cosine = dict(zip(ids.tolist(), (vectors @ query).tolist(), strict=True))
        least = sorted(cosine.values())[-RECALLED]
        found = [id for id, _ in store.nearest(query, READ)[:RECALLED]]
        # Of equal texts any is as good: a passage counts by its vector.
        shares.append(sum(cosine[id] >= least - 1e-6 for id in _vector_ids(store, found)) / RECALLED)
    return _ratio(times), sum(shares) / len(shares)


def _queries(index: Index, questions: Sequence[str]) -> np.ndarray:
    embedder = index._models.query_embedder()
    assert embedder is not None
    found: np.ndarray = embedder.embed_queries(list(questions))
    return found


def _vectors(store: Store) -> tuple[np.ndarray, np.ndarray]:
    """Ids, and the vectors as they are kept: shape (n, dim), float32, L2-normalised."""
    rows = store.db.rows("SELECT v.id, v.vector FROM vectors v JOIN spaces s ON s.id = v.space_id "
                         "WHERE s.state = 'active' ORDER BY v.id")  # fmt: skip
    vectors = np.frombuffer(b"".join(vector for _, vector in rows), np.int8).reshape(len(rows), -1)
    vectors = vectors.astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return np.fromiter((id for id, _ in rows), np.int64, len(rows)), vectors


def _vector_ids(store: Store, chunk_ids: Sequence[int]) -> list[int]:
    sql = """SELECT v.id FROM chunks c JOIN vectors v ON v.key = c.key JOIN spaces s ON s.id = v.space_id
             WHERE s.state = 'active' AND c.id = ?"""
    return [store.db.value(sql, (id,)) for id in chunk_ids]


def _ratio(pairs: Sequence[tuple[Callable[[], object], Callable[[], object]]]) -> float:
    best = [in_turns(base, ours) for base, ours in pairs]
    return sum(own for _, own in best) / sum(base for base, _ in best)
