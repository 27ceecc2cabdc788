"""An embedder that makes the vector of a question or a sentence once, however often it is asked for in a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gemmasearch.models.proxy import EmbedderProxy

if TYPE_CHECKING:
    import numpy as np

    from gemmasearch.models import Embedder, Passage


class Once(EmbedderProxy):
    """Another embedder with a memory of its last question and of some sentences: search and evidence, or one mode
    after the other, want the same vector; so do the halves of a question."""

    MOST = 500  # sentences that are remembered

    def __init__(self, embedder: Embedder) -> None:
        super().__init__(embedder)
        self._last: tuple[tuple[str, ...], np.ndarray] | None = None
        self._made: dict[Passage, np.ndarray] = {}

    def embed_documents(self, passages: Sequence[Passage]) -> np.ndarray:
        import numpy as np

        if len(self._made) > self.MOST:
            self._made.clear()
        if new := [passage for passage in dict.fromkeys(passages) if passage not in self._made]:
            self._made.update(zip(new, super().embed_documents(new), strict=True))
        found = [self._made[passage] for passage in passages]
        return np.stack(found) if found else super().embed_documents(passages)

    def embed_queries(self, queries: Sequence[str], *, task: str = "search") -> np.ndarray:
        asked = (task, *queries)
        if self._last is None or self._last[0] != asked:
            self._last = (asked, super().embed_queries(queries, task=task))
        return self._last[1]
