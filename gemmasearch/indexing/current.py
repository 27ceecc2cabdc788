"""When what is known of a file is still true."""

from __future__ import annotations

import os
import time

from gemmasearch.documents import FileStamp
from gemmasearch.indexing.crawl import Found, stamp_of
from gemmasearch.readers import formats
from gemmasearch.store import FileRow
from gemmasearch.store.journal import Current
from gemmasearch.store.keys import readers_key, storable

RACY_NS = 2_000_000_000  # a file that changed this shortly before a look may change again within its stamp
UNLUCKY = frozenset(("timeout", "memory", "crash", "busy", "unreadable"))  # may go better the next time
MAX_TRIES = 3  # after so many failures with the same stamp and readers a file is left alone

# Of all readers at once: what a file was taken for may change with any of them.
READERS = readers_key(",".join(f"{f.name}:{f.version}" for f in formats()))
# A locked mailbox is tried for ever: the next run may find it free.
CURRENT = Current(READERS, tuple(sorted(UNLUCKY)), MAX_TRIES)


def is_current(row: FileRow | None, stamp: FileStamp) -> bool:
    """Whether a file needs no look inside: the same stamp, old enough to prove something, and the same readers."""
    return row is not None and row.stamp == storable(stamp) and not row.racy and is_read(row)


def is_read(row: FileRow) -> bool:
    """Whether all that is known of a file was written, by the readers of today; a failure that may have been bad
    luck counts as read after some tries."""
    unlucky = row.reason in UNLUCKY and row.tries < MAX_TRIES
    return row.stamp is not None and row.reader == READERS and not unlucky


def tries_before(row: FileRow | None, found: Found) -> int:
    """Failures so far with this stamp and these readers."""
    same = row is not None and row.stamp == storable(found.stamp) and row.reader == READERS
    return row.tries if row is not None and same else 0


def is_racy(stamp: FileStamp, began_ns: int) -> bool:
    """Git's rule, on the change time: the only one of the times that nobody can set.

    :param began_ns: when reading began; whatever happened to the file since then may bear the same stamp.
    """
    return stamp.ctime_ns >= began_ns - RACY_NS


def now_ns() -> int:
    return time.time_ns()


def unchanged_since(found: Found) -> bool:
    try:
        return stamp_of(os.stat(found.path, follow_symlinks=False)) == found.stamp
    except OSError:
        return False
