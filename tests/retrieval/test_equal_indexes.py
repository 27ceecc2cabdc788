"""Indexes of the same files answer alike, in whatever order these came in."""

from __future__ import annotations

import random

import pytest

from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.retrieval import search
from gemmasearch.retrieval.reranking import READ
from gemmasearch.store import Store
from tests.embedded import embed
from tests.written import write

WORDS = ("boiler", "garden", "harbour", "violin", "quarry", "timber", "saddle", "ribbon")


def notes() -> list[tuple[str, str]]:
    """Many of which are equally far from any question."""
    chance = random.Random(3)
    texts = [" ".join(chance.choices(WORDS, k=3)) + "." for _ in range(2 * READ)]
    return [(f"/home/dana/{at:03}.md", f"{text}\n\nsignal{at}") for at, text in enumerate(texts)]


def made(path, files) -> Store:
    store = Store.open(path, create=True)
    for at, text in files:
        write(store, at, text)
    embed(store)
    return store


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["words", "meaning", "hybrid"])
def test_which_of_equal_passages_are_read_does_not_depend_on_their_rows(tmp_path, mode) -> None:
    files = notes()
    with made(tmp_path / "a" / "i.db", files) as one, made(tmp_path / "b" / "i.db", reversed(files)) as other:
        for line in ("signal77", "violin quarry", "saddle signal300", "boiler"):
            found, again = (
                [
                    (hit.path, hit.text, hit.score)
                    for hit in search(store, FakeEmbedder(), line, mode=mode, limit=1000, per_document=9)
                ]
                for store in (one, other)
            )
            assert found == again
            assert len(found) >= 1
