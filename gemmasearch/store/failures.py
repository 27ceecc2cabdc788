"""The one place where an error of SQLite becomes an error for people."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import apsw

from gemmasearch.errors import GsearchError, IndexDamaged, LockHeld, MachineRefused, UsageProblem, no_space

REPAIR = "`gsearch doctor --repair` rebuilds it from your files; a copy of the damaged file is kept"

# SQLite says these through SQLITE_ERROR, when a table, a column or a shadow row that we made is not there any more,
# or a table is there that the number of the schema says nothing of.
_DAMAGE = (
    "no such table",
    "no such column",
    "already exists",
    "duplicate column name",
    "sql logic error",  # all that a full-text index says of some damage: of a mistake in our SQL more is said
    "malformed",
    "vtable constructor failed",
    "error in view",
    "vector",
    "fts5",
)


class translated:
    """Run the body; an apsw exception leaves as IndexDamaged, MachineRefused, LockHeld or UsageProblem.

    Anything else (a mistake in our SQL, a wrong type) passes through unchanged: it is a bug, not a condition.
    """

    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if isinstance(error, apsw.Error) and (known := _known(error, self._path)) is not None:
            raise known from error
        if isinstance(error, UnicodeDecodeError):
            # Its message holds the text. All that was ever written is UTF-8.
            raise IndexDamaged(f"the index {self._path} is damaged (a text is no UTF-8)", REPAIR) from None
        if isinstance(error, MemoryError):
            raise MachineRefused(f"out of memory while using {self._path}") from error


def _known(e: apsw.Error, path: Path) -> GsearchError | None:
    if isinstance(e, apsw.CorruptError | apsw.NotADBError | apsw.FormatError):
        return IndexDamaged(f"the index {path} is damaged ({e})", REPAIR)
    if isinstance(e, apsw.FullError):
        return no_space(path)
    if isinstance(e, apsw.BusyError | apsw.LockedError | apsw.ProtocolError):
        return LockHeld(f"another program keeps the index {path} busy", "try again in a moment")
    if isinstance(e, apsw.ReadOnlyError):
        return MachineRefused(
            f"the index {path} can only be read here",
            "it was opened for reading, or its disk or its permissions allow no more",
        )
    if isinstance(e, apsw.IOError | apsw.CantOpenError | apsw.PermissionsError):
        return MachineRefused(
            f"the index {path} cannot be used: {e}", "check the disk and the file's permissions"
        )
    if isinstance(e, apsw.NoMemError):
        return MachineRefused(f"out of memory while using {path}")
    if isinstance(e, apsw.ConnectionClosedError | apsw.CursorClosedError):
        return UsageProblem("this index was closed", "open it again")
    if isinstance(e, apsw.ThreadingViolationError):
        return UsageProblem("another thread uses this index now", "open one for each thread")
    if isinstance(e, apsw.SQLError) and any(word in str(e).lower() for word in _DAMAGE):
        return IndexDamaged(f"the index {path} is damaged ({e})", REPAIR)
    return None
