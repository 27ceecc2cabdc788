"""The journal of files, read: which are known, with which stamp, and what was in them."""

from __future__ import annotations

import os
from collections.abc import Iterator

from gemmasearch.documents import FileStamp, Problem
from gemmasearch.light import dataclass
from gemmasearch.store.database import Database, Row
from gemmasearch.store.roots import below
from gemmasearch.store.rows import FileRow

_FILE = """
SELECT id, path, size, mtime_ns, ctime_ns, inode, device, racy, hash, reader, reason, tries, tail, tail_hash
FROM files"""
_BELOW = "(path = ? OR (path >= ? AND path < ?))"
_CURRENT = """size IS NOT NULL AND racy = 0 AND reader = ?
              AND NOT (tries < ? AND reason IN (SELECT value FROM json_each(?)))"""


@dataclass(frozen=True, slots=True)
class Current:
    """Which rows need no look inside the file while its stamp is the same."""

    reader: str
    unlucky: tuple[str, ...]  # reasons that may go better the next time …
    tries: int  # … and how often

    def params(self) -> tuple[str, int, str]:
        listed = ",".join(f'"{reason}"' for reason in self.unlucky)
        return self.reader, self.tries, f"[{listed}]"


class Journal:
    """Part of Store: what is known of files."""

    db: Database

    def files_below(self, path: str) -> Iterator[FileRow]:
        """The file at ``path`` and all below it, in the byte order of their paths."""
        return map(_file, self.db.rows(f"{_FILE} WHERE {_BELOW} ORDER BY path", _range(path)))

    def stamps_below(self, path: str, current: Current) -> dict[str, tuple[int, int, int, int, int]]:
        """Path -> (size, mtime, ctime, inode, device) of the files at and below ``path`` that are current."""
        sql = f"SELECT path, size, mtime_ns, ctime_ns, inode, device FROM files WHERE {_BELOW} AND {_CURRENT}"
        rows = self.db.each(sql, (*_range(path), *current.params()))
        return {row[0].decode("utf-8", "surrogateescape"): row[1:] for row in rows}  # as os.fsdecode does

    def outdated_below(self, path: str, current: Current) -> list[FileRow]:
        """The other files at and below ``path``: they must be looked into."""
        sql = f"{_FILE} WHERE {_BELOW} AND NOT ({_CURRENT}) ORDER BY path"
        return [_file(row) for row in self.db.rows(sql, (*_range(path), *current.params()))]

    def reasons_below(self, path: str) -> dict[str, str]:
        """Path -> why it is not indexed, of the files at and below ``path`` that are not."""
        sql = f"SELECT path, reason FROM files WHERE {_BELOW} AND reason <> ''"
        return {os.fsdecode(path): reason for path, reason in self.db.rows(sql, _range(path))}

    def file(self, path: str) -> FileRow | None:
        row = self.db.one(f"{_FILE} WHERE path = ?", (os.fsencode(path),))
        return _file(row) if row else None

    def files_with_hash(self, hash: bytes) -> list[FileRow]:
        """Files whose bytes were the same when they were read."""
        return [_file(row) for row in self.db.rows(f"{_FILE} WHERE hash = ? ORDER BY id", (hash,))]

    def known_documents(self, file_id: int) -> dict[str, tuple[int, bytes]]:
        """Part -> (document id, document hash) of a file."""
        sql = "SELECT part, id, hash FROM documents WHERE file_id = ?"
        return {part: (id, hash) for part, id, hash in self.db.rows(sql, (file_id,))}

    def messages(self, file_id: int) -> list[tuple[int, int, str]]:
        """(offset, length, part) of the messages of a mailbox, in the order of the file."""
        sql = 'SELECT "offset", length, part FROM documents WHERE file_id = ? AND "offset" IS NOT NULL ORDER BY 1'
        return [(offset, length, part) for offset, length, part in self.db.rows(sql, (file_id,))]

    def problems_of(self, file_id: int) -> list[Problem]:
        """What went wrong when the file was read."""
        sql = "SELECT path, reason, detail, part FROM problems WHERE file_id = ? ORDER BY id"
        return [Problem(os.fsdecode(path), *rest) for path, *rest in self.db.rows(sql, (file_id,))]


def _range(path: str) -> tuple[bytes, bytes, bytes]:
    return os.fsencode(path.rstrip("/") or "/"), *below(path)


def _file(row: Row) -> FileRow:
    id, path, size, mtime, ctime, inode, device, racy, hash, reader, reason, tries, tail, tail_hash = row
    stamp = None if size is None else FileStamp(size, mtime, ctime, inode, device)
    return FileRow(id, os.fsdecode(path), stamp, bool(racy), hash, reader, reason, tries, tail, tail_hash)
