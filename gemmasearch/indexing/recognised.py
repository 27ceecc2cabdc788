"""The texts of pictures, kept in the index by the pictures' content: what OCR has read once costs nothing again,
wherever the picture moves, in whatever file it stands.

Readers ask from any thread and in the middle of anything; so they are answered over a connection of their own, and
what they learn waits until the run has a moment between two files.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gemmasearch.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from gemmasearch.documents import Document, Problem, SyncEvent
    from gemmasearch.readers import Isolated
    from gemmasearch.settings import Settings


@contextmanager
def reading(
    store: Store,
    settings: Settings,
    progress: Callable[[SyncEvent], None],
    stop: Callable[[], bool],
) -> Iterator[tuple[Readers, Callable[[SyncEvent], None]]]:
    """Readers that remember what OCR has read, and the ``progress`` to give to the run; files that waited for what
    is here now are read again."""
    if store.waited_for():
        from gemmasearch.readers import extras

        store.read_again(extras.here(settings))
    memory = Recognised(store)

    def told(event: SyncEvent) -> None:
        memory.flush()
        progress(event)

    complete, readers = False, Readers(settings, memory)
    try:
        yield readers, told
        complete = not stop()
    finally:
        memory.close(complete=complete)
        readers.close()


class Readers:
    """The readers of one run, there from the first file that is read; not for threads. Languages are for the run to
    detect."""

    def __init__(self, settings: Settings, memory: Recognised) -> None:
        self._settings = settings
        self._memory = memory
        self._isolated: Isolated | None = None

    def read(self, path: str, *, start: int = 0) -> Iterator[Document | Problem]:
        if self._isolated is None:
            from gemmasearch.readers import Isolated

            self._isolated = Isolated(self._settings, memory=self._memory, detect=False)
        return self._isolated.read(path, start=start)

    def close(self) -> None:
        if self._isolated is not None:
            self._isolated.close()


class Recognised:
    """Satisfies :class:`gemmasearch.readers.Memory`; :meth:`flush` is for the thread that owns ``store``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._path: Path = store.path
        self._reading: Store | None = None
        self._learned: dict[tuple[bytes, bytes], str] = {}
        self._file: tuple[str, bytes] = ("", b"")
        self._closed = False  # a reader in another thread may still ask after a run that was stopped
        self._lock = threading.Lock()

    def recall(self, key: bytes, path: str) -> str | None:
        with self._lock:
            text = next((text for (known, _), text in self._learned.items() if known == key), None)
            if text is None and not self._closed:
                self._reading = self._reading or Store.open(self._path, read_only=True)
                text = self._reading.recognised(key)
            if text is not None:
                self._keep(key, path, text)
            return text

    def learn(self, key: bytes, path: str, text: str) -> None:
        with self._lock:
            self._keep(key, path, text)

    def _keep(self, key: bytes, path: str, text: str) -> None:
        from gemmasearch.indexing.writing import digest_of

        if self._file[0] != path:
            self._file = (path, digest_of(path) or b"")
        self._learned[key, self._file[1]] = text

    def flush(self) -> None:
        """Write what was learned."""
        with self._lock:
            learned, self._learned = self._learned, {}
        if learned:
            with self._store.writing():
                self._store.keep_recognised((key, file, text) for (key, file), text in learned.items())

    def close(self, *, complete: bool) -> None:
        """Write the rest; after a complete run also drop what no file shows any more."""
        self.flush()
        if complete:
            self._store.drop_unshown()
        with self._lock:
            self._closed = True
            if self._reading is not None:
                self._reading.close()
                self._reading = None
