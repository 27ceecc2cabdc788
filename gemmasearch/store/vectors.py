"""The vectors of passages, one for each distinct passage and space.

A vector is kept as one byte per dimension, in units of its largest one: a quarter of the bytes, and .996 of the
exact ten nearest with MiniLM (tests.bench recall). Only its direction counts.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

import apsw

from gemmasearch.store import signs
from gemmasearch.store.database import JOINED, Database
from gemmasearch.store.keys import passage_title
from gemmasearch.store.packing import plain
from gemmasearch.store.rows import Pending
from gemmasearch.store.spaces import Spaces

if TYPE_CHECKING:
    import numpy as np


class Vectors(Spaces):
    """Part of Store: which passages have their vectors, and writing them."""

    db: Database

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

    def found_upto(self) -> int:
        """The number of the last passage before the first that still waits for its vector in the active space, and so
        is not found by its meaning yet; the newest of all where none waits."""
        newest = int(self.db.value("SELECT seq FROM sqlite_sequence WHERE name = 'chunks'") or 0)
        space = self.active_space()
        waits = self.pending(space.id, 1) if space else []
        return waits[0].chunk_id - 1 if waits else newest

    def waiting(self, space_id: int) -> array[int]:
        """The chunks without a vector in the space, those of the newest files first; twins may come twice."""
        sql = f"""
            SELECT c.id FROM {JOINED}
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
                 ON CONFLICT DO NOTHING
                 RETURNING id, key, (SELECT min(c.id) FROM chunks c WHERE c.key = vectors.key)"""
        with self.db.writing():
            made = {key: (id, first) for id, key, first in self.db.many(sql, sealed)}
            new = {key: at for at, key in enumerate(keys) if key in made}
            if new:
                ids, firsts = zip(*map(made.__getitem__, new), strict=True)
                signs.put(self.db, space_id, ids, kept[list(new.values())], firsts)
            return len(made)

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
