"""Files that moved: a row whose file is gone, and a new file that is the same one."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from gemmasearch.documents import FileStamp
from gemmasearch.indexing.crawl import Found
from gemmasearch.indexing.current import is_read
from gemmasearch.readers.mailbox import is_trashed
from gemmasearch.store.keys import storable

if TYPE_CHECKING:
    from gemmasearch.store import FileRow


class Moves:
    """The rows of files that are gone, found by what a new file has in common with them."""

    def __init__(self, gone: Sequence[FileRow]) -> None:
        self._left = {row.id for row in gone}
        self._by_inode: dict[tuple[int, int], FileRow] = {}
        self._by_hash: dict[bytes, list[FileRow]] = defaultdict(list)
        self._sizes: set[int] = set()
        for row in gone:
            if row.stamp and is_read(row) and not row.reason:
                self._by_inode[row.stamp.device, row.stamp.inode] = row
                if row.hash:
                    self._by_hash[row.hash].append(row)
                    self._sizes.add(row.stamp.size)

    def left(self, rows: Iterable[FileRow]) -> list[FileRow]:
        """Those of these rows whose files did not turn up elsewhere."""
        return [row for row in rows if row.id in self._left]

    def unopened(self, found: Found) -> FileRow | None:
        """The row of a file that is known to be this one without a look inside: its folder was renamed, which
        leaves every stamp in it as it was, or it is a message of a maildir, which is never written twice."""
        stamp = storable(found.stamp)
        row = self._by_inode.get((stamp.device, stamp.inode))
        if row is None or row.racy or row.stamp is None or not self._fits(row, found):
            return None
        same = row.stamp == stamp or (_is_same_message(row.path, found.path) and _untouched(row.stamp, stamp))
        return self._taken(row) if same else None

    def same_bytes(self, found: Found, digest: bytes) -> FileRow | None:
        """The row of a file that had these bytes."""
        if found.stamp.size not in self._sizes:
            return None
        row = next((row for row in self._by_hash.get(digest, ()) if self._fits(row, found)), None)
        return self._taken(row) if row else None

    def _fits(self, row: FileRow, found: Found) -> bool:
        return row.id in self._left and kind_of_name(row.path) == kind_of_name(found.path)

    def _taken(self, row: FileRow) -> FileRow:
        self._left.remove(row.id)
        return row


def kind_of_name(path: str) -> tuple[str, bool, bool]:
    """What of a name a reader goes by: the suffix, whether it is a maildir's, and whether its flags say that it is
    deleted (the others say nothing)."""
    maildir = os.path.basename(os.path.dirname(path)) in ("cur", "new")
    return os.path.splitext(_unique(path))[1].lower(), maildir, is_trashed(path)


def _is_same_message(old: str, new: str) -> bool:
    """Of a maildir: the unique part of the name is the same; flags and the folder may differ."""
    return kind_of_name(old)[1] and _unique(old) == _unique(new)


def _unique(path: str) -> str:
    return os.path.basename(path).partition(":2,")[0]


def _untouched(before: FileStamp, now: FileStamp) -> bool:
    return (before.size, before.mtime_ns) == (now.size, now.mtime_ns)
