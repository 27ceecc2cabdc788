"""Vectors of the fake embedder for the indexes that tests write through the Store."""

from __future__ import annotations

from gemmasearch.models import Passage
from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.store import Store


def embed(store: Store, embedder: FakeEmbedder | None = None) -> FakeEmbedder:
    """Gives every passage its vector and returns the embedder of the space."""
    embedder = embedder or FakeEmbedder()
    space = store.ensure_space(embedder.space)
    while pending := store.pending(space.id, 100):
        matrix = embedder.embed_documents([Passage(p.title, p.text) for p in pending])
        store.add_vectors(space.id, [p.key for p in pending], matrix)
    store.complete_space(space.id)
    return embedder
