"""Small files and the documents of large ones in batches for the helpers, and what became of each."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, islice
from typing import TYPE_CHECKING, cast

from gemmasearch.documents import Document
from gemmasearch.indexing.helper import SMALL, Made, Wanted
from gemmasearch.indexing.helpers import Batch, Helpers
from gemmasearch.readers.table import by_suffix
from gemmasearch.store.ready import Ready

if TYPE_CHECKING:
    from gemmasearch.indexing.crawl import Found
    from gemmasearch.store import FileRow

FILES, BYTES = 32, 1 << 18  # of a batch, at most
RETURNED = 4  # files of a kind that came back: no more of them are given away


class Helped:
    """A file in a batch: like Begun, but that all of it comes at once."""

    def __init__(self, batches: Batches, batch: Batch, place: int) -> None:
        self._batches = batches
        self.batch = batch
        self._place = place

    @property
    def is_short(self) -> bool:
        """It is there, and it is soon written."""
        return self.batch.done() and self.made() is not None

    def made(self) -> Made | None:
        """What a helper made of it, waited for; None if the run must read it."""
        return self._batches.result(self.batch)[self._place]


class Batches:
    """Fills batches and has them read, so many at a time."""

    def __init__(self, helpers: Helpers) -> None:
        self._helpers = helpers
        self._filling: list[Wanted] = []
        self._bytes = 0
        self._batch = Batch()
        self._waiting: dict[Batch, int] = {}  # files of a batch that are not taken yet
        self._returned: Counter[str] = Counter()  # suffix -> how many more files came back than were read

    @property
    def is_full(self) -> bool:
        return len(self._waiting) >= self._helpers.room

    def takes(self, found: Found, row: FileRow | None) -> bool:
        """Whether helpers are likely to read it: of a mailbox only what was added may have to be read."""
        grows = row is not None and row.tail is not None
        return is_plain(found) and not grows and self._returned[_suffix(found.path)] < RETURNED

    def add(self, found: Found, words: str, *, guarded: bool) -> Helped:
        self._filling.append((found.path, words, guarded))
        self._bytes += found.stamp.size
        batch, place = self._batch, len(self._filling) - 1
        self._waiting[batch] = place + 1
        if place + 1 == FILES or self._bytes >= BYTES:
            self._begin()
        return Helped(self, batch, place)

    def taken(self, found: Found, helped: Helped) -> Made | None:
        """What became of a file; once for each."""
        batch, made = helped.batch, helped.made()
        self._waiting[batch] -= 1
        if not self._waiting[batch]:
            del self._waiting[batch]
        self._returned[_suffix(found.path)] += 1 if made is None else -1
        return made

    def result(self, batch: Batch) -> list[Made | None]:
        if batch is self._batch:
            self._begin()
        return self._helpers.result(batch)

    def _begin(self) -> None:
        self._helpers.begin(self._filling, self._batch)
        self._filling, self._bytes, self._batch = [], 0, Batch()


def is_plain(found: Found) -> bool:
    """Whether it is small, and its name promises a format that needs no worker process."""
    return found.stamp.size <= SMALL and _is_trusted(_suffix(found.path))


@cache
def _is_trusted(suffix: str) -> bool:
    format = by_suffix(suffix)
    return format is not None and not format.isolated


def made_ahead(
    documents: Iterable[Document | Ready], words: str, helpers: Helpers
) -> Iterator[Document | Ready]:
    """The documents of a large file, most of them made ready by helpers; in their order."""
    waiting: deque[list[_Given]] = deque()
    rest = ((each, words) for each in documents)
    while (given := _begun(rest, helpers)) or waiting:
        if given:
            waiting.append(given)
        if len(waiting) > helpers.room or not given:
            yield from _taken(waiting.popleft(), helpers)


def made_together(
    files: Sequence[Sequence[Document | Ready]], words: Sequence[str], helpers: Helpers
) -> list[Iterator[Document | Ready]]:
    """The documents of small files, which helpers begin to make ready at once; whoever takes them waits for them.

    :param words: of the paths of the files.
    """
    rest = ((each, own) for documents, own in zip(files, words, strict=True) for each in documents)
    given = chain.from_iterable(iter(lambda: _begun(rest, helpers), []))
    return [_taken(list(islice(given, len(documents))), helpers) for documents in files]


# A document, its batch, and its place in that; -1 = it was ready already.
_Given = tuple[Document | Ready, Batch, int]


def _begun(items: Iterator[tuple[Document | Ready, str]], helpers: Helpers) -> list[_Given]:
    """The next documents, as many as make a batch, which helpers begin to make ready.

    :param items: documents with the words of their files' paths.
    """
    wanted: list[Wanted] = []
    given: list[_Given] = []
    batch, size = Batch(), 0
    while len(given) < FILES and size < BYTES and (item := next(items, None)):
        document, words = item
        if isinstance(document, Ready):
            given.append((document, batch, -1))
            continue
        given.append((document, batch, len(wanted)))
        wanted.append((document, words, False))
        size += len(document.text)
    if given:
        helpers.begin(wanted, batch)
    return given


def _taken(given: Sequence[_Given], helpers: Helpers) -> Iterator[Document | Ready]:
    for document, batch, place in given:
        made = helpers.result(batch)[place] if place >= 0 else None
        yield document if made is None else cast("Document | Ready", made[1][0])


def _suffix(path: str) -> str:
    return os.path.splitext(path)[1].lower()
