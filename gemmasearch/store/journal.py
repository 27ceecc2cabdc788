"""The journal of files, read: which are known, with which stamp, and what was in them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gemmasearch.documents import FileStamp, Problem
from gemmasearch.light import dataclass
from gemmasearch.store.database import Database, Row
from gemmasearch.store.roots import below
from gemmasearch.store.rows import FileRow

_COLUMNS = (
    "id, path, size, mtime_ns, ctime_ns, inode, device, racy, hash, reader, reason, tries, tail, tail_hash"
)
_FILE = f"SELECT {_COLUMNS} FROM files"
_TWINS = 10  # files of the same bytes that are looked at
_BELOW = "(path = ? OR (path >= ? AND path < ?))"
_UNPRINTED = "folder_id IN (SELECT id FROM folders WHERE path >= ? AND path < ? AND print IS NULL)"
# Times that a row takes which is fetched out of its turn, measured among 250,000: by path, and by folder.
_OUT_OF_ORDER, _SCATTERED = 8, 16
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


@dataclass(frozen=True, slots=True)
class Printed:
    """A folder that a look found as it was known."""

    print: bytes  # of that look
    held: Mapping[str, int]  # why files are not indexed, "" of the others -> how many


@dataclass(frozen=True, slots=True)
class Known:
    """Files of a folder."""

    stamps: dict[str, int]  # path -> hash of (size, mtime, ctime, inode, device), of current ones
    outdated: list[FileRow]  # the others, which must be looked into, in the byte order of their paths
    reasons: dict[str, str]  # path -> why it is not indexed, where that is so


class Journal:
    """Part of Store: what is known of files."""

    db: Database

    def files_below(self, path: str) -> Iterator[FileRow]:
        """The file at ``path`` and all below it, in the byte order of their paths."""
        return map(_file, self.db.rows(f"{_FILE} WHERE {_BELOW} ORDER BY path", _range(path)))

    def known_below(self, path: str, current: Current, *, printed: bool = True) -> Known:
        """The files at and below ``path``: what a look at all of them goes by.

        :param printed: whether those of folders that have a print are wanted, too.
        """
        if printed:
            return self._files(f"files {self._way_below(path)} WHERE {_BELOW}", _range(path), current)
        name, *bounds = _range(path)
        if self._are_many(_UNPRINTED, bounds, _SCATTERED):
            own = "folder_id NOT IN (SELECT id FROM folders WHERE print IS NOT NULL)"
            return self._files(f"files NOT INDEXED WHERE {_BELOW} AND {own}", _range(path), current)
        return self._files(f"files WHERE ({_UNPRINTED} OR path = ?)", (*bounds, name), current)

    def known_in(self, folder: str, current: Current) -> Known:
        """The same of the files in a folder itself."""
        within = "files WHERE folder_id = (SELECT id FROM folders WHERE path = ?)"
        return self._files(within, (below(folder)[0],), current)

    def _files(self, where: str, params: tuple[bytes, ...], current: Current) -> Known:
        more = (*params, *current.params())
        stamps = self.db.each(
            f"SELECT path, size, mtime_ns, ctime_ns, inode, device FROM {where} AND {_CURRENT}", more
        )
        sql = f"SELECT {_COLUMNS} FROM {where} AND (reason <> '' OR NOT ({_CURRENT})) ORDER BY path"
        others = self.db.rows(sql, more)
        # The path as os.fsdecode does it. One number for five: a look at 250,000 files spent a third of its time on
        # fetching from memory what tells them apart.
        by_path = {row[0].decode("utf-8", "surrogateescape"): hash(row[1:]) for row in stamps}
        rows = list(map(_file, others))
        return Known(
            by_path,
            [row for row in rows if row.path not in by_path],
            {row.path: row.reason for row in rows if row.reason},
        )

    def prints_below(self, path: str) -> dict[str, Printed]:
        """The folders at and below ``path`` that have a print."""
        sql = "SELECT path, print, held FROM folders WHERE path >= ? AND path < ? AND print IS NOT NULL"
        return {
            os.fsdecode(folder.rstrip(b"/") or b"/"): Printed(print, json.loads(held))
            for folder, print, held in self.db.rows(sql, below(path))
        }

    def keep_print(self, folder: str, print: bytes, files: int, current: Current) -> None:
        """Of a look at a folder that found so many files as they are known, and no other one: it is kept if these are
        all that is known there."""
        all = "SELECT reason, count(*) AS number FROM files WHERE folder_id = folders.id"
        held = f"(SELECT json_group_object(reason, number) FROM ({all} GROUP BY reason))"
        number = "(SELECT count(*) FROM files WHERE folder_id = folders.id{})"
        sql = f"""UPDATE folders SET print = ?, held = {held} WHERE path = ?
                  AND {number.format("")} = ? AND {number.format(f" AND {_CURRENT}")} = ?"""
        self.db.run(sql, (print, below(folder)[0], files, *current.params(), files))

    def _way_below(self, path: str) -> str:
        """How to reach the rows of the files below a path: where they are many, all rows are gone through in their
        own order."""
        return "NOT INDEXED" if self._are_many(_BELOW, _range(path), _OUT_OF_ORDER) else ""

    def _are_many(self, where: str, params: Sequence[bytes], times: int) -> bool:
        """Whether going through all rows takes less time than fetching these one by one, each of which takes so many
        times as long as one in its turn: the order of an index leads from page to page."""
        many = (self.db.value("SELECT max(id) FROM files") or 0) // times + 1
        some = f"SELECT count(*) FROM (SELECT 1 FROM files WHERE {where} LIMIT ?)"
        return bool(self.db.value(some, (*params, many)) == many)

    def file(self, path: str) -> FileRow | None:
        row = self.db.one(f"{_FILE} WHERE path = ?", (os.fsencode(path),))
        return _file(row) if row else None

    def files_with_hash(self, hash: bytes) -> list[FileRow]:
        """The first files whose bytes were the same when they were read; of empty ones there may be thousands."""
        rows = self.db.rows(f"{_FILE} WHERE hash = ? LIMIT {_TWINS}", (hash,))
        # By id: SQLite's own sorting takes ten times as long as finding none.
        return list(map(_file, sorted(rows)))

    def known_hashes(self, hashes: Iterable[bytes]) -> set[bytes]:
        """Those of some hashes that files have."""
        sql = "SELECT ?1 WHERE EXISTS (SELECT 1 FROM files WHERE hash = ?1)"
        return {hash for (hash,) in self.db.many(sql, [(hash,) for hash in hashes])}

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
