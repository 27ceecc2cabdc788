"""An embedder that makes the vector of a question once, however often it is asked for in a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from gemmasearch.models import Embedder, Passage, Space


class Once:
    """Another embedder with a memory of its last question: search and evidence, or one mode after the other, want
    the same vector."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._last: tuple[tuple[str, ...], np.ndarray] | None = None

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
        asked = (task, *queries)
        if self._last is None or self._last[0] != asked:
            self._last = (asked, self._embedder.embed_queries(queries, task=task))
        return self._last[1]

    def close(self) -> None:
        self._embedder.close()
