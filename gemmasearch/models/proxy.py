"""An embedder in front of another one, for those who change only how questions are embedded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from gemmasearch.models import Embedder, Passage, Space


class EmbedderProxy:
    """Passes everything on."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

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
        return self._embedder.embed_queries(queries, task=task)

    def close(self) -> None:
        self._embedder.close()
