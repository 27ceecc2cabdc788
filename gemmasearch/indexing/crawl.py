"""Walking a root: which files are there and what their stamps are. No file is opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import field
from errno import ETIMEDOUT
from time import time_ns
from typing import TYPE_CHECKING

from gemmasearch import reach
from gemmasearch.documents import FileStamp, Problem
from gemmasearch.indexing.ignores import NAMES as IGNORE_FILES
from gemmasearch.indexing.ignores import Ignores, inherited
from gemmasearch.indexing.rules import (
    MAIL_RECORDS,
    OFFICE_PARTS,
    Rules,
    is_mail_record,
    is_of_saved_page,
    is_within,
)
from gemmasearch.leftout import MADE_FOLDERS, MADE_WITHIN, made_by_program
from gemmasearch.light import dataclass
from gemmasearch.secrets import is_secret_name

if TYPE_CHECKING:
    from gemmasearch.indexing.maildirs import Maildirs
    from gemmasearch.indexing.prints import Prints
    from gemmasearch.indexing.trail import Trail

_SPECIAL = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}

_MAILDIR = frozenset(("cur", "new", "tmp"))
MESSAGES = frozenset(("cur", "new"))  # the folders of a maildir that hold them
_ENTER = "enter"
Stamp = int  # the hash of what a FileStamp holds, as :class:`gemmasearch.store.journal.Known` has it


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file."""

    path: str
    stamp: FileStamp


class RootUnavailable(Exception):
    """The root cannot be looked at; the text says why."""


def stamp_of(status: os.stat_result) -> FileStamp:
    return FileStamp(*numbers_of(status))


def numbers_of(status: os.stat_result) -> tuple[int, int, int, int, int]:
    """What a FileStamp holds."""
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev


def crawl(
    root: str,
    *,
    rules: Rules | None = None,
    skip: Collection[str] = (),
    outer: Collection[str] = (),
    own: str = "",
    known: dict[str, Stamp] | None = None,
    settled: bool = False,
    prints: Prints | None = None,
    maildirs: Maildirs | None = None,
    trail: Trail | None = None,
    stop: Callable[[str], bool] = lambda folder: False,
) -> Iterator[Found | Problem]:
    """Every regular file below a root (or the root itself, if it is a file), and why others are left out.

    :param skip: paths not to enter (roots of their own). :param own: the index file, never indexed.
    :param outer: the roots that this one lies in, whose ignore files hold here, too.
    :param known: the stamps of files that need no look; one that still has its stamp is taken out of the mapping
        instead of being yielded, so that a hundred thousand of them cost little.
    :param settled: the names of known files were found good under these rules (:mod:`gemmasearch.indexing.settled`).
    :param prints: of folders whose known files need not be told apart; it fetches what must be in ``known``.
    :param maildirs: the folders whose files may need no look; what they hold is taken out of ``known``.
    :param trail: gets what the walk goes by beside the files.
    :param stop: asked before each folder; True ends the walk.
    :raises RootUnavailable: the root is gone or cannot be listed.
    """
    try:
        status = os.stat(root)
    except OSError as e:
        raise RootUnavailable(e.strerror or str(e)) from e
    known = {} if known is None else known
    if stat.S_ISREG(status.st_mode):
        own_status = os.lstat(root)
        if root in known and _is_as_known(own_status, known[root]):
            del known[root]
        else:
            yield Found(root, stamp_of(own_status))
    elif stat.S_ISDIR(status.st_mode):
        walk = _Walk(rules or Rules(), frozenset(skip), own, status.st_dev, known, stop, settled)
        walk.prints, walk.maildirs, walk.trail, walk.outer = prints, maildirs, trail, outer
        yield from walk.below(root)
    else:
        yield Problem(root, "special", _SPECIAL.get(stat.S_IFMT(status.st_mode), ""))


@dataclass(slots=True)
class _Walk:
    rules: Rules
    skip: frozenset[str]
    own: str
    device: int
    known: dict[str, Stamp] = field(default_factory=dict)
    stop: Callable[[str], bool] = lambda folder: False
    settled: bool = False
    named: str = ""  # the root as it was given, and where it really is
    root: str = ""
    through_links: set[tuple[int, int]] = field(default_factory=set)
    own_name: str = ""
    prints: Prints | None = None
    maildirs: Maildirs | None = None
    trail: Trail | None = None
    outer: Collection[str] = ()
    messages: set[str] = field(default_factory=set)  # cur and new of the maildirs met so far
    parts: set[str] = field(default_factory=set)  # folders beside saved pages
    mounted: frozenset[str] = field(default_factory=reach.mount_points)

    def __post_init__(self) -> None:
        self.own_name = os.path.basename(self.own)

    def below(self, root: str) -> Iterator[Found | Problem]:
        self.named, self.root = root, os.path.realpath(root)
        relied_on = self.trail.relied_on if self.trail else lambda path: None
        ignores = Ignores.of_root(root, self.rules.exclude, inherited(root, self.outer, relied_on))
        waiting = [(root, ignores)]
        while waiting:
            folder, ignores = waiting.pop()
            if self.stop(folder):
                return
            try:
                with self._opened(folder) as fd:
                    if self.trail is not None:
                        self.trail.entered(folder, os.fstat(fd), time_ns())
                    if folder in self.messages and not ignores.specs:
                        folders = yield from self._messages(folder, fd, ignores)
                    else:
                        folders = yield from self._files(folder, _listed(fd), ignores)
            except FileNotFoundError:
                if folder == root:
                    raise RootUnavailable("No such file or directory") from None
                continue
            except OSError as e:
                if folder == root:
                    raise RootUnavailable(e.strerror or str(e)) from e
                yield Problem(folder, "unreadable", e.strerror or str(e))
                continue
            waiting += folders

    @contextmanager
    def _opened(self, folder: str) -> Iterator[int]:
        """A descriptor of a folder, so that a link in its place leads nowhere."""
        link = folder != self.named and not self.through_links
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | (os.O_NOFOLLOW if link else 0))
        try:
            if not is_within(_place(fd) or self.root, self.root):
                raise FileNotFoundError  # a folder above it became a link after it was listed
            yield fd
        finally:
            os.close(fd)

    def _messages(
        self, folder: str, fd: int, ignores: Ignores
    ) -> Generator[Found | Problem, None, list[tuple[str, Ignores]]]:
        """The same for ``cur`` or ``new`` of a maildir, whose files need no look while it is as it was."""
        assert self.maildirs is not None
        status, began, before = os.fstat(fd), time_ns(), len(self.known)
        if self.maildirs.unchanged(folder, status):
            for path in self.maildirs.files[folder]:
                del self.known[path]
            return []
        entries = _listed(fd)
        folders = yield from self._files(folder, entries, ignores)
        if before - len(self.known) == len(entries):
            self.maildirs.remember(folder, status, len(entries), began)
        return folders

    def _files(
        self, folder: str, entries: list[os.DirEntry[str]], ignores: Ignores
    ) -> Generator[Found | Problem, None, list[tuple[str, Ignores]]]:
        """Yields the files; returns the folders to enter."""
        names = {entry.name for entry in entries}
        if "CACHEDIR.TAG" in names or (folder in self.parts and OFFICE_PARTS not in names):
            return []
        maildir = names >= _MAILDIR
        if self.trail is not None:
            for name in IGNORE_FILES:
                if name in names:
                    self.trail.relied_on(os.path.join(folder, name))
        ignores = ignores.within(folder, names)
        base = folder.rstrip("/")
        folders: list[tuple[str, Ignores]] = []
        if self._holds_mail(folder, names, entries):
            entries = [entry for entry in entries if not _is_record(entry)]
        if not self.rules.hidden and not maildir:
            entries = [entry for entry in entries if entry.name[0] != "."]
        usual = not maildir and not ignores.any  # names here are told by the rules of the root alone
        prints = self.prints if usual and folder not in self.messages else None
        if prints is not None and prints.holds(folder, entries):
            entries, prints = _folders(entries), None
        elif self.prints is not None:
            self.prints.fetch(folder)
        here, before = entries, len(self.known)
        if self.settled and usual:
            entries = self._without_known(base, entries)
        for entry in entries:
            path = f"{base}/{entry.name}"
            try:
                found = self._look(entry, path, maildir, ignores)
            except FileNotFoundError:
                continue
            except OSError as e:
                yield Problem(path, "unreadable", e.strerror or str(e))
                continue
            if found is None:
                continue
            if isinstance(found, str):
                folders.append((path, ignores))
                if is_of_saved_page(entry.name, names):
                    self.parts.add(path)
                if maildir and self.maildirs is not None and entry.name in MESSAGES:
                    self.messages.add(path)
            else:
                yield found
        if prints is not None:
            prints.leave(folder, here, before - len(self.known))
        return folders

    def _without_known(self, base: str, entries: Sequence[os.DirEntry[str]]) -> list[os.DirEntry[str]]:
        """The entries without the known files that have their stamps, whatever their names."""
        left: list[os.DirEntry[str]] = []
        known, take = self.known, self.known.pop
        for entry in entries:
            path = f"{base}/{entry.name}"
            if (stamp := take(path, None)) is not None:
                try:
                    if _is_as_known(entry.stat(follow_symlinks=False), stamp):
                        continue
                except OSError:
                    pass  # it is met again
                known[path] = stamp
            left.append(entry)
        return left

    def _look(
        self, entry: os.DirEntry[str], path: str, maildir: bool, ignores: Ignores
    ) -> Found | Problem | str | None:
        """A file that must be looked into, a Problem, ``_ENTER`` for a folder, None for what is left out or known."""
        name, rules = entry.name, self.rules
        folder = entry.is_dir(follow_symlinks=False)
        if not self._wanted(name, path, maildir):
            return None
        if not rules.secrets and is_secret_name(path, folder):
            return Problem(path, "secret")
        if ignores.any and ignores.refuse(path, folder):
            return None
        if folder:
            return _ENTER if self._same_device(entry, path) else None
        if entry.is_symlink():
            return _ENTER if rules.follow and self._leads_within(path) else None
        return self._file(entry, name, path)

    def _file(self, entry: os.DirEntry[str], name: str, path: str) -> Found | Problem | None:
        status = entry.stat(follow_symlinks=False)
        if not stat.S_ISREG(status.st_mode):
            return Problem(path, "special", _SPECIAL.get(stat.S_IFMT(status.st_mode), ""))
        if made_by_program(name) or self._is_own(name, path) or not self.rules.includes(path, self.named):
            return None
        if self.rules.limits and status.st_size > self.rules.limit_of(name):
            return Problem(path, "too-large", f"{status.st_size} bytes")
        known = self.known.get(path)
        if known is not None and _is_as_known(status, known):
            del self.known[path]
            return None
        return Found(path, stamp_of(status))

    def _wanted(self, name: str, path: str, maildir: bool) -> bool:
        if name in MADE_FOLDERS or path.endswith(MADE_WITHIN) or path in self.skip:
            return False
        if maildir and name == "tmp":  # deliveries that are not finished
            return False
        if name[0] == "." and not self.rules.hidden:
            # Maildir++ keeps its folders as hidden folders within the inbox.
            return maildir and self._is_maildir(path)
        return True

    def _is_maildir(self, path: str) -> bool:
        messages = os.path.join(path, "cur")
        if self.trail is not None and not os.path.isdir(messages):
            self.trail.relied_on(messages)
        return os.path.isdir(messages)

    def _holds_mail(self, folder: str, names: Set[str], entries: Sequence[os.DirEntry[str]]) -> bool:
        """Whether a folder is a maildir, one of maildirs that a server keeps records of, or one of its records."""
        if names >= _MAILDIR or "/.imap/" in f"{folder}/":
            return True
        return not MAIL_RECORDS.isdisjoint(names) and any(
            entry.is_dir(follow_symlinks=False) and self._is_maildir(os.path.join(folder, entry.name))
            for entry in entries
        )

    def verdict(self, path: str, entries: Mapping[str, os.DirEntry[str]], ignores: Ignores) -> str:
        """Why an entry of a folder is left out, "" if it is not. :param entries: of that folder, by their names."""
        above, _, name = path.rpartition("/")
        entry, names = entries[name], entries.keys()
        folder = entry.is_dir(follow_symlinks=False)
        if "CACHEDIR.TAG" in names:
            return "it lies in a folder marked as a cache (CACHEDIR.TAG)"
        if self._is_part_of_page(above, names):
            return "a part of the saved web page beside its folder; name the folder itself to index it"
        if _is_record(entry) and self._holds_mail(above, names, list(entries.values())):
            return "a mail server's own file beside the mail"
        if not self._wanted(entry.name, path, set(names) >= _MAILDIR):
            return "a name that is left out (hidden, made by a program, or a delivery in progress)"
        if not self.rules.secrets and is_secret_name(path, folder):
            return "it looks like a key or a password store"
        if ignores.any and ignores.refuse(path, folder):
            return "an ignore file or the root's exclusions name it"
        if folder:
            return "" if self._same_device(entry, path) else "another file system is mounted here"
        if entry.is_symlink():
            return "" if self.rules.follow and self._leads_within(path) else "a symbolic link"
        if isinstance(self._file(entry, entry.name, path), Found):
            return ""
        return "not a regular file, made by a program, over a size limit, or not among the root's inclusions"

    def _is_part_of_page(self, folder: str, names: Set[str]) -> bool:
        above, _, name = folder.rpartition("/")
        if folder == self.named or OFFICE_PARTS in names:
            return False
        try:
            return is_of_saved_page(name, os.listdir(above or "/"))
        except OSError:
            return False

    def _same_device(self, entry: os.DirEntry[str], path: str) -> bool:
        """:raises OSError: another file system that would be entered does not answer."""
        if self.mounted and self._real(path) in self.mounted and not reach.answers(path):
            if self.rules.cross_mounts:
                raise OSError(ETIMEDOUT, reach.SILENT)
            return False
        same = self.rules.cross_mounts or entry.stat(follow_symlinks=False).st_dev == self.device
        if not same and self.trail is not None:
            self.trail.sure = False  # what was mounted there may go, and no name changes
        return same

    def _real(self, path: str) -> str:
        return (
            path if self.named == self.root else self.root.rstrip("/") + path[len(self.named.rstrip("/")) :]
        )

    def _leads_within(self, path: str) -> bool:
        """A link to a folder of this root that no link has led to yet."""
        target = os.path.realpath(path)
        if not os.path.isdir(target) or not target.startswith(self.root.rstrip("/") + "/"):
            return False
        status = os.stat(target)
        known = (status.st_dev, status.st_ino) in self.through_links
        self.through_links.add((status.st_dev, status.st_ino))
        return not known

    def _is_own(self, name: str, path: str) -> bool:
        """The index and the files beside it (-wal, -shm, .lock)."""
        own = self.own_name
        return bool(own) and name.startswith(own) and os.path.realpath(path).startswith(self.own)


def _is_as_known(status: os.stat_result, stamp: Stamp) -> bool:
    return stamp == hash(numbers_of(status))


def _is_record(entry: os.DirEntry[str]) -> bool:
    """Whether an entry of a folder of mail is a server's own; a mailbox may be called ``subscriptions``."""
    folder = entry.is_dir(follow_symlinks=False)
    return is_mail_record(entry.name) and (not folder or entry.name.startswith("courierimap"))


def _folders(entries: Iterable[os.DirEntry[str]]) -> list[os.DirEntry[str]]:
    return [entry for entry in entries if entry.is_dir(follow_symlinks=False)]


def _listed(fd: int) -> list[os.DirEntry[str]]:
    """What an open folder holds. The entries know their names only: look at them while it is open."""
    with os.scandir(fd) as listing:
        return list(listing)


def _place(fd: int) -> str:
    """Where an open folder really is; "" if the system does not tell."""
    try:
        return os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return ""


def explain(root: str, path: str, rules: Rules, *, outer: Collection[str] = (), own: str = "") -> str:
    """Which rule leaves out a path at or below a root, for people; "" if none does."""
    unseen = _refused(path)  # a folder above it may not be entered: the walk names it
    if not unseen and not os.path.lexists(path):
        return "it does not exist"
    walk = _Walk(rules, frozenset(), own, os.stat(root).st_dev if os.path.exists(root) else 0)
    walk.named, walk.root = root, os.path.realpath(root)
    ignores = Ignores.of_root(root, rules.exclude, inherited(root, outer))
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
        if unseen and (closed := _refused(entries[name].path)):
            return f"{folder}: {closed}"
        if said := walk.verdict(entries[name].path, entries, ignores):
            return f"{entries[name].path}: {said}"
        folder = entries[name].path
    return f"{path}: {unseen}" if unseen else ""


def _refused(path: str) -> str:
    """Why nobody can say whether a path is there, "" if it is or is not."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as e:
        return e.strerror or str(e)
    return ""
