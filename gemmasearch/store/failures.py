"""The one place where an error of SQLite becomes an error for people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from gemmasearch.errors import GsearchError, IndexDamaged, LockHeld, MachineRefused

REPAIR = "`gsearch doctor --repair` rebuilds it from your files; a copy of the damaged file is kept"

# SQLite says these through SQLITE_ERROR, when a table, a column or a shadow row that we made is not there any more.
_DAMAGE = (
    "no such table",
    "no such column",
    "malformed",
    "vtable constructor failed",
    "error in view",
    "vector",
    "fts5",
)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Run the body; an apsw exception leaves as IndexDamaged, MachineRefused or LockHeld.

    Anything else (a mistake in our SQL, a wrong type) passes through unchanged: it is a bug, not a condition.
    """
    try:
        yield
    except apsw.Error as e:
        if (known := _known(e, path)) is None:
            raise
        raise known from e
    except UnicodeDecodeError:
        # Its message holds the text. All that was ever written is UTF-8.
        raise IndexDamaged(f"the index {path} is damaged (a text is no UTF-8)", REPAIR) from None
    except MemoryError as e:
        raise MachineRefused(f"out of memory while using {path}") from e


def _known(e: apsw.Error, path: Path) -> GsearchError | None:
    if isinstance(e, apsw.CorruptError | apsw.NotADBError | apsw.FormatError):
        return IndexDamaged(f"the index {path} is damaged ({e})", REPAIR)
    if isinstance(e, apsw.FullError):
        return MachineRefused(
            f"no space left for the index {path}", "free some space and run the command again"
        )
    if isinstance(e, apsw.BusyError | apsw.LockedError | apsw.ProtocolError):
        return LockHeld(f"another program keeps the index {path} busy", "try again in a moment")
    if isinstance(e, apsw.IOError | apsw.CantOpenError | apsw.ReadOnlyError | apsw.PermissionsError):
        return MachineRefused(
            f"the index {path} cannot be used: {e}", "check the disk and the file's permissions"
        )
    if isinstance(e, apsw.NoMemError):
        return MachineRefused(f"out of memory while using {path}")
    if isinstance(e, apsw.SQLError) and any(word in str(e).lower() for word in _DAMAGE):
        return IndexDamaged(f"the index {path} is damaged ({e})", REPAIR)
    return None
