"""Documents written straight through the Store, one passage per paragraph."""

from __future__ import annotations

import re
from collections.abc import Callable

from gemmasearch.documents import Chunk, Document, FileStamp
from gemmasearch.store import Store
from gemmasearch.store.keys import path_words

Add = Callable[..., int]  # what the fixture ``add`` gives


def paragraphs(text: str) -> list[Chunk]:
    chunks, start = [], 0
    for number, piece in enumerate(re.split(r"(?<=\n\n)", text)):
        if piece:
            line = text.count("\n", 0, start) + 1
            chunks.append(Chunk(number, start, start + len(piece), piece, line=line))
            start += len(piece)
    return chunks


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
        id = store.put_document(file, document, paragraphs(text))
        stamp = FileStamp(size, int(mtime * 1e9), int(mtime * 1e9), file, 1)
        store.finish_file(file, stamp)
    return id
