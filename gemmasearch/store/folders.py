"""The folders that hold files, each once: a filter by a folder's name looks at them and not at every path.

A folder also keeps the print of a look that found every file in it as it was known. Whatever changes the row of one
of them takes the print away, by triggers: no statement, of today or to come, can forget it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

SCHEMA = """
CREATE TABLE IF NOT EXISTS folders(
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL UNIQUE               -- of the files in it, up to their names: it ends with a slash
);
CREATE INDEX IF NOT EXISTS files_by_folder ON files(folder_id);
"""

# Of a look at the folder, and how many of its files were not indexed for which reason, as a JSON object.
PRINTS = """
ALTER TABLE folders ADD COLUMN print BLOB;
ALTER TABLE folders ADD COLUMN held TEXT;
"""
# A statement that sets off one of these, and may have to undo its work, has FTS5 write the words that wait in memory,
# as a transaction of many files does over and over: what is done for each file says OR FAIL, it changes one row.
TRIGGERS = """
CREATE TRIGGER IF NOT EXISTS files_added AFTER INSERT ON files BEGIN
    UPDATE folders SET print = NULL WHERE id = NEW.folder_id AND print IS NOT NULL;
END;
CREATE TRIGGER IF NOT EXISTS files_gone AFTER DELETE ON files BEGIN
    UPDATE folders SET print = NULL WHERE id = OLD.folder_id AND print IS NOT NULL;
END;
CREATE TRIGGER IF NOT EXISTS files_changed
AFTER UPDATE OF path, size, mtime_ns, ctime_ns, inode, device, racy, reader, reason, tries, folder_id ON files BEGIN
    UPDATE folders SET print = NULL WHERE id IN (OLD.folder_id, NEW.folder_id) AND print IS NOT NULL;
END;
"""


class Statements(Protocol):
    """What is needed of a Database."""

    def rows(self, sql: str, params: Any = ()) -> list[tuple[Any, ...]]: ...
    def value(self, sql: str, params: Any = ()) -> Any: ...
    def run(self, sql: str, params: Any = ()) -> None: ...
    def insert(self, sql: str, params: Any = ()) -> int: ...
    def each(self, sql: str, params: Any = ()) -> Iterator[tuple[Any, ...]]: ...


def of(path: bytes) -> bytes:
    """The folder of a file.

    >>> of(b"/home/dana/notes/tea.md")
    b'/home/dana/notes/'
    """
    return path[: path.rfind(b"/") + 1]


def number(db: Statements, path: bytes) -> int:
    """The row of a file's folder, made if it is the first one there."""
    folder = of(path)
    known = db.value("SELECT id FROM folders WHERE path = ?", (folder,))
    return known if known is not None else db.insert(_INSERT, (folder,))


def drop_empty(db: Statements, ids: Iterable[int]) -> None:
    """The name of a folder goes with its last file."""
    for id in set(ids):
        db.run(
            "DELETE FROM folders WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM files WHERE folder_id = ?1)",
            (id,),
        )


def rebuild(db: Statements) -> None:
    """Make all rows anew from the paths; within a transaction."""
    db.run("DELETE FROM folders")
    numbers: dict[bytes, int] = {}
    for id, path in db.rows("SELECT id, path FROM files WHERE typeof(path) = 'blob'"):
        folder = of(path)
        if folder not in numbers:
            numbers[folder] = db.insert(_INSERT, (folder,))
        db.run("UPDATE files SET folder_id = ? WHERE id = ?", (numbers[folder], id))


def wrong(db: Statements) -> int:
    """How many files are counted to another folder than theirs."""
    sql = "SELECT f.path, x.path FROM files f LEFT JOIN folders x ON x.id = f.folder_id"
    return sum(not isinstance(path, bytes) or of(path) != folder for path, folder in db.each(sql))


_INSERT = "INSERT INTO folders(path) VALUES(?)"
