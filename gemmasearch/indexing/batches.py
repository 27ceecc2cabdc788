"""Small files in batches for the helpers, and what became of each."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

from gemmasearch.indexing.helper import SMALL, Made, Wanted
from gemmasearch.indexing.helpers import Batch, Helpers

if TYPE_CHECKING:
    from gemmasearch.indexing.crawl import Found
    from gemmasearch.store import FileRow

FILES, BYTES = 32, 1 << 18  # of a batch, at most
RETURNED = 4  # files of a kind that came back: no more of them are given away
NAMES = 1 << 15  # characters of paths in a request, which must fit into the buffer of a socket


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
        self._bytes = self._characters = 0
        self._batch = Batch()
        self._waiting: dict[Batch, int] = {}  # files of a batch that are not taken yet
        self._returned: Counter[str] = Counter()  # suffix -> how many more files came back than were read

    @property
    def is_full(self) -> bool:
        return len(self._waiting) >= self._helpers.room

    def takes(self, found: Found, row: FileRow | None) -> bool:
        """Whether helpers are likely to read it: of a mailbox only what was added may have to be read."""
        small = found.stamp.size <= SMALL and (row is None or row.tail is None)
        return small and self._returned[_suffix(found.path)] < RETURNED

    def add(self, found: Found, words: str, *, guarded: bool) -> Helped:
        self._filling.append((found.path, words, guarded))
        self._bytes += found.stamp.size
        self._characters += len(found.path) + len(words)
        batch, place = self._batch, len(self._filling) - 1
        self._waiting[batch] = place + 1
        if place + 1 == FILES or self._bytes >= BYTES or self._characters >= NAMES:
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
        self._filling, self._bytes, self._characters, self._batch = [], 0, 0, Batch()


def _suffix(path: str) -> str:
    return os.path.splitext(path)[1].lower()
