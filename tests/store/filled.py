"""Small indexes made through the store's own methods."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from pathlib import Path

import apsw
import numpy as np

from gemmasearch.documents import Chunk, Document, FileStamp
from gemmasearch.models import Space
from gemmasearch.store import Store
from gemmasearch.store.packing import packed
from gemmasearch.store.vectors import rounded

STAMP = FileStamp(10, 20, 30, 40, 50)
# How deflated texts begin, short and long ones.
_PACKED = [made for made in (packed(1_000 * "x"), packed(10_000 * "x")) if isinstance(made, bytes)]
_ZLIB = re.compile(b"|".join(re.escape(made[:2]) for made in _PACKED))
SPACE = Space("toy", "toy-model", 8, 8, 1, True)


def chunks_of(texts: Sequence[str]) -> list[Chunk]:
    made, at = [], 0
    for ordinal, text in enumerate(texts):
        made.append(Chunk(ordinal, at, at + len(text), text))
        at += len(text)
    return made


def add_note(store: Store, path: str, *texts: str, title: str = "", part: str = "") -> int:
    """:return: the file's id."""
    document = Document("note", "".join(texts), part=part, title=title)
    with store.writing():
        file = store.begin_file(path, path.strip("/").replace("/", " "))
        store.put_document(file, document, chunks_of(texts))
        store.finish_file(file, STAMP, reader="text:1", hash=b"h" * 16)
    return file


def vector_of(key: bytes, dim: int) -> np.ndarray:
    chance = np.random.default_rng(int.from_bytes(key, "big"))
    vector = chance.standard_normal(dim).astype(np.float32)
    return as_kept(vector / np.linalg.norm(vector))


def as_kept(vector: np.ndarray) -> np.ndarray:
    """The direction of a vector as an index keeps it."""
    kept = rounded(vector[None])[0].astype(np.float32)
    return kept / np.linalg.norm(kept)


def embed(store: Store, space: Space = SPACE) -> int:
    """Give every pending passage its vector and complete the space. :return: the space's id."""
    row = store.ensure_space(space)
    keys = list({p.key for p in store.pending(row.id, 100_000, after=0)})
    if keys:
        store.add_vectors(row.id, keys, np.stack([vector_of(key, space.dim) for key in keys]))
    assert store.complete_space(row.id)
    return row.id


def without_seals(connection: apsw.Connection) -> None:
    """Take out what the migration ``_seals`` and those after it add, as if they had never run."""
    for table in ("verdicts", "decisions", "label_examples", "labels"):
        connection.execute(f"DROP TABLE {table}")
    for table, column in (
        ("documents", "chunk_count"),
        ("documents", "seal"),
        ("chunks", "seal"),
        ("vectors", "seal"),
    ):
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    connection.execute("DROP TABLE forgotten")
    connection.execute("DELETE FROM state WHERE name = 'identity'")


def file_bytes(db: Path) -> bytes:
    """The bytes of an index and of the files beside it, and all that inflates anywhere in them."""
    raw = b"".join(p.read_bytes() for p in db.parent.iterdir() if p.name.startswith(db.name))
    return raw + inflated(raw)


def inflated(raw: bytes) -> bytes:
    """What every deflated text in some bytes says, as far as it goes: free pages and pieces of rows included."""
    found = [raw[:0]]
    for head in _ZLIB.finditer(raw):
        stream = zlib.decompressobj()
        for start in range(head.start(), len(raw), 512):  # up to where it is damaged
            try:
                found.append(stream.decompress(raw[start : start + 512]))
            except zlib.error:
                break
            if stream.eof:
                break
    return b"\0".join(found)
