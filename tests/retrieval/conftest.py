"""Tiny real indexes: documents written through the Store, one passage per paragraph."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from gemmasearch.documents import Chunk, Document, FileStamp
from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.store import Store
from gemmasearch.store.keys import path_words
from tests.embedded import embed

Add = Callable[..., int]


def paragraphs(document: Document) -> list[Chunk]:
    chunks, start = [], 0
    for i, piece in enumerate(re.split(r"(?<=\n\n)", document.text)):
        if piece:
            chunks.append(
                Chunk(i, start, start + len(piece), piece, line=document.text.count("\n", 0, start) + 1)
            )
            start += len(piece)
    return chunks


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "private" / "index.db", create=True) as opened:
        yield opened


def write(
    store: Store,
    path: str,
    text: str,
    *,
    kind: str = "note",
    mtime: float = 1.7e9,
    size: int = 1000,
    **more: object,
) -> int:
    """One document; returns its id."""
    document = Document(kind, text, **more)  # type: ignore[arg-type]
    with store.writing():
        file = store.begin_file(path, path_words(path, "/home/dana"))
        id = store.put_document(file, document, paragraphs(document))
        stamp = FileStamp(size, int(mtime * 1e9), int(mtime * 1e9), file, 1)
        store.finish_file(file, stamp)
    return id


@pytest.fixture
def add(store: Store) -> Add:
    """add(path, text, kind=..., title=..., mtime=..., size=...) writes one document; returns its id."""
    return partial(write, store)


@pytest.fixture
def embedded(store: Store) -> Callable[[], FakeEmbedder]:
    """embedded() gives every passage its vector and returns the embedder of the space."""
    return partial(embed, store)
