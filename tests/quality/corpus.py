"""A collection becomes a real index: documents cut, written and embedded as `gsearch index` does it."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

import gemmasearch.indexing.chunking
import gemmasearch.stopwords
import gemmasearch.store.fts
import gemmasearch.store.schema
import gemmasearch.store.words
from gemmasearch import models
from gemmasearch.documents import Document, FileStamp
from gemmasearch.indexing import chunking
from gemmasearch.models import Embedder, Passage
from gemmasearch.settings import Settings
from gemmasearch.store import Store
from gemmasearch.store.keys import path_words
from tests.quality.collections import Collection, cache_folder, models_folder

HOME = "/home/dana/"
# Documents have dates and sizes by chance, so that filters can halve a collection: those of the middle.
MIDDLE = {"date": 1.5e9, "size": 5000.0}

_MADE_BY = (
    gemmasearch.indexing.chunking,
    gemmasearch.store.schema,
    gemmasearch.store.words,
    gemmasearch.store.fts,
    gemmasearch.stopwords,
)


def date_of(collection: str, id: str) -> float:
    return float(10**9 + crc32(f"date {collection}/{id}".encode()) % 10**9)


def size_of(collection: str, id: str) -> float:
    return float(crc32(f"size {collection}/{id}".encode()) % 10_000)


def embedder(name: str) -> Embedder:
    """ "static" or "minilm"."""
    file = models_folder() / "all-MiniLM-L6-v2-q8_0.gguf" if name == "minilm" else None
    return models.open_embedder(
        Settings(embedder=str(file) if file else name, models_dir=str(cache_folder()))
    )


def index(collections: Sequence[Collection], embedder: Embedder, *, target: int = 256) -> Store:
    """An index of one or more collections, kept in the cache until the code that makes it changes."""
    name = "+".join(c.name.replace("/", "-") for c in collections)
    sources = [__file__, *(str(module.__file__) for module in _MADE_BY)]
    made_by = b"".join(Path(source).read_bytes() for source in sources)
    version = hashlib.sha256(made_by + embedder.space.key.encode()).hexdigest()[:10]
    path = cache_folder() / f"{name}.{embedder.space.name}.{target}.{version}.db"
    with _alone(path.parent / f"{name}.{embedder.space.name}.{target}.lock"):
        if not path.exists():
            for stale in path.parent.glob(f"{name}.{embedder.space.name}.{target}.*.[dp]*"):
                stale.unlink()
            partial = path.with_suffix(".partial")
            with Store.open(partial, create=True) as store:
                for collection in collections:
                    _write(store, collection, embedder, target)
                _embed(store, embedder, cache_folder() / f"{name}.{embedder.space.name}.{target}.npz")
                store.checkpoint()
            partial.rename(path)
    return Store.open(path)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Two measurements that want the same index do not make it at once."""
    with open(lock, "w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _write(store: Store, collection: Collection, embedder: Embedder, target: int) -> None:
    for start in range(0, len(collection.entries), 500):
        with store.writing():
            for entry in collection.entries[start : start + 500]:
                document = Document(
                    "note", entry.text, title=entry.title, date=date_of(collection.name, entry.id)
                )
                path = f"{HOME}{collection.name}/{entry.id}.txt"
                file = store.begin_file(path, path_words(path, HOME))
                chunks = chunking.split(document, embedder.count_tokens, target, embedder.max_tokens)
                store.put_document(file, document, chunks)
                store.finish_file(file, FileStamp(int(size_of(collection.name, entry.id)), 0, 0, file, 1))


def _embed(store: Store, embedder: Embedder, cache: Path) -> None:
    import numpy as np

    known: dict[bytes, np.ndarray] = {}
    if cache.exists():
        with np.load(cache) as saved:
            if str(saved["space"]) == embedder.space.key:
                known = {key.tobytes(): row for key, row in zip(saved["keys"], saved["matrix"], strict=True)}
    space = store.ensure_space(embedder.space)
    while pending := store.pending(space.id, 256):
        pending = list({p.key: p for p in pending}.values())
        new = [p for p in pending if p.key not in known]
        if new:
            made = embedder.embed_documents([Passage(p.title, p.text) for p in new])
            known.update((p.key, row) for p, row in zip(new, made, strict=True))
        store.add_vectors(space.id, [p.key for p in pending], np.stack([known[p.key] for p in pending]))
    store.complete_space(space.id)
    keys = np.array([np.frombuffer(key, np.uint8) for key in known])
    np.savez(cache, keys=keys, matrix=np.stack(list(known.values())), space=np.array(embedder.space.key))
