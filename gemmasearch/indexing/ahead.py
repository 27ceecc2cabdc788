"""Files that are read while others are written.

A thread per core reads, which mostly means that it waits for a worker process. What it reads waits here, in bounds,
until the file's turn comes.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Protocol, Self

from gemmasearch.documents import Document, Problem

ROOM = 1_000_000  # characters of one file that wait at most; a longer document waits alone
SHORT = 200_000  # characters of a file that can be written with others
ITEM = 500  # characters that an item stands for beside its text


class Read(Protocol):
    """Every document of a file and its Problems; of a mailbox from the message on that begins at ``start``."""

    def __call__(self, path: str, *, start: int = 0) -> Iterator[Document | Problem]: ...


class Begun(Iterator[Document | Problem]):
    """The items of a file that is being read by another thread; raises what reading raised."""

    def __init__(self, items: Iterator[Document | Problem], threads: ThreadPoolExecutor) -> None:
        self._items = items
        self._ready: deque[Document | Problem] = deque()
        self._held = 0  # characters, also of the item that the consumer has
        self._taken = 0
        self._closed = False
        self._ended = False
        self._error: BaseException | None = None
        self._changed = threading.Condition()
        self._future: Future[None] = threads.submit(self._fill)

    @property
    def ended(self) -> bool:
        return self._ended

    @property
    def is_short(self) -> bool:
        """All of it is read, and it is soon written."""
        return self._ended and self._held <= SHORT

    def wait(self) -> None:
        """Until all of it is read, or it turns out not to be short."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or self._held > SHORT)

    def __next__(self) -> Document | Problem:
        with self._changed:
            self._held -= self._taken
            self._taken = 0
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._ready or self._ended)
            if self._ready:
                item = self._ready.popleft()
                self._taken = _size(item)
                return item
        if self._error is not None:
            raise self._error
        raise StopIteration

    def close(self) -> None:
        """Nobody wants the rest: a thread that waits for room ends at once, one that waits for a worker as soon as
        that answers or dies."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._future.cancel()

    def _fill(self) -> None:
        try:
            for item in self._items:
                with self._changed:
                    self._ready.append(item)
                    self._held += _size(item)
                    self._changed.notify_all()
                    self._changed.wait_for(lambda: self._held < ROOM or self._closed)
                    if self._closed:
                        break
        except BaseException as e:  # noqa: BLE001  (raised where the items are taken)
            self._error = e
        finally:
            if isinstance(self._items, Generator):
                self._items.close()  # one that was left in the middle gives its worker up
            with self._changed:
                self._ended = True
                self._changed.notify_all()


class Ahead:
    """Reads so many files at a time, in the order in which they are begun. A context manager."""

    def __init__(self, read: Read, width: int) -> None:
        self._read = read
        self._threads = ThreadPoolExecutor(width, "reading")
        self._begun: list[Begun] = []

    def begin(self, path: str) -> Begun:
        """Read a file as soon as a thread is free."""
        begun = Begun(self._read(path), self._threads)
        self._begun = [b for b in self._begun if not b.ended] + [begun]
        return begun

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        for begun in self._begun:
            begun.close()
        self._threads.shutdown(wait=False, cancel_futures=True)


def _size(item: Document | Problem) -> int:
    return ITEM + (len(item.text) if isinstance(item, Document) else 0)
