"""Neighbours of a vector in the space that serves searches, under filters.

The vectors are compared themselves where they are few; else their signs are first (:mod:`gemmasearch.store.signs`).
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import apsw

from gemmasearch.documents import Condition
from gemmasearch.store import filters, signs
from gemmasearch.store.database import JOINED, Database, Row
from gemmasearch.store.narrow import MANY, Narrow, carray
from gemmasearch.store.rows import SpaceRow
from gemmasearch.store.spaces import Spaces
from gemmasearch.store.vectors import rounded

if TYPE_CHECKING:
    import numpy as np

_COSINE = "1.0 - vec_distance_cosine(vec_int8(v.vector), vec_int8(?))"
# Vectors that are all compared, some 8 ms; measured: from here on the signs, which need numpy and a second look, win.
EXACT_BELOW = 16 * signs.BLOCK
# Vectors compared, chosen by their signs, however few are wanted; measured recall beside README's figures. Of many
# vectors more, for signs tell less of the nearest among them. The last of a long list may be what signs say: of 700
# beside words, searches rank as well (83,000 passages, nDCG@10) as with those of 1,400.
LEAST = 720
ONE_OF = 500
WIDE = 0.02  # of the first candidates: a filter that lets so many pass is tried on more of them
BESIDE = (
    64 * signs.BLOCK
)  # from so many vectors on, their signs are compared while words are looked up: some 3 ms
LOOKED_UP = 50_000  # passages under a filter whose vectors are looked up at a time
TWINS = 4  # of passages with equal text, this many are listed: the rest would only crowd out others


# Ids of vectors and of the passages that have them, of the same shape (n,).
Pairs = tuple["np.ndarray", "np.ndarray"]


class Begun:
    """A look at the signs of all vectors in a thread of its own: numpy needs no Python for most of it."""

    def __init__(self, known: signs.Signs, query: np.ndarray, wanted: int) -> None:
        from threading import Thread

        self._asked = (known, query.tobytes(), wanted)
        self._found: list[np.ndarray] = []
        self._thread = Thread(target=lambda: self._found.append(known.nearest(query, wanted)), daemon=True)
        self._thread.start()

    def is_for(self, known: signs.Signs, query: np.ndarray, wanted: int) -> bool:
        """Whether that is what is asked now."""
        return self._asked[0] is known and self._asked[1:] == (query.tobytes(), wanted)

    def found(self) -> np.ndarray | None:
        """See :meth:`Signs.nearest`, when it is done; None if it could not be done."""
        self._thread.join()
        return self._found[0] if self._found else None


class Nearest(Narrow, Spaces):
    """Part of Store: meaning."""

    db: Database
    _signs_read: tuple[Any, signs.Signs] | None = None
    _begun: Begun | None = None

    def begin_nearest(self, vector: np.ndarray, limit: int) -> None:
        """Let another thread begin what :meth:`nearest` does for the same vector and limit without conditions."""
        space = self.active_space()
        if space is None or vector.shape != (space.dim,):
            return
        vectors = self._room(space)
        if vectors >= BESIDE:
            self._begun = Begun(self._signs_now(space), rounded(vector[None])[0], _compared(limit, vectors))

    def nearest(
        self, vector: np.ndarray, limit: int, conditions: Sequence[Condition] = ()
    ) -> list[tuple[int, float]]:
        """Neighbours in the active space: (chunk id, cosine), best first; [] without a space.

        All vectors are compared up to ``EXACT_BELOW`` of them; beyond, those whose signs are nearest.

        :param vector: shape (dim,), L2-normalised. The filters hold before the neighbours are chosen.
        """
        space = self.active_space()
        if space is None:
            return []
        if vector.shape != (space.dim,):
            raise ValueError(f"a vector of shape {vector.shape} cannot search the space {space.key}")
        self.db.load_vec()
        query = rounded(vector[None])[0]
        if not query.any():
            return []
        if (vectors := self._room(space)) <= EXACT_BELOW:
            return self._all_compared(space, query, limit, conditions)
        return self._by_signs(space, query, limit, _compared(limit, vectors), conditions)

    def _room(self, space: SpaceRow) -> int:
        """How many vectors the blocks of a space have room for."""
        return signs.BLOCK * int(self.db.value("SELECT count(*) FROM signs WHERE space_id = ?", (space.id,)))

    def _all_compared(
        self, space: SpaceRow, query: np.ndarray, limit: int, conditions: Sequence[Condition]
    ) -> list[tuple[int, float]]:
        among, own = "vectors v WHERE", tuple[Any, ...]()
        if conditions:
            among = "carray(?) k CROSS JOIN vectors v WHERE v.id = k.value AND"
            own = (carray(array("q", self._kept(space, conditions).tolist())),)
        sql = f"""SELECT v.id, {_COSINE} AS cosine FROM {among} v.space_id = ? AND length(v.vector) = ?
                  ORDER BY cosine DESC, v.key LIMIT ?"""
        best = self.db.rows(sql, (query.tobytes(), *own, space.id, space.dim, limit))
        return self._listed(dict(best), limit, conditions)

    def _by_signs(
        self, space: SpaceRow, query: np.ndarray, limit: int, wanted: int, conditions: Sequence[Condition]
    ) -> list[tuple[int, float]]:
        """``wanted`` candidates by their signs. Few enough candidates pass a narrow filter by chance, so that its own
        vectors are compared instead; of a wide one enough pass."""
        import numpy as np

        known = self._signs_now(space)
        documents = self.kept_documents(conditions) if conditions else None
        if documents is not None and len(documents) <= MANY:
            pairs = self._pairs_within(space, documents, known)
            kept = np.unique(pairs[0])
            own = known.nearest_of(query, kept, _compared(limit, len(kept)))
            return self._listed(self._scored(space, query, own), limit, conditions, pairs)
        first = self._ended(known, query, wanted)
        if first is None:
            first = known.nearest(query, wanted)
        found = self._listed(self._scored(space, query, first), limit, conditions)
        if not conditions or len(found) >= limit or len(first) < wanted:
            return found
        passed = len(found) / len(first)
        if passed >= WIDE:
            more = known.nearest(query, round(2 * limit / passed))
            found = self._listed(self._scored(space, query, more), limit, conditions)
            if len(found) >= limit:
                return found
        own = known.nearest_of(query, self._kept(space, conditions, known), wanted)
        return self._listed(self._scored(space, query, own), limit, conditions)

    def _ended(self, known: signs.Signs, query: np.ndarray, wanted: int) -> np.ndarray | None:
        """What :meth:`begin_nearest` found, if that is what is asked."""
        begun, self._begun = self._begun, None
        return begun.found() if begun and begun.is_for(known, query, wanted) else None

    def _kept(
        self, space: SpaceRow, conditions: Sequence[Condition], known: signs.Signs | None = None
    ) -> np.ndarray:
        """Ids of the vectors of all passages that a filter keeps; ``known`` are the signs of the space."""
        import numpy as np

        documents = self.kept_documents(conditions)
        if documents is not None:
            return np.unique(self._pairs_within(space, documents, known)[0])
        where, params = filters.compile(conditions)
        sql = f"""SELECT v.id FROM {JOINED} CROSS JOIN vectors v
                  WHERE v.space_id = ? AND v.key = c.key AND {where}"""
        return _sorted_ids(self.db.rows(sql, (space.id, *params)))

    def _pairs_within(self, space: SpaceRow, documents: array[int], known: signs.Signs | None) -> Pairs:
        """The vectors of all passages of documents, each beside the passage; ``known`` are the signs of the space."""
        import numpy as np

        ids = self.chunks_within(documents)
        if known is None:
            return self._looked_up(space, ids)
        vectors, chunks, others = known.of_chunks(np.array(ids, dtype=np.int64))
        more = self._looked_up(space, array("q", others.tobytes()))
        return np.concatenate((vectors, more[0])), np.concatenate((chunks, more[1]))

    def _looked_up(self, space: SpaceRow, chunk_ids: array[int]) -> Pairs:
        """The same of passages, whose ids rise. Keys are looked up in their order: the order of passages leads from
        page to page of their index, which took half as long again among 1,000,000."""
        import numpy as np

        of_chunks = """SELECT c.key, c.id FROM carray(?) k CROSS JOIN chunks c
                       WHERE c.id = k.value AND c.key IS NOT NULL"""
        of_keys = """SELECT v.key, v.id FROM carray(?) k CROSS JOIN vectors v
                     WHERE v.space_id = ? AND v.key = k.value"""
        pairs: list[tuple[int, int]] = []
        for at in range(0, len(chunk_ids), LOOKED_UP):
            rows = self.db.rows(of_chunks, (carray(chunk_ids[at : at + LOOKED_UP]),))
            keys = tuple(sorted({key for key, _ in rows}))
            found = self.db.rows(of_keys, (apsw.carray(keys), space.id)) if keys else []
            vectors: dict[bytes, int] = dict(found)
            pairs += [(vectors[key], id) for key, id in rows if key in vectors]
        both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return both[:, 0], both[:, 1]

    def _scored(self, space: SpaceRow, query: np.ndarray, ids: np.ndarray) -> dict[int, float]:
        """Vector id -> cosine with the query, for those that are there."""
        import numpy as np

        sql = f"""SELECT v.id, {_COSINE} FROM carray(?) k CROSS JOIN vectors v
                  WHERE v.id = k.value AND v.space_id = ? AND length(v.vector) = ?"""
        in_turn = carray(array("q", np.unique(ids).tolist()))  # rows are met page by page
        return dict(self.db.rows(sql, (query.tobytes(), in_turn, space.id, space.dim)))

    def _listed(
        self,
        scored: dict[int, float],
        limit: int,
        conditions: Sequence[Condition],
        pairs: Pairs | None = None,
    ) -> list[tuple[int, float]]:
        """The chunks of vectors under the filters, best first; at most ``TWINS`` of equal text.

        :param pairs: of all that the filters keep, where these are known.
        """
        ordered = sorted((id for id in scored if scored[id] is not None), key=lambda id: -scored[id])
        enough = limit  # most vectors have a chunk under the filters
        while enough < len(ordered) and scored[ordered[enough]] == scored[ordered[limit - 1]]:
            enough += 1
        found = self._chunks_of(ordered[:enough], scored, conditions, pairs)
        if len(found) < limit and ordered[enough:]:
            found |= self._chunks_of(ordered[enough:], scored, conditions, pairs)
        return [(id, found[id]) for id in self.best_first(found, limit)]

    def _chunks_of(
        self,
        ids: Sequence[int],
        scored: dict[int, float],
        conditions: Sequence[Condition],
        pairs: Pairs | None,
    ) -> dict[int, float]:
        """Chunk id -> score of its vector, for the vectors ``ids``."""
        equal: dict[int, list[int]] = {}
        rows = self._joined(ids, conditions) if pairs is None else self._paired(ids, pairs)
        for vector_id, chunk_id in rows:
            equal.setdefault(vector_id, []).append(chunk_id)
        return {
            id: scored[vector_id]
            for vector_id, chunks in equal.items()
            for id in (chunks if len(chunks) <= TWINS else self.in_order(chunks)[:TWINS])
        }

    def _joined(self, ids: Sequence[int], conditions: Sequence[Condition]) -> list[Row]:
        """(vector, chunk) of the chunks under the filters that have one of these vectors."""
        chosen = "carray(?) k CROSS JOIN vectors v CROSS JOIN"
        sql = f"SELECT v.id, c.id FROM {chosen} chunks c"
        params: tuple[Any, ...] = ()
        where = "v.id = k.value AND c.key = v.key"
        kept = self.kept_documents(conditions) if conditions else None
        if kept is not None:
            where, params = where + " AND +c.document_id IN (SELECT value FROM carray(?))", (carray(kept),)
        elif conditions:
            filtered, values = filters.compile(conditions)
            sql = f"SELECT v.id, c.id FROM {chosen} {JOINED}"
            where, params = f"{where} AND {filtered}", tuple(values)
        return self.db.rows(f"{sql} WHERE {where}", (carray(array("q", sorted(ids))), *params))

    def _paired(self, ids: Sequence[int], pairs: Pairs) -> list[tuple[int, int]]:
        """Those of the pairs that have one of these vectors. Which passage a vector was made for is only noted down:
        both have the same key, or it is not so."""
        import numpy as np

        chosen = np.isin(pairs[0], ids)
        vectors, chunks = pairs[0][chosen].tolist(), pairs[1][chosen].tolist()
        key_of_vector = self._keys("vectors", vectors)
        key_of_chunk = self._keys("chunks", chunks)
        both = zip(vectors, chunks, strict=True)
        return [pair for pair in both if key_of_vector[pair[0]] == key_of_chunk[pair[1]]]

    def _keys(self, table: str, ids: Sequence[int]) -> dict[int, bytes]:
        sql = f"SELECT t.id, t.key FROM carray(?) k CROSS JOIN {table} t WHERE t.id = k.value"
        return dict(self.db.rows(sql, (carray(array("q", sorted(ids))),)))

    def _signs_now(self, space: SpaceRow) -> signs.Signs:
        """The signs as they are in the file now; read again only after somebody wrote."""
        now = (space.id, self.now())
        if self._signs_read is None or self._signs_read[0] != now:
            self._signs_read = (now, signs.Signs(self.db, space.id, space.dim))
        return self._signs_read[1]

    def vectors_of(self, chunk_ids: Sequence[int]) -> np.ndarray:
        """The vectors of chunks in the active space: shape (len(chunk_ids), dim), rows L2-normalised, or zero where
        a chunk has none yet."""
        import numpy as np

        space = self.active_space()
        rows: np.ndarray = np.zeros((len(chunk_ids), space.dim if space else 0), dtype=np.float32)
        if space is None:
            return rows
        sql = """SELECT c.id, v.vector FROM chunks c CROSS JOIN vectors v
                 WHERE c.id IN carray(?) AND v.space_id = ? AND v.key = c.key AND length(v.vector) = ?"""
        at = {id: place for place, id in enumerate(chunk_ids)}
        for id, vector in self.db.rows(sql, (carray(array("q", chunk_ids)), space.id, space.dim)):
            rows[at[id]] = np.frombuffer(vector, np.int8)
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        return rows


def _compared(limit: int, vectors: int) -> int:
    """How many of the vectors of a space are compared themselves where so many are wanted."""
    return max(LEAST, limit, vectors // ONE_OF)


def _sorted_ids(rows: Sequence[Row]) -> np.ndarray:
    import numpy as np

    return np.unique(np.fromiter((id for (id,) in rows), dtype=np.int64, count=len(rows)))
