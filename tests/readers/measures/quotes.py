"""A mailing list indexed with and without the recognition of quotations: size of the index, tokens embedded."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from gemmasearch import readers
from gemmasearch.documents import Document, Problem
from gemmasearch.indexing.sync import sync
from gemmasearch.models.choose import open_embedder
from gemmasearch.settings import load
from gemmasearch.store import Store

Read = Callable[..., Iterator[Document | Problem]]


@dataclass(frozen=True)
class Measured:
    messages: int
    passages: int
    size: int  # bytes of the index after VACUUM
    embedded: int  # tokens of the passages that have a vector, each different one once
    vectors: int


def main(data: Path) -> None:
    with readers.Isolated() as isolated:
        with_quotes = indexed(data / "mail" / "lists", isolated.read)
        without = indexed(data / "mail" / "lists", unmarked(isolated.read))
    for name, found in (("recognised", with_quotes), ("not recognised", without)):
        print(
            f"quotations {name}: {found.messages:,} messages, {found.passages:,} passages, {found.vectors:,} vectors, "
            f"{found.embedded:,} tokens embedded, index {found.size / 1e6:.1f} MB"
        )
    print(
        f"of the tokens {with_quotes.embedded / without.embedded:.0%}, of the size {with_quotes.size / without.size:.0%}"
    )


def unmarked(read: Read) -> Read:
    def each(path: str, **more: int) -> Iterator[Document | Problem]:
        for item in read(path, **more):
            yield replace(item, quoted=()) if isinstance(item, Document) else item

    return each


def indexed(folder: Path, read: Read) -> Measured:
    settings = load({"embedder": "static"})
    with tempfile.TemporaryDirectory() as made:
        path = Path(made) / "index" / "i.db"
        with Store.open(path, create=True) as store:
            sync(store, open_embedder(settings), read, settings, roots=[str(folder)])
            store.db.run("VACUUM")
            store.checkpoint()
            messages, passages = (
                int(store.db.value(f"SELECT count(*) FROM {t}")) for t in ("documents", "chunks")
            )
            vectors, tokens = store.db.rows(
                "SELECT count(*), sum(t) FROM (SELECT min(tokens) AS t FROM chunks WHERE key IS NOT NULL GROUP BY key)"
            )[0]
        return Measured(messages, passages, path.stat().st_size, int(tokens), int(vectors))
