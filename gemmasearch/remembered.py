"""The vectors of an index's questions: made once, kept in the index, and only then by loading the model."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from gemmasearch.models import Embedder, Passage, Space
    from gemmasearch.store import Store


class Remembered:
    """An embedder that asks the index before it asks the model. ``embedder`` should load its file when it must."""

    def __init__(self, embedder: Embedder, store: Store) -> None:
        self._embedder = embedder
        self._store = store

    @property
    def space(self) -> Space:
        return self._embedder.space

    @property
    def dim(self) -> int:
        return self._embedder.dim

    @property
    def max_tokens(self) -> int:
        return self._embedder.max_tokens

    def count_tokens(self, text: str) -> int:
        return self._embedder.count_tokens(text)

    def embed_documents(self, passages: Sequence[Passage]) -> np.ndarray:
        return self._embedder.embed_documents(passages)

    def embed_queries(self, queries: Sequence[str], *, task: str = "search") -> np.ndarray:
        import numpy as np

        space = self.space.key
        keys = [
            blake2b(f"{task}\0{query}".encode(errors="replace"), digest_size=16).digest() for query in queries
        ]
        known = self._store.asked(space, keys)
        new = {key: query for key, query in zip(keys, queries, strict=True) if key not in known}
        if new:
            made = self._embedder.embed_queries(list(new.values()), task=task)
            fresh = {key: row.astype("<f4").tobytes() for key, row in zip(new, made, strict=True)}
            self._store.keep_asked(space, fresh)
            known |= fresh
        return np.stack([np.frombuffer(known[key], "<f4") for key in keys]).astype(np.float32)

    def close(self) -> None:
        self._embedder.close()
