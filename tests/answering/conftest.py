"""Tiny real indexes to ask: a document per call, one passage per paragraph, vectors of the fake embedder."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gemmasearch.documents import Chunk, Document, FileStamp
from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.store import Store
from gemmasearch.store.keys import path_words
from tests import embedded

Add = Callable[..., int]
Embed = Callable[[], FakeEmbedder]


def paragraphs(text: str) -> list[Chunk]:
    chunks, start = [], 0
    for number, piece in enumerate(re.split(r"(?<=\n\n)", text)):
        if piece:
            chunks.append(Chunk(number, start, start + len(piece), piece))
            start += len(piece)
    return chunks


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "private" / "index.db", create=True) as opened:
        yield opened


@pytest.fixture
def add(store: Store) -> Add:
    """add(path, text, kind=..., title=..., date=..., sender=...) writes one document; returns its id."""

    def write(path: str, text: str, *, kind: str = "note", **more: Any) -> int:
        document = Document(kind, text, **more)
        with store.writing():
            file = store.begin_file(path, path_words(path, "/home/dana"))
            id = store.put_document(file, document, paragraphs(text))
            store.finish_file(file, FileStamp(len(text), 17 * 10**17, 17 * 10**17, file, 1))
        return id

    return write


@pytest.fixture
def embed(store: Store) -> Embed:
    """embed() gives every passage its vector and returns the embedder of the space."""
    return partial(embedded.embed, store)
