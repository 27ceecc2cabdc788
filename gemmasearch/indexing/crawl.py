"""Walking a root: which files are there and what their stamps are. No file is opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Generator, Iterator
from dataclasses import dataclass, field

from gemmasearch.documents import FileStamp, Problem
from gemmasearch.indexing.ignores import Ignores
from gemmasearch.indexing.rules import MADE_FOLDERS, Rules, made_by_program
from gemmasearch.indexing.secrets import is_secret_name

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
    named: str = ""  # the root as it was given, and where it really is
    root: str = ""
    through_links: set[tuple[int, int]] = field(default_factory=set)

    def below(self, root: str) -> Iterator[Found | Problem]:
        self.named, self.root = root, os.path.realpath(root)
        ignores = Ignores.of_root(root, self.rules.exclude)
        waiting = [(root, ignores)]
        while waiting:
            folder, ignores = waiting.pop()
            try:
                entries, ignores = self._entries(folder, ignores)
            except FileNotFoundError:
                if folder == root:
                    raise RootUnavailable("No such file or directory") from None
                continue
            except OSError as e:
                if folder == root:
                    raise RootUnavailable(e.strerror or str(e)) from e
                yield Problem(folder, "unreadable", e.strerror or str(e))
                continue
            folders = yield from self._files(entries, ignores)
            waiting += [(path, ignores) for path in folders]

    def _entries(self, folder: str, ignores: Ignores) -> tuple[list[os.DirEntry[str]], Ignores]:
        with os.scandir(folder) as listing:
            entries = list(listing)
        names = {entry.name for entry in entries}
        if "CACHEDIR.TAG" in names:
            return [], ignores
        maildir = {"cur", "new", "tmp"} <= names
        ignores = ignores.within(folder, names)
        return [entry for entry in entries if self._wanted(entry, maildir)], ignores

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

    def verdict(self, entry: os.DirEntry[str], names: Collection[str], ignores: Ignores) -> str:
        """Why an entry of a folder is left out, "" if it is not."""
        folder = entry.is_dir(follow_symlinks=False)
        maildir = {"cur", "new", "tmp"} <= set(names)
        if "CACHEDIR.TAG" in names:
            return "it lies in a folder marked as a cache (CACHEDIR.TAG)"
        if not self._wanted(entry, maildir):
            return "a name that is left out (hidden, made by a program, or a delivery in progress)"
        if not self.rules.secrets and is_secret_name(entry.path, folder):
            return "it looks like a key or a password store"
        if ignores.any and ignores.refuse(entry.path, folder):
            return "an ignore file or the root's exclusions name it"
        if folder:
            return "" if self._same_device(entry) else "another file system is mounted here"
        if entry.is_symlink():
            return "" if self.rules.follow and self._leads_within(entry) else "a symbolic link"
        if any(isinstance(item, Found) for item in self._file(entry)):
            return ""
        return "not a regular file, made by a program, over a size limit, or not among the root's inclusions"

    def _files(
        self, entries: list[os.DirEntry[str]], ignores: Ignores
    ) -> Generator[Found | Problem, None, list[str]]:
        """Yields the files; returns the folders to enter."""
        folders: list[str] = []
        for entry in entries:
            try:
                folder = entry.is_dir(follow_symlinks=False)
                if not self.rules.secrets and is_secret_name(entry.path, folder):
                    yield Problem(entry.path, "secret")
                elif ignores.any and ignores.refuse(entry.path, folder):
                    continue
                elif folder:
                    if self._same_device(entry):
                        folders.append(entry.path)
                elif entry.is_symlink():
                    if self.rules.follow and self._leads_within(entry):
                        folders.append(entry.path)
                else:
                    yield from self._file(entry)
            except FileNotFoundError:
                continue
            except OSError as e:
                yield Problem(entry.path, "unreadable", e.strerror or str(e))
        return folders

    def _file(self, entry: os.DirEntry[str]) -> Iterator[Found | Problem]:
        status = entry.stat(follow_symlinks=False)
        if not stat.S_ISREG(status.st_mode):
            yield Problem(entry.path, "special", _SPECIAL.get(stat.S_IFMT(status.st_mode), ""))
        elif (
            made_by_program(entry.name)
            or self._is_own(entry)
            or not self.rules.includes(entry.path, self.named)
        ):
            return
        elif self.rules.limits and status.st_size > self.rules.limit_of(entry.name):
            yield Problem(entry.path, "too-large", f"{status.st_size} bytes")
        else:
            yield Found(entry.path, stamp_of(status))

    def _same_device(self, entry: os.DirEntry[str]) -> bool:
        return self.rules.cross_mounts or entry.stat(follow_symlinks=False).st_dev == self.device

    def _leads_within(self, entry: os.DirEntry[str]) -> bool:
        """A link to a folder of this root that no link has led to yet."""
        target = os.path.realpath(entry.path)
        if not os.path.isdir(target) or not target.startswith(self.root.rstrip("/") + "/"):
            return False
        status = os.stat(target)
        known = (status.st_dev, status.st_ino) in self.through_links
        self.through_links.add((status.st_dev, status.st_ino))
        return not known

    def _is_own(self, entry: os.DirEntry[str]) -> bool:
        """The index and the files beside it (-wal, -shm, .lock)."""
        own = os.path.basename(self.own)
        return bool(own) and entry.name.startswith(own) and os.path.realpath(entry.path).startswith(self.own)


def explain(root: str, path: str, rules: Rules, *, own: str = "") -> str:
    """Which rule leaves out a path at or below a root, for people; "" if none does."""
    if not os.path.lexists(path):
        return "it does not exist"
    walk = _Walk(rules, frozenset(), own, os.stat(root).st_dev if os.path.exists(root) else 0)
    walk.named, walk.root = root, os.path.realpath(root)
    ignores = Ignores.of_root(root, rules.exclude)
    folder = root
    for name in [step for step in path[len(root) :].split("/") if step]:
        try:
            with os.scandir(folder) as listing:
                entries = {entry.name: entry for entry in listing}
        except OSError as e:
            return f"{folder}: {e.strerror}"
        ignores = ignores.within(folder, entries)
        if name not in entries:
            return "it does not exist"
        if said := walk.verdict(entries[name], entries.keys(), ignores):
            return f"{entries[name].path}: {said}"
        folder = entries[name].path
    return ""
