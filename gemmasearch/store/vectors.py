"""Embedding spaces and their vectors: one space serves searches while the next one is built.

A vector is kept as one byte per dimension, in units of its largest one: a quarter of the bytes, and .996 of the
exact ten nearest with MiniLM (tests.bench recall). Only its direction counts.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import apsw

from gemmasearch.documents import Condition
from gemmasearch.store import filters, signs
from gemmasearch.store.database import Database, Row
from gemmasearch.store.keys import passage_title
from gemmasearch.store.narrow import MANY, Narrow, carray
from gemmasearch.store.packing import plain
from gemmasearch.store.rows import Pending, SpaceRow

if TYPE_CHECKING:
    import numpy as np

_SPACE = """
SELECT id, key, name, model, dim, full_dim, prompt_version, matryoshka, state = 'active', complete_to
FROM spaces"""
_JOINED = "chunks c JOIN documents d ON d.id = c.document_id JOIN files f ON f.id = d.file_id"
_COSINE = "1.0 - vec_distance_cosine(vec_int8(v.vector), vec_int8(?))"
# Vectors that are all compared, some 8 ms; measured: from here on the signs, which need numpy and a second look, win.
EXACT_BELOW = 16 * signs.BLOCK
CANDIDATES = 2  # vectors compared per one wanted, by their signs; measured recall beside README's figures
WIDE = 0.02  # of the first candidates: a filter that lets so many pass is tried on more of them
BESIDE = (
    64 * signs.BLOCK
)  # from so many vectors on, their signs are compared while words are looked up: some 3 ms
LOOKED_UP = 50_000  # passages under a filter whose vectors are looked up at a time
TWINS = 4  # of passages with equal text, this many are listed: the rest would only crowd out others


class SpaceLike(Protocol):
    """What the store needs to know of an embedding space (models.Space)."""

    @property
    def name(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def dim(self) -> int: ...
    @property
    def full_dim(self) -> int: ...
    @property
    def prompt_version(self) -> int: ...
    @property
    def matryoshka(self) -> bool: ...
    @property
    def key(self) -> str: ...


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


class Vectors(Narrow):
    """Part of Store: meaning."""

    db: Database
    _signs_read: tuple[Any, signs.Signs] | None = None
    _begun: Begun | None = None

    def begin_nearest(self, vector: np.ndarray, limit: int) -> None:
        """Let another thread begin what :meth:`nearest` does for the same vector and limit without conditions."""
        space = self.active_space()
        if space is None or vector.shape != (space.dim,):
            return
        if (
            self.db.value("SELECT count(*) FROM signs WHERE space_id = ?", (space.id,)) * signs.BLOCK
            >= BESIDE
        ):
            self._begun = Begun(self._signs_now(space), rounded(vector[None])[0], limit * CANDIDATES)

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
        blocks = self.db.value("SELECT count(*) FROM signs WHERE space_id = ?", (space.id,))
        if blocks * signs.BLOCK <= EXACT_BELOW:
            return self._all_compared(space, query, limit, conditions)
        return self._by_signs(space, query, limit, conditions)

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
        self, space: SpaceRow, query: np.ndarray, limit: int, conditions: Sequence[Condition]
    ) -> list[tuple[int, float]]:
        """Candidates by their signs. Few enough candidates pass a narrow filter by chance, so that its own vectors
        are compared instead; of a wide one enough pass."""
        known = self._signs_now(space)
        wanted = limit * CANDIDATES
        documents = self.kept_documents(conditions) if conditions else None
        if documents is not None and len(documents) <= MANY:
            own = known.nearest_of(query, self._kept(space, conditions), wanted)
            return self._listed(self._scored(space, query, own), limit, conditions)
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
        own = known.nearest_of(query, self._kept(space, conditions), wanted)
        return self._listed(self._scored(space, query, own), limit, conditions)

    def _ended(self, known: signs.Signs, query: np.ndarray, wanted: int) -> np.ndarray | None:
        """What :meth:`begin_nearest` found, if that is what is asked."""
        begun, self._begun = self._begun, None
        return begun.found() if begun and begun.is_for(known, query, wanted) else None

    def _kept(self, space: SpaceRow, conditions: Sequence[Condition]) -> np.ndarray:
        """Ids of the vectors of all passages that a filter keeps."""
        documents = self.kept_documents(conditions)
        if documents is not None:
            ids = self.chunks_within(documents)
            parts = [self._ids_of(space, ids[at : at + LOOKED_UP]) for at in range(0, len(ids), LOOKED_UP)]
            return _sorted_ids([row for part in parts for row in part])
        where, params = filters.compile(conditions)
        sql = f"""SELECT v.id FROM {_JOINED} CROSS JOIN vectors v
                  WHERE v.space_id = ? AND v.key = c.key AND {where}"""
        return _sorted_ids(self.db.rows(sql, (space.id, *params)))

    def _ids_of(self, space: SpaceRow, chunk_ids: array[int]) -> list[Row]:
        """The ids of the vectors of chunks, whose ids rise. Keys are looked up in their order: the order of chunks
        leads from page to page of their index, which took half as long again among 1,000,000."""
        sql = "SELECT c.key FROM carray(?) k CROSS JOIN chunks c WHERE c.id = k.value AND c.key IS NOT NULL"
        keys = tuple(sorted({key for (key,) in self.db.rows(sql, (carray(chunk_ids),))}))
        sql = "SELECT v.id FROM carray(?) k CROSS JOIN vectors v WHERE v.space_id = ? AND v.key = k.value"
        return self.db.rows(sql, (apsw.carray(keys), space.id)) if keys else []

    def _scored(self, space: SpaceRow, query: np.ndarray, ids: np.ndarray) -> dict[int, float]:
        """Vector id -> cosine with the query, for those that are there."""
        import numpy as np

        sql = f"""SELECT v.id, {_COSINE} FROM carray(?) k CROSS JOIN vectors v
                  WHERE v.id = k.value AND v.space_id = ? AND length(v.vector) = ?"""
        in_turn = carray(array("q", np.unique(ids).tolist()))  # rows are met page by page
        return dict(self.db.rows(sql, (query.tobytes(), in_turn, space.id, space.dim)))

    def _listed(
        self, scored: dict[int, float], limit: int, conditions: Sequence[Condition]
    ) -> list[tuple[int, float]]:
        """The chunks of vectors under the filters, best first; at most ``TWINS`` of equal text."""
        ordered = sorted((id for id in scored if scored[id] is not None), key=lambda id: -scored[id])
        enough = limit  # most vectors have a chunk under the filters
        while enough < len(ordered) and scored[ordered[enough]] == scored[ordered[limit - 1]]:
            enough += 1
        found = self._chunks_of(ordered[:enough], scored, conditions)
        if len(found) < limit and ordered[enough:]:
            found |= self._chunks_of(ordered[enough:], scored, conditions)
        return [(id, found[id]) for id in self.best_first(found, limit)]

    def _chunks_of(
        self, ids: Sequence[int], scored: dict[int, float], conditions: Sequence[Condition]
    ) -> dict[int, float]:
        """Chunk id -> score of its vector, for the vectors ``ids``."""
        chosen = "carray(?) k CROSS JOIN vectors v CROSS JOIN"
        sql = f"SELECT v.id, c.id FROM {chosen} chunks c"
        params: tuple[Any, ...] = ()
        where = "v.id = k.value AND c.key = v.key"
        kept = self.kept_documents(conditions) if conditions else None
        if kept is not None:
            where, params = where + " AND +c.document_id IN (SELECT value FROM carray(?))", (carray(kept),)
        elif conditions:
            filtered, values = filters.compile(conditions)
            sql = f"SELECT v.id, c.id FROM {chosen} {_JOINED}"
            where, params = f"{where} AND {filtered}", tuple(values)
        equal: dict[int, list[int]] = {}
        in_turn = carray(array("q", sorted(ids)))
        for vector_id, chunk_id in self.db.rows(f"{sql} WHERE {where}", (in_turn, *params)):
            equal.setdefault(vector_id, []).append(chunk_id)
        return {
            id: scored[vector_id]
            for vector_id, chunks in equal.items()
            for id in (chunks if len(chunks) <= TWINS else self.in_order(chunks)[:TWINS])
        }

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

    def active_space(self) -> SpaceRow | None:
        """The space that searches use, None before the first one is complete."""
        row = self.db.one(f"{_SPACE} WHERE state = 'active'")
        return _space(row) if row else None

    def spaces(self) -> list[SpaceRow]:
        return [_space(row) for row in self.db.rows(f"{_SPACE} ORDER BY id")]

    def ensure_space(self, space: SpaceLike) -> SpaceRow:
        """The row of a space, made if new: active if there was none, else building beside the active one.

        A third space, left behind by a change of mind, is dropped.
        """
        with self.db.writing():
            known = self.db.value("SELECT id FROM spaces WHERE key = ?", (space.key,))
            if known is None:
                state = "building" if self.active_space() else "active"
                known = self.db.insert(
                    """INSERT INTO spaces(key, name, model, dim, full_dim, prompt_version, matryoshka, state)
                       VALUES(?, ?, ?, ?, ?, ?, ?, ?)""",
                    (space.key, space.name, space.model, space.dim, space.full_dim, space.prompt_version,
                     int(space.matryoshka), state),
                )  # fmt: skip
            self.db.run("DELETE FROM spaces WHERE state = 'building' AND id <> ?", (known,))
        return _space(self.db.rows(f"{_SPACE} WHERE id = ?", (known,))[0])

    def pending(self, space_id: int, limit: int, *, after: int | None = None) -> list[Pending]:
        """Passages without a vector in the space, in the order of their chunks; twins may come twice.

        :param after: go on behind this chunk; None = from the first that may be missing.
        """
        start = "(SELECT complete_to FROM spaces WHERE id = ?1)" if after is None else "?3"
        sql = f"""
            SELECT c.key, d.title, c.headings, c.text, c.id
            FROM chunks c JOIN documents d ON d.id = c.document_id
            WHERE c.id > {start} AND c.key IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.space_id = ?1 AND v.key = c.key)
            ORDER BY c.id LIMIT ?2"""
        values = (space_id, limit) if after is None else (space_id, limit, after)
        return [
            Pending(key, passage_title(title, headings.split("\n")), plain(text), id)
            for key, title, headings, text, id in self.db.rows(sql, values)
        ]

    def waiting(self, space_id: int) -> array[int]:
        """The chunks without a vector in the space, those of the newest files first; twins may come twice."""
        sql = """
            SELECT c.id FROM chunks c JOIN documents d ON d.id = c.document_id JOIN files f ON f.id = d.file_id
            WHERE c.id > (SELECT complete_to FROM spaces WHERE id = ?1) AND c.key IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.space_id = ?1 AND v.key = c.key)
            ORDER BY f.mtime_ns DESC, d.date DESC, c.id"""
        return array("q", (id for (id,) in self.db.each(sql, (space_id,))))

    def passages_to_embed(self, space_id: int, chunk_ids: array[int]) -> list[Pending]:
        """Title and text of those of these chunks that still have no vector in the space, in their order."""
        sql = """
            SELECT c.key, d.title, c.headings, c.text, c.id
            FROM chunks c JOIN documents d ON d.id = c.document_id
            WHERE c.id IN carray(?2) AND c.key IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.space_id = ?1 AND v.key = c.key)"""
        rows = self.db.rows(sql, (space_id, apsw.carray(chunk_ids)))
        found = {
            id: Pending(key, passage_title(title, headings.split("\n")), plain(text), id)
            for key, title, headings, text, id in rows
        }
        return [found[id] for id in chunk_ids if id in found]

    def pending_count(self, space_id: int) -> int:
        """Distinct passages that still wait for a vector in the space."""
        sql = f"""
            SELECT count(DISTINCT c.key) FROM chunks c {self._way_to_new(space_id)}
            WHERE c.id > (SELECT complete_to FROM spaces WHERE id = ?1) AND c.key IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.space_id = ?1 AND v.key = c.key)"""
        return int(self.db.value(sql, (space_id,)))

    def _way_to_new(self, space_id: int) -> str:
        """How to reach the chunks that may lack a vector: if these are few, not through all keys in their order."""
        sql = "SELECT max(c.id), (SELECT complete_to FROM spaces WHERE id = ?) FROM chunks c"
        last, complete_to = self.db.rows(sql, (space_id,))[0]
        return "NOT INDEXED" if 8 * ((last or 0) - (complete_to or 0)) < (last or 0) else ""

    def without_vector(self, key: str) -> int:
        """Distinct passages without a vector in the space of that key, which there may not be yet."""
        known = self.db.value("SELECT id FROM spaces WHERE key = ?", (key,))
        if known is not None:
            return self.pending_count(known)
        return int(self.db.value("SELECT count(DISTINCT key) FROM chunks WHERE key IS NOT NULL"))

    def vector_count(self, space_id: int) -> int:
        return int(self.db.value("SELECT count(*) FROM vectors WHERE space_id = ?", (space_id,)))

    def derive(self, space_id: int, limit: int = 2000) -> int:
        """Give a space that is being built the vectors of the active one, cut to its length and normalised again,
        if they are of the same Matryoshka model. :return: how many were made; 0 = there are no more.
        """
        import numpy as np

        sql = """
            SELECT v.key, v.vector, n.dim FROM spaces n JOIN spaces a ON a.state = 'active' AND a.id <> n.id
            JOIN vectors v ON v.space_id = a.id
            WHERE n.id = ?1 AND a.model = n.model AND a.prompt_version = n.prompt_version AND a.matryoshka
              AND n.dim < a.dim
              AND NOT EXISTS (SELECT 1 FROM vectors o WHERE o.space_id = n.id AND o.key = v.key) LIMIT ?2"""
        rows = self.db.rows(sql, (space_id, limit))
        if not rows:
            return 0
        cut = np.stack([np.frombuffer(vector, np.int8)[:dim] for _, vector, dim in rows]).astype(np.float32)
        norms = np.linalg.norm(cut, axis=1, keepdims=True)
        return self.add_vectors(space_id, [row[0] for row in rows], cut / np.where(norms > 0, norms, 1))

    def embedded_count(self, document_id: int) -> int:
        """Chunks of a document that have a vector in the active space."""
        sql = """SELECT count(*) FROM chunks c JOIN vectors v ON v.key = c.key JOIN spaces s ON s.id = v.space_id
                 WHERE c.document_id = ? AND s.state = 'active'"""
        return int(self.db.value(sql, (document_id,)))

    def add_vectors(self, space_id: int, keys: Sequence[bytes], matrix: np.ndarray) -> int:
        """Write one vector per key, in one short transaction; keys no chunk has any more are left out.

        :param matrix: shape (len(keys), dim); only the directions of its rows are kept.
        :raises ValueError: another shape, or a number that is not finite.
        :return: how many were new.
        """
        import numpy as np

        dim = self.db.value("SELECT dim FROM spaces WHERE id = ?", (space_id,))
        if matrix.shape != (len(keys), dim) or not np.isfinite(matrix).all():
            raise ValueError(
                f"vectors of shape {matrix.shape} do not fit {len(keys)} keys of dimension {dim}"
            )
        kept = matrix if matrix.dtype == np.int8 else rounded(matrix)
        rows = [(space_id, key, vector.tobytes()) for key, vector in zip(keys, kept, strict=True)]
        sealed = [(*row, self.db.seal(*row)) for row in rows]
        sql = """INSERT INTO vectors(space_id, key, vector, seal)
                 SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM chunks WHERE key = ?2)
                 ON CONFLICT DO NOTHING RETURNING id, key"""
        with self.db.writing():
            ids = {key: id for id, key in self.db.many(sql, sealed)}
            new = {key: at for at, key in enumerate(keys) if key in ids}
            if new:
                signs.put(self.db, space_id, [ids[key] for key in new], kept[list(new.values())])
            return len(ids)

    def complete_space(self, space_id: int) -> bool:
        """If nothing is pending in the space, let it serve searches and drop the one that did.

        :return: whether the space is complete.
        """
        with self.db.writing():
            if self.pending_count(space_id):
                return False
            last = self.db.value("SELECT coalesce(max(id), 0) FROM chunks")
            self.db.run("DELETE FROM spaces WHERE id <> ?", (space_id,))
            self.db.run("UPDATE spaces SET state = 'active', complete_to = ? WHERE id = ?", (last, space_id))
        return True


def rounded(matrix: np.ndarray) -> np.ndarray:
    """Vectors as they are kept: int8, the largest number of each row is 127 or -127."""
    import numpy as np

    largest = np.abs(matrix).max(axis=1, keepdims=True) if matrix.size else np.ones((len(matrix), 1))
    return np.round(matrix / np.where(largest > 0, largest, 1) * 127).astype(np.int8)


def rounded_bytes(floats: bytes) -> bytes:
    """The same for one vector of float32, as it was kept before."""
    import numpy as np

    return rounded(np.frombuffer(floats, "<f4")[None]).tobytes()


def _sorted_ids(rows: Sequence[Row]) -> np.ndarray:
    import numpy as np

    return np.unique(np.fromiter((id for (id,) in rows), dtype=np.int64, count=len(rows)))


def _space(row: Row) -> SpaceRow:
    id, key, name, model, dim, full_dim, version, matryoshka, active, complete_to = row
    return SpaceRow(id, key, name, model, dim, full_dim, version, bool(matryoshka), bool(active), complete_to)
