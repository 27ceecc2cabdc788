"""An embedder that makes the vector of a question once, however often it is asked for in a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gemmasearch.models.proxy import EmbedderProxy

if TYPE_CHECKING:
    import numpy as np

    from gemmasearch.models import Embedder


class Once(EmbedderProxy):
    """Another embedder with a memory of its last question: search and evidence, or one mode after the other, want
    the same vector."""

    def __init__(self, embedder: Embedder) -> None:
        super().__init__(embedder)
        self._last: tuple[tuple[str, ...], np.ndarray] | None = None

    def embed_queries(self, queries: Sequence[str], *, task: str = "search") -> np.ndarray:
        asked = (task, *queries)
        if self._last is None or self._last[0] != asked:
            self._last = (asked, super().embed_queries(queries, task=task))
        return self._last[1]
