"""Tiny real indexes to search: ``store`` and ``add`` of all rooms, and vectors of the fake embedder."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.store import Store
from tests.embedded import embed


@pytest.fixture
def embedded(store: Store) -> Callable[[], FakeEmbedder]:
    """embedded() gives every passage its vector and returns the embedder of the space."""
    return partial(embed, store)
