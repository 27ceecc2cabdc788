"""class Store: the one door to the index file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from gemmasearch.errors import LockHeld, MachineRefused
from gemmasearch.store.care import Care
from gemmasearch.store.database import BUSY_MS, Database
from gemmasearch.store.journal import Journal
from gemmasearch.store.labels import Labels
from gemmasearch.store.nearest import Nearest
from gemmasearch.store.passages import Passages
from gemmasearch.store.questions import Questions
from gemmasearch.store.relations import Relations
from gemmasearch.store.summary import Counts
from gemmasearch.store.threads import Threads
from gemmasearch.store.traces import Traces


class Store(Counts, Care, Traces, Journal, Labels, Nearest, Passages, Questions, Relations, Threads):
    """Rows of one index. Reading needs no lock and goes on while a run writes.

    Every method may raise IndexDamaged (the file is corrupt), MachineRefused (disk full, I/O error) and, when
    writing, LockHeld.
    """

    def __init__(self, db: Database) -> None:
        self.db = db

    @classmethod
    def open(cls, path: Path, *, create: bool = False, read_only: bool = False) -> Self:
        """
        :param create: make the file (0600) if there is none; a folder made for it is 0700.
        :raises IndexMissing, IndexForeign, IndexTooNew, IndexDamaged, MachineRefused: see errors
        """
        return cls(Database(Path(path), create=create, read_only=read_only))

    @property
    def path(self) -> Path:
        return self.db.path

    def writing(self) -> AbstractContextManager[None]:
        """One write transaction: keep it short."""
        return self.db.writing()

    def snapshot(self) -> AbstractContextManager[None]:
        """All that is read within it is of one moment: a run may exchange the vectors between two looks."""
        return self.db.snapshot()

    def writable(self) -> bool:
        """Whether the file system lets the index be written; while another run writes, it does."""
        try:
            with self.patient(0), self.writing():
                return not self.db.connection.readonly("main")
        except MachineRefused:
            return False
        except LockHeld:
            return True

    def checkpoint(self, wait: float = 0.2) -> bool:
        """Move what the -wal file holds into the index and empty it.

        :param wait: seconds for readers that are in the way. :return: whether it is empty now.
        """
        try:
            with self.patient(wait):
                return not self.db.value("PRAGMA wal_checkpoint(TRUNCATE)")
        except LockHeld:
            return False  # the next run will

    @contextmanager
    def patient(self, seconds: float) -> Iterator[None]:
        """Wait no longer than this for another program's transaction, then LockHeld."""
        try:
            self.db.connection.set_busy_timeout(round(1000 * seconds))
            yield
        finally:
            self.db.connection.set_busy_timeout(BUSY_MS)

    def close(self) -> None:
        self.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
