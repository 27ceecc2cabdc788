"""Opening a file without being held up or led astray: only a regular file, never through a link."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from gemmasearch.readers.formats import CannotRead, Source

DOTLOCK_SECONDS = 5.0
_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOCTTY | os.O_CLOEXEC


@contextmanager
def opened(path: str, stream: BinaryIO | None = None) -> Iterator[Source]:
    """The file at ``path``, or ``stream`` (seekable) under that name.

    A FIFO, socket, device or symbolic link is refused with "special", also when it took the place of a regular
    file a moment ago: the descriptor that is read is the one that was checked.

    :raises CannotRead: "special", "vanished" or "unreadable".
    """
    if stream is not None:
        yield Source(path, stream, stream.seek(0, os.SEEK_END))
        return
    with os.fdopen(_descriptor(path), "rb") as file:
        yield Source(path, file, os.fstat(file.fileno()).st_size)


def wait_for_dotlock(path: str) -> None:
    """Let a mail program finish that has locked a mailbox (``box.lock`` beside it).

    :raises CannotRead: "busy", when it still does after some seconds.
    """
    lock = path + ".lock"
    deadline = time.monotonic() + DOTLOCK_SECONDS
    while os.path.lexists(lock):
        if time.monotonic() >= deadline:
            raise CannotRead("busy", "a mail program has locked it: " + os.path.basename(lock))
        time.sleep(0.1)


def _descriptor(path: str) -> int:
    try:
        # Opening some devices does something; so look before.
        _regular(os.lstat(path).st_mode)
        fd = os.open(path, _FLAGS)
    except OSError as e:
        raise _refusal(e) from e
    except ValueError as e:  # an embedded NUL
        raise CannotRead("unreadable", str(e)) from e
    try:
        _regular(os.fstat(fd).st_mode)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _regular(mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise CannotRead("special", _NAMES.get(stat.S_IFMT(mode), "not a regular file"))


_NAMES = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
    stat.S_IFLNK: "a symbolic link",
}


def _refusal(error: OSError) -> CannotRead:
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ESTALE):
        return CannotRead("vanished")
    if error.errno in (errno.ELOOP, errno.ENXIO, errno.EMLINK):
        return CannotRead("special", os.strerror(error.errno))
    return CannotRead("unreadable", error.strerror or str(error))
