"""The little that tells whether a run has anything to do, with next to nothing imported: SQLite and no more."""

from __future__ import annotations

import _collections_abc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import ModuleType
    from typing import Any


def _sqlite() -> ModuleType:
    """apsw, without the package ``collections``: it wants no more of it than ``collections.abc``, which every
    interpreter has loaded, and all of it takes as long to load as what a glance does."""
    names = ("collections", "collections.abc")
    if any(name in sys.modules for name in names):
        import apsw

        return apsw
    stand_in = type(sys)("collections")
    sys.modules.update(zip(names, (stand_in, _collections_abc), strict=True))
    try:
        import apsw
    finally:
        for name in names:
            sys.modules.pop(name, None)
    return apsw


if TYPE_CHECKING:
    import apsw
else:
    apsw = _sqlite()

GLANCE = "glance"  # in state: what the last run that found nothing new went by
_PATIENCE_MS = 1000
_PRAGMAS = "; ".join(
    f"PRAGMA {setting}" for setting in (
        "trusted_schema = OFF", "cell_size_check = ON", "synchronous = NORMAL", "secure_delete = ON",
        "temp_store = MEMORY",
    )
)  # fmt: skip
Error = apsw.Error


def situation(rows: Callable[[str], list[Any]]) -> str:
    """What must be as it was: the schema, how many files are known, the model, and what was left to be done.

    Whatever else leads to a file being read again takes the record away (:func:`forget`).

    :param rows: runs a statement.
    """
    version, files = rows("PRAGMA user_version")[0][0], rows("SELECT count(*) FROM files")[0][0]
    states = "SELECT hex(name || ' ' || value) FROM state WHERE name IN ('embedder', 'unswept', 'unpurged')"
    return " ".join(str(each) for each in (version, files, *(said for (said,) in rows(states))))


def forget(rows: Callable[[str], list[Any]]) -> None:
    """The next run is a whole one."""
    rows(f"DELETE FROM state WHERE name = '{GLANCE}'")


def roots(rows: Callable[[str], list[Any]]) -> list[tuple[bytes, str, str]]:
    """(path, options, why it was unavailable), in the order of their paths."""
    return rows("SELECT path, options, unavailable FROM roots ORDER BY path")


class Glanced:
    """An index, opened for a moment. Every method may raise ``Error``; close it."""

    def __init__(self, path: str) -> None:
        """:param path: the real place of the file."""
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_NOFOLLOW
        self._connection = apsw.Connection(path, flags=flags)
        self._connection.set_busy_timeout(_PATIENCE_MS)
        self._rows(_PRAGMAS)
        self._connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)

    def close(self) -> None:
        """Also empties the journal, unless somebody reads."""
        self._connection.close()

    def _rows(self, sql: str, params: tuple[Any, ...] = ()) -> list[Any]:
        return self._connection.execute(sql, params).fetchall()

    def record(self) -> str:
        """What the last run left; "" = nothing."""
        found = self._rows("SELECT value FROM state WHERE name = ?", (GLANCE,))
        return str(found[0][0]) if found else ""

    def situation(self) -> str:
        return situation(self._rows)

    def roots(self) -> list[tuple[bytes, str, str]]:
        return roots(self._rows)

    def all_as_known(self, settled: Mapping[bytes, int]) -> bool:
        """Whether every file has the stamp that is known of it.

        :param settled: folders whose files need no look, and how many files there are in each.
        """
        if self._rows("SELECT count(*) FROM files")[0][0] == sum(settled.values()):
            return True
        rows = self._connection.execute("SELECT path, size, mtime_ns, ctime_ns, inode, device FROM files")
        look = os.lstat
        for path, *stamp in rows:
            if settled and path[: path.rfind(b"/")] in settled:
                continue
            try:
                now = look(path)
            except OSError:
                return False
            if stamp != [now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino, now.st_dev]:
                return False
        return True

    def crawl_problems(self) -> list[tuple[bytes, str, str]]:
        """(path, reason, detail) of what is left out without being opened, in the order it was met."""
        return self._rows("SELECT path, reason, detail FROM problems WHERE file_id IS NULL ORDER BY id")

    def marked(self, since: float, until: float, every: float) -> set[str]:
        """Names of heartbeats, of runs that ended well within these times, and scheduled as often."""
        sql = """SELECT name FROM state WHERE name IN ('last_run', 'scheduled') AND json_valid(value)
                 AND value ->> 'said' = 'done' AND value ->> 'at' BETWEEN ? AND ?
                 AND (name = 'last_run' OR value ->> 'every' = ?)"""
        return {name for (name,) in self._rows(sql, (since, until, every))}

    def looked(self, at: float, marks: Iterable[tuple[str, str]]) -> None:
        """A complete look at all roots found them as they were; ``marks`` are names and values of state."""
        with self._connection:
            self._rows("UPDATE roots SET looked = ?", (at,))
            for name, value in marks:
                self._rows("INSERT OR REPLACE INTO state(name, value) VALUES(?, ?)", (name, value))
