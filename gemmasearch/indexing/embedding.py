"""Vectors for the passages that have none, those of the newest files first, outside any write transaction."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from gemmasearch.documents import SyncEvent
from gemmasearch.models import Passage, in_bulk

if TYPE_CHECKING:
    from array import array

    import numpy as np

    from gemmasearch.indexing.tally import Tally
    from gemmasearch.models import Embedder
    from gemmasearch.settings import Settings
    from gemmasearch.store import Store
    from gemmasearch.store.rows import Pending

BATCH, LEAST = 32, 8  # passages between two looks at the stop signal, at most and at least
SLICE = 2.0  # seconds that they should take: a run gives way that soon
QUICK = 0.1  # seconds for which a fast model may take more passages at a time
PAGE = 512  # passages fetched at a time


class _Slices:
    """How many passages to embed at a time: fewer where the model is slow, more where writing them costs more."""

    def __init__(self) -> None:
        self.size = BATCH

    def timed(self, embedder: Embedder, batch: Sequence[Pending]) -> np.ndarray:
        began = time.monotonic()
        vectors = embedder.embed_documents([Passage(p.title, p.text) for p in batch])
        seconds = max(time.monotonic() - began, 1e-3)
        rate = len(batch) / seconds
        self.size = max(LEAST, min(BATCH, round(rate * SLICE)), min(PAGE, round(rate * QUICK)))
        return vectors


def embed(store: Store, embedder: Embedder, settings: Settings, tally: Tally) -> None:
    """Fill the embedder's space; it serves searches when it is complete."""
    space = store.ensure_space(embedder.space)
    while not tally.interrupted and store.derive(space.id):
        tally.stopped()
    if not tally.stopped():  # asked even where all vectors came along with the rows
        _fill(store, embedder, settings, space.id, tally)
    if not tally.interrupted:
        store.complete_space(space.id)
        store.checkpoint()
    tally.counts["pending"] = store.pending_count(space.id)


def _fill(store: Store, embedder: Embedder, settings: Settings, space_id: int, tally: Tally) -> None:
    """The vectors of a batch are written while the model works on the next one, or on both at a time."""
    waiting = store.waiting(space_id)
    before = tally.counts["embedded"]  # their vectors came along with the rows
    total = before + (store.pending_count(space_id) if waiting else 0)
    slices = _Slices()
    coming: tuple[list[bytes], Future[np.ndarray]] | None = None

    if before:
        tally.progress(SyncEvent("embed", before, total))

    def written() -> None:
        if coming:
            keys, vectors = coming
            tally.counts["embedded"] += store.add_vectors(space_id, keys, vectors.result())
            tally.progress(SyncEvent("embed", tally.counts["embedded"], total))

    with (
        in_bulk(embedder, settings, total - before) as hands,
        ThreadPoolExecutor(hands, "embedding") as model,
    ):
        for batch in _batches(store, space_id, waiting, slices):
            if tally.stopped():
                break
            following = [p.key for p in batch], model.submit(slices.timed, embedder, batch)
            written()
            coming = following
        written()


def _batches(store: Store, space_id: int, waiting: array[int], slices: _Slices) -> Iterator[list[Pending]]:
    distinct: dict[bytes, Pending] = {}
    for at in range(0, len(waiting), PAGE):
        # A passage that stands in several places may have its vector since an earlier page, or get it right now.
        pending = store.passages_to_embed(space_id, waiting[at : at + PAGE])
        distinct = {p.key: p for p in pending if p.key not in distinct}
        passages = list(distinct.values())
        while passages:
            yield passages[: (size := slices.size)]
            del passages[:size]
