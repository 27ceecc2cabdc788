from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gemmasearch.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty index."""
    with Store.open(tmp_path / "i" / "index.db", create=True) as made:
        yield made
