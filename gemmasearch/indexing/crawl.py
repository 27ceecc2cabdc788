"""Walking a root: which files are there and what their stamps are. No file is opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Generator, Iterator
from dataclasses import dataclass, field

from gemmasearch.documents import FileStamp, Problem
from gemmasearch.indexing.rules import MADE_FOLDERS, Rules, made_by_program

_SPECIAL = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file."""

    path: str
    stamp: FileStamp


class RootUnavailable(Exception):
    """The root cannot be looked at; the text says why."""


def stamp_of(status: os.stat_result) -> FileStamp:
    return FileStamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev)


def crawl(
    root: str, *, rules: Rules | None = None, skip: Collection[str] = (), own: str = ""
) -> Iterator[Found | Problem]:
    """Every regular file below a root (or the root itself, if it is a file), and why others are left out.

    :param skip: paths not to enter (roots of their own). :param own: the index file, never indexed.
    :raises RootUnavailable: the root is gone or cannot be listed.
    """
    try:
        status = os.stat(root)
    except OSError as e:
        raise RootUnavailable(e.strerror or str(e)) from e
    if stat.S_ISREG(status.st_mode):
        yield Found(root, stamp_of(os.lstat(root)))
    elif stat.S_ISDIR(status.st_mode):
        yield from _Walk(rules or Rules(), frozenset(skip), own, status.st_dev).below(root)
    else:
        yield Problem(root, "special", _SPECIAL.get(stat.S_IFMT(status.st_mode), ""))


@dataclass(slots=True)
class _Walk:
    rules: Rules
    skip: frozenset[str]
    own: str
    device: int
    entered: set[tuple[int, int]] = field(default_factory=set)

    def below(self, root: str) -> Iterator[Found | Problem]:
        waiting = [root]
        while waiting:
            folder = waiting.pop()
            try:
                entries = self._entries(folder)
            except FileNotFoundError:
                if folder == root:
                    raise RootUnavailable("No such file or directory") from None
                continue
            except OSError as e:
                if folder == root:
                    raise RootUnavailable(e.strerror or str(e)) from e
                yield Problem(folder, "unreadable", e.strerror or str(e))
                continue
            folders = yield from self._files(entries)
            waiting += folders

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        with os.scandir(folder) as listing:
            entries = list(listing)
        names = {entry.name for entry in entries}
        if "CACHEDIR.TAG" in names:
            return []
        maildir = {"cur", "new", "tmp"} <= names
        return [entry for entry in entries if self._wanted(entry, maildir)]

    def _wanted(self, entry: os.DirEntry[str], maildir: bool) -> bool:
        name = entry.name
        if name in MADE_FOLDERS or entry.path in self.skip:
            return False
        if maildir and name == "tmp":  # deliveries that are not finished
            return False
        if name.startswith(".") and not self.rules.hidden:
            # Maildir++ keeps its folders as hidden folders within the inbox.
            return maildir and os.path.isdir(os.path.join(entry.path, "cur"))
        return True

    def _files(self, entries: list[os.DirEntry[str]]) -> Generator[Found | Problem, None, list[str]]:
        """Yields the files; returns the folders to enter."""
        folders: list[str] = []
        for entry in entries:
            try:
                if entry.is_dir(follow_symlinks=False):
                    if self.rules.cross_mounts or entry.stat(follow_symlinks=False).st_dev == self.device:
                        folders.append(entry.path)
                    continue
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            except OSError as e:
                yield Problem(entry.path, "unreadable", e.strerror or str(e))
                continue
            mode = status.st_mode
            if stat.S_ISREG(mode):
                if not made_by_program(entry.name) and not self._is_own(entry):
                    yield Found(entry.path, stamp_of(status))
            elif not stat.S_ISLNK(mode):
                yield Problem(entry.path, "special", _SPECIAL.get(stat.S_IFMT(mode), ""))
        return folders

    def _is_own(self, entry: os.DirEntry[str]) -> bool:
        """The index and the files beside it (-wal, -shm, .lock)."""
        own = os.path.basename(self.own)
        return bool(own) and entry.name.startswith(own) and os.path.realpath(entry.path).startswith(self.own)
