"""An index whose vectors are cut to fewer dimensions, in memory: what a shorter Matryoshka vector would find."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from gemmasearch.documents import Condition
from gemmasearch.store.store import Store

if TYPE_CHECKING:
    import numpy as np

_BLOCK = 50_000  # vectors compared at a time


class Cut(Store):
    """The same rows; only :meth:`nearest` differs. Takes ``dim`` bytes of memory per vector; only for reading."""

    def __init__(self, store: Store, ids: np.ndarray, vectors: np.ndarray) -> None:
        """
        :param ids: of the vectors, rising. :param vectors: shape (len(ids), dim), int8.
        """
        import numpy as np

        super().__init__(store.db)
        self.dim = int(vectors.shape[1])
        self._ids = ids
        self._vectors = vectors
        blocks = range(0, len(ids), _BLOCK)
        norms = [np.linalg.norm(vectors[at : at + _BLOCK].astype(np.float32), axis=1) for at in blocks]
        self._norms = np.maximum(np.concatenate(norms) if norms else np.zeros(0, np.float32), 1e-9)

    @classmethod
    def to(cls, store: Store, dims: Sequence[int]) -> list[Self]:
        """One for each number of dimensions; [] if there is no space."""
        import numpy as np

        space = store.active_space()
        if space is None or not dims:
            return []
        sql = "SELECT id, vector FROM vectors WHERE space_id = ? AND length(vector) = ? ORDER BY id"
        rows = store.db.rows(sql, (space.id, space.dim))
        ids = np.fromiter((id for id, _ in rows), dtype=np.int64, count=len(rows))
        whole = np.frombuffer(b"".join(vector for _, vector in rows), np.int8).reshape(len(rows), space.dim)
        return [cls(store, ids, np.ascontiguousarray(whole[:, :dim])) for dim in dims]

    def nearest(
        self, vector: np.ndarray, limit: int, conditions: Sequence[Condition] = ()
    ) -> list[tuple[int, float]]:
        """Exact neighbours by the first dimensions of ``vector``: (chunk id, cosine), best first."""
        import numpy as np

        space = self.active_space()
        query = vector[: self.dim].astype(np.float32)
        length = float(np.linalg.norm(query))
        if space is None or not len(self._ids) or length == 0:
            return []
        starts = range(0, len(self._ids), _BLOCK)
        scores = np.concatenate([self._vectors[at : at + _BLOCK].astype(np.float32) @ query for at in starts])
        scores /= self._norms * length
        if conditions:
            scores[~np.isin(self._ids, self._kept(space, conditions))] = -2.0
        count = min(limit, len(scores))
        best = np.argpartition(-scores, count - 1)[:count]
        found = {int(self._ids[at]): float(scores[at]) for at in best if scores[at] > -2.0}
        return self._listed(found, limit, conditions)
