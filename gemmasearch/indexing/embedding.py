"""Vectors for the passages that have none, those of the newest files first, outside any write transaction."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from gemmasearch.documents import SyncEvent
from gemmasearch.models import Passage

if TYPE_CHECKING:
    from gemmasearch.indexing.tally import Tally
    from gemmasearch.models import Embedder
    from gemmasearch.store import Store

BATCH, LEAST = 32, 8  # passages between two looks at the stop signal, at most and at least
SLICE = 2.0  # seconds that they should take: a run gives way that soon
PAGE = 512  # passages fetched at a time


class _Slices:
    """How many passages to embed at a time: fewer where the model is slow."""

    def __init__(self) -> None:
        self.size = BATCH

    def took(self, passages: int, seconds: float) -> None:
        self.size = max(LEAST, min(BATCH, round(passages * SLICE / max(seconds, 1e-3))))


def embed(store: Store, embedder: Embedder, tally: Tally) -> None:
    """Fill the embedder's space; it serves searches when it is complete."""
    space = store.ensure_space(embedder.space)
    while not tally.interrupted and store.derive(space.id):
        tally.stopped()
    if not tally.interrupted:
        _fill(store, embedder, space.id, tally)
    if not tally.interrupted:
        store.complete_space(space.id)
        store.checkpoint()
    tally.counts["pending"] = store.pending_count(space.id)


def _fill(store: Store, embedder: Embedder, space_id: int, tally: Tally) -> None:
    waiting = store.waiting(space_id)
    total = store.pending_count(space_id) if waiting else 0
    slices = _Slices()
    for at in range(0, len(waiting), PAGE):
        # A passage that stands in several places may have got its vector on an earlier page.
        distinct = {p.key: p for p in store.passages_to_embed(space_id, waiting[at : at + PAGE])}
        passages = list(distinct.values())
        first = 0
        while first < len(passages):
            if tally.stopped():
                return
            batch = passages[first : first + slices.size]
            first += len(batch)
            began = time.monotonic()
            vectors = embedder.embed_documents([Passage(p.title, p.text) for p in batch])
            tally.counts["embedded"] += store.add_vectors(space_id, [p.key for p in batch], vectors)
            slices.took(len(batch), time.monotonic() - began)
            tally.progress(SyncEvent("embed", tally.counts["embedded"], total))
