"""Documents on their way into the store: cut into passages, made ready and put, unless they are there already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gemmasearch.documents import Document
from gemmasearch.indexing import chunking
from gemmasearch.indexing.helper import Task, with_vectors
from gemmasearch.indexing.measure import Measure
from gemmasearch.readers.language import with_language
from gemmasearch.store.keys import SITE_BYTES, clean, document_hash, finite, lasting_hash, site_hashes
from gemmasearch.store.ready import Ready, ready

if TYPE_CHECKING:
    from gemmasearch.indexing.tally import Tally
    from gemmasearch.models import Embedder
    from gemmasearch.settings import Settings
    from gemmasearch.store import Store


TOGETHER = 512  # vectors that are written in one transaction
# Passages of a document that get their vectors with the rows: those of more would need much memory.
ALONG = 2048


@dataclass(slots=True)
class Storing:
    """One run's way of cutting. What helpers made ready is only put; vectors that came with it wait until there are
    many of them."""

    store: Store
    embedder: Embedder
    settings: Settings
    tally: Tally
    along: Embedder | None = None  # makes vectors along with the rows, as helpers do; None = they follow
    _measured: Measure | None = None
    _forgotten: frozenset[bytes] | None = None
    _of_sites: frozenset[bytes] = frozenset()  # those that keep out what is on a site
    _keys: list[bytes] = field(default_factory=list)
    _vectors: bytearray = field(default_factory=bytearray)  # int8, one row for each of the keys

    def put(
        self, file_id: int, words: str, document: Document | Ready, before: dict[str, tuple[int, bytes]]
    ) -> str:
        """Write a document unless it is there already. :return: its part, as it is stored.

        :param words: of its file's path. :param before: part -> id and hash of what the file had.
        """
        document, part = _complete(document), clean(document.part)
        known = before.get(part)
        if known and known[1] == _hash(document):
            self.store.move_document(known[0], document.offset, document.length)
            return part
        made = document if isinstance(document, Ready) else self._ready(document, words)
        self.store.put_ready(file_id, made)
        if made.vectors:
            self._keys += made.keys
            self._vectors += made.vectors
        self.tally.counts["documents"] += 1
        self.tally.counts["chunks"] += len(made.chunks)
        return part

    def write_vectors(self, least: int = 1) -> None:
        """Write the vectors that wait, if there are so many; of documents that are written already."""
        if len(self._keys) < least:
            return
        import numpy as np

        space = self.store.ensure_space(self.embedder.space)
        matrix = np.frombuffer(self._vectors, np.int8).reshape(len(self._keys), -1)
        self.tally.counts["embedded"] += self.store.add_vectors(space.id, self._keys, matrix)
        self._keys, self._vectors = [], bytearray()

    def is_forgotten(self, document: Document | Ready) -> bool:
        """Whether it was forgotten by a query and is to stay away."""
        if self._forgotten is None:
            self._forgotten = self.store.is_forgotten()
            self._of_sites = frozenset(each for each in self._forgotten if len(each) == SITE_BYTES)
        if not self._forgotten:
            return False
        return (
            _lasting(document) in self._forgotten
            or bool(self._of_sites and not self._of_sites.isdisjoint(_sites(document)))
            or _hash(_complete(document)) in self._forgotten
        )

    def task(self) -> Task:
        """The same for helpers."""
        return Task(self.settings, *self._sizes(), self._measure().rates)

    def _ready(self, document: Document, words: str) -> Ready:
        target, limit = self._sizes()
        chunks = chunking.split(document, self.embedder.count_tokens, target, limit, measure=self._measure())
        made = ready(document, chunks, clean(words))
        if self.along is None or len(chunks) > ALONG:
            return made
        return with_vectors([(made, chunks)], self.along)[0]

    def _sizes(self) -> tuple[int, int]:
        """Tokens that a passage should have, and that it may have at most."""
        limit = self.embedder.max_tokens
        return min(self.settings.chunk_tokens, limit), limit

    def _measure(self) -> Measure:
        self._measured = self._measured or Measure(self.embedder.count_tokens)
        return self._measured


def _complete(document: Document | Ready) -> Document | Ready:
    """With its language."""
    return with_language(document) if isinstance(document, Document) else document


def _hash(document: Document | Ready) -> bytes:
    return document.hash if isinstance(document, Ready) else document_hash(document)


def _sites(document: Document | Ready) -> Iterator[bytes]:
    if isinstance(document, Ready):
        return document.sites
    return site_hashes(document.kind, document.meta)


def _lasting(document: Document | Ready) -> bytes | None:
    if isinstance(document, Ready):
        return document.lasting
    meta = {clean(name): clean(value) for name, value in document.meta.items()}
    part, sender, message_id = clean(document.part), clean(document.sender), clean(document.message_id)
    return lasting_hash(document.kind, part, sender, finite(document.date), message_id, meta)
