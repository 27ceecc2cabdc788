"""The vectors of an index's questions: made once, kept in the index, and only then by loading the model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gemmasearch.light import blake2b
from gemmasearch.models.proxy import EmbedderProxy

if TYPE_CHECKING:
    import numpy as np

    from gemmasearch.models import Embedder
    from gemmasearch.store import Store


class Remembered(EmbedderProxy):
    """An embedder that asks the index before it asks the model. ``embedder`` should load its file when it must."""

    def __init__(self, embedder: Embedder, store: Store) -> None:
        super().__init__(embedder)
        self._store = store

    def embed_queries(self, queries: Sequence[str], *, task: str = "search") -> np.ndarray:
        import numpy as np

        space = self.space.key
        keys = [
            blake2b(f"{task}\0{query}".encode(errors="replace"), digest_size=16).digest() for query in queries
        ]
        known = self._store.asked(space, keys)
        new = {key: query for key, query in zip(keys, queries, strict=True) if key not in known}
        if new:
            made = super().embed_queries(list(new.values()), task=task)
            fresh = {key: row.astype("<f4").tobytes() for key, row in zip(new, made, strict=True)}
            self._store.keep_asked(space, fresh)
            known |= fresh
        return np.stack([np.frombuffer(known[key], "<f4") for key in keys]).astype(np.float32)
