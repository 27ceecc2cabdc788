"""Tiny real indexes to ask: ``store`` and ``add`` of all rooms, and vectors of the fake embedder."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.store import Store
from tests import embedded
from tests.written import Add

__all__ = ["Add", "Embed"]

Embed = Callable[[], FakeEmbedder]


@pytest.fixture
def embed(store: Store) -> Embed:
    """embed() gives every passage its vector and returns the embedder of the space."""
    return partial(embedded.embed, store)
