from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gemmasearch.readers import table
from tests.readers import contract


@pytest.fixture(scope="session", autouse=True)
def shared_workers_end() -> Iterator[None]:
    yield
    contract.SHARED.close()
    contract.SHARED_OCR.close()


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package ``hostile_readers`` is installed."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "hostile" / "site-packages"))
    for cache in (table.formats, table._added):
        cache.cache_clear()
    yield
    monkeypatch.undo()
    for cache in (table.formats, table._added):
        cache.cache_clear()
