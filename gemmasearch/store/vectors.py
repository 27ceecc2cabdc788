"""Embedding spaces and their vectors: one space serves searches while the next one is built."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from gemmasearch.documents import Condition
from gemmasearch.store import filters
from gemmasearch.store.database import Database, Row
from gemmasearch.store.keys import passage_title
from gemmasearch.store.rows import Pending, SpaceRow

if TYPE_CHECKING:
    import numpy as np

_SPACE = """
SELECT id, key, name, model, dim, full_dim, prompt_version, matryoshka, state = 'active', complete_to
FROM spaces"""
_JOINED = "chunks c JOIN documents d ON d.id = c.document_id JOIN files f ON f.id = d.file_id"
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


class Vectors:
    """Part of Store: meaning."""

    db: Database

    def nearest(
        self, vector: np.ndarray, limit: int, conditions: Sequence[Condition] = ()
    ) -> list[tuple[int, float]]:
        """Exact neighbours in the active space: (chunk id, cosine), best first; [] without a space.

        :param vector: shape (dim,), L2-normalised. The filters hold before the neighbours are chosen.
        """
        space = self.active_space()
        if space is None:
            return []
        if vector.shape != (space.dim,):
            raise ValueError(f"a vector of shape {vector.shape} cannot search the space {space.key}")
        self.db.load_vec()
        where, params = filters.compile(conditions)
        chosen = f"AND v.key IN (SELECT c.key FROM {_JOINED} WHERE {where})" if conditions else ""
        sql = f"""
            WITH best AS MATERIALIZED (
                SELECT v.key AS key, vec_distance_cosine(v.vector, ?) AS distance FROM vectors v
                WHERE v.space_id = ? {chosen} ORDER BY distance LIMIT ?),
            listed AS (
                SELECT c.id AS id, best.distance AS distance,
                       row_number() OVER (PARTITION BY c.key ORDER BY c.id) AS twin
                FROM best, {_JOINED} WHERE c.key = best.key AND {where})
            SELECT id, 1.0 - distance FROM listed WHERE twin <= ? ORDER BY distance, id LIMIT ?"""
        query = vector.astype("<f4").tobytes()
        filtered = params if conditions else []
        values = (query, space.id, *filtered, limit, *params, TWINS, limit)
        return [(id, score) for id, score in self.db.rows(sql, values)]

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
            Pending(key, passage_title(title, headings.split("\n")), text, id)
            for key, title, headings, text, id in self.db.rows(sql, values)
        ]

    def pending_count(self, space_id: int) -> int:
        """Distinct passages that still wait for a vector in the space."""
        sql = """
            SELECT count(DISTINCT c.key) FROM chunks c
            WHERE c.id > (SELECT complete_to FROM spaces WHERE id = ?1) AND c.key IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.space_id = ?1 AND v.key = c.key)"""
        return int(self.db.value(sql, (space_id,)))

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
        cut = np.stack([np.frombuffer(vector, "<f4")[:dim] for _, vector, dim in rows])
        norms = np.linalg.norm(cut, axis=1, keepdims=True)
        return self.add_vectors(space_id, [row[0] for row in rows], cut / np.where(norms > 0, norms, 1))

    def embedded_count(self, document_id: int) -> int:
        """Chunks of a document that have a vector in the active space."""
        sql = """SELECT count(*) FROM chunks c JOIN vectors v ON v.key = c.key JOIN spaces s ON s.id = v.space_id
                 WHERE c.document_id = ? AND s.state = 'active'"""
        return int(self.db.value(sql, (document_id,)))

    def add_vectors(self, space_id: int, keys: Sequence[bytes], matrix: np.ndarray) -> int:
        """Write one vector per key, in one short transaction; keys no chunk has any more are left out.

        :param matrix: shape (len(keys), dim), rows L2-normalised.
        :raises ValueError: another shape, or a number that is not finite.
        :return: how many were new.
        """
        import numpy as np

        dim = self.db.value("SELECT dim FROM spaces WHERE id = ?", (space_id,))
        if matrix.shape != (len(keys), dim) or not np.isfinite(matrix).all():
            raise ValueError(
                f"vectors of shape {matrix.shape} do not fit {len(keys)} keys of dimension {dim}"
            )
        rows = [
            (space_id, key, vector.astype("<f4").tobytes()) for key, vector in zip(keys, matrix, strict=True)
        ]
        sql = """INSERT INTO vectors(space_id, key, vector)
                 SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM chunks WHERE key = ?2)
                 ON CONFLICT DO NOTHING"""
        with self.db.writing():
            before = self.db.value("SELECT total_changes()")
            self.db.many(sql, rows)
            return int(self.db.value("SELECT total_changes()") - before)

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

    def recheck_spaces(self) -> None:
        """Look at every chunk again when the next run asks what is pending."""
        self.db.run("UPDATE spaces SET complete_to = 0")


def _space(row: Row) -> SpaceRow:
    id, key, name, model, dim, full_dim, version, matryoshka, active, complete_to = row
    return SpaceRow(id, key, name, model, dim, full_dim, version, bool(matryoshka), bool(active), complete_to)
