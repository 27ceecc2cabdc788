"""Where browsers keep histories and bookmarks, and a private copy of them.

A browser keeps its database locked and writes on. So its bytes, with the pages that wait in its write-ahead log, are
copied into a file without a name that only this process has; the profile is never written to, not even a lock, and
SQLite opens the copy in a worker only.
"""

from __future__ import annotations

import os
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

from gemmasearch.readers import heads
from gemmasearch.readers.formats import CannotRead, Source

ATTEMPTS = 5  # a copy is taken again when the browser wrote meanwhile
BOOKMARK_BYTES = 50_000_000
NAMES = {"places.sqlite": "firefox", "History": "chromium", "History.db": "safari"}
_BOOKMARKS = {"History": "Bookmarks", "History.db": "Bookmarks.plist"}
_LINUX, _MAC = ".config", "Library/Application Support"
_FIREFOX = ".mozilla/firefox/*/places.sqlite"
_HOMES = {
    "firefox": (_FIREFOX, f"snap/firefox/common/{_FIREFOX}", f".var/app/org.mozilla.firefox/{_FIREFOX}",
                f"{_LINUX}/mozilla/firefox/*/places.sqlite", f"{_MAC}/Firefox/Profiles/*/places.sqlite"),
    "chromium": (f"{_LINUX}/chromium/*/History", "snap/chromium/common/chromium/*/History",
                 ".var/app/org.chromium.Chromium/config/chromium/*/History", f"{_MAC}/Chromium/*/History"),
    "chrome": (f"{_LINUX}/google-chrome/*/History", ".var/app/com.google.Chrome/config/google-chrome/*/History",
               f"{_MAC}/Google/Chrome/*/History"),
    "brave": (f"{_LINUX}/BraveSoftware/*/*/History", f"{_MAC}/BraveSoftware/*/*/History",
              ".var/app/com.brave.Browser/config/BraveSoftware/*/*/History"),
    "edge": (f"{_LINUX}/microsoft-edge/*/History", f"{_MAC}/Microsoft Edge/*/History"),
    "vivaldi": (f"{_LINUX}/vivaldi/*/History", f"{_MAC}/Vivaldi/*/History"),
    "safari": ("Library/Safari/History.db",),
}  # fmt: skip
_LIKE_CHROMIUM = ("chromium", "chrome", "brave", "edge", "vivaldi")  # whose histories are read alike
_TRAILER = struct.Struct("!QQ")
_LOG_HEAD, _FRAME_HEAD = 32, 24


def histories(browser: str, home: Path | None = None) -> list[Path]:
    """The history files of a browser in the places where it keeps them; "chromium" stands for all of its like."""
    home = home or Path.home()
    names = _LIKE_CHROMIUM if browser.lower() == "chromium" else (browser.lower(),)
    return sorted({path for name in names for pattern in _HOMES.get(name, ()) for path in home.glob(pattern)})


def is_of(path: str, browser: str, home: Path | None = None) -> bool:
    """Whether a path is a history of this browser, by its name and place; the file may be gone."""
    name, home = browser.lower(), home or Path.home()
    if NAMES.get(os.path.basename(path)) == name:
        return True
    return any(Path(path).match(str(home / pattern)) for pattern in _HOMES.get(name, ()))


def is_named(path: str) -> bool:
    return os.path.basename(path) in NAMES


def is_history(path: str) -> bool:
    """Whether a path is a file that is read as a browser's history."""
    if not os.path.isfile(path):  # opening a pipe would wait for somebody to write
        return False
    try:
        with open(path, "rb") as file:
            return heads.is_history(file.read(len(heads.SQLITE)), path)
    except OSError:
        return False


@contextmanager
def copied(source: Source) -> Iterator[Source]:
    """The database as it was at one moment, then the bookmarks that lie beside it, then the length of both.

    :raises CannotRead: "busy": the browser wrote during every attempt.
    """
    log = Path(source.path + "-wal")
    name = _BOOKMARKS.get(os.path.basename(source.path), "")
    beside = Path(source.path).with_name(name) if name else None
    for _ in range(ATTEMPTS):
        before = _stamps(source, log)
        with tempfile.TemporaryFile() as copy:
            _copy(source.stream, copy)
            _replay(_read(log), copy)
            size = copy.seek(0, os.SEEK_END)
            bookmarks = _read(beside)[:BOOKMARK_BYTES] if beside else b""
            copy.write(bookmarks)
            copy.write(_TRAILER.pack(size, len(bookmarks)))
            copy.flush()
            if _stamps(source, log) == before:
                yield replace(source, stream=cast(BinaryIO, copy), size=copy.seek(0, os.SEEK_END))
                return
    raise CannotRead("busy", "the browser is writing to it")


def parts(source: Source) -> tuple[bytes, bytes]:
    """What :func:`copied` put together: the database, fit to be opened in memory, and the bookmarks."""
    raw = source.read()
    size, more = _TRAILER.unpack(raw[-_TRAILER.size :]) if len(raw) > _TRAILER.size else (0, 0)
    if size + more + _TRAILER.size != len(raw):
        size, more = len(raw), 0  # a bare database, as it is found inside an archive
    database = bytearray(raw[:size])
    database[18:20] = b"\1\1"  # no write-ahead log: it is in
    return bytes(database), raw[size : size + more]


def _copy(stream: BinaryIO, copy: BinaryIO) -> None:
    stream.seek(0)
    while block := stream.read(1 << 20):
        copy.write(block)


def _read(path: Path) -> bytes:
    """b"" for what is not there, is no file or no file of its own."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b""
    with os.fdopen(fd, "rb") as file:
        return file.read() if os.path.isfile(path) else b""


def _replay(log: bytes, copy: BinaryIO) -> None:
    """Put the committed pages of a write-ahead log where they belong (https://sqlite.org/fileformat2.html#walformat).

    Frames whose salt is not the header's are left over from before; those behind the last commit are not valid yet.
    """
    if len(log) < _LOG_HEAD or log[:3] != b"\x37\x7f\x06":
        return
    size = int.from_bytes(log[8:12], "big")
    salt = log[16:24]
    if not 512 <= size <= 65_536 or size & (size - 1):
        return
    waiting: dict[int, int] = {}  # page -> where it stands in the log
    pages = 0
    committed: dict[int, int] = {}
    for at in range(_LOG_HEAD, len(log) - _FRAME_HEAD - size + 1, _FRAME_HEAD + size):
        number, total = struct.unpack_from(">II", log, at)
        if log[at + 8 : at + 16] != salt or not number:
            break
        waiting[number] = at + _FRAME_HEAD
        if total:
            committed.update(waiting)
            waiting, pages = {}, total
    most = len(log) // size + copy.seek(0, os.SEEK_END) // size + 1
    for number, place in committed.items():
        if number <= min(pages, most):
            copy.seek((number - 1) * size)
            copy.write(log[place : place + size])
    if committed:
        copy.truncate(min(pages, most) * size)


def _stamps(source: Source, log: Path) -> list[tuple[int, int]]:
    found = []
    for path in (source.path, log):
        try:
            status = os.lstat(path)
            found.append((status.st_size, status.st_mtime_ns))
        except FileNotFoundError:
            found.append((0, 0))
    return found
