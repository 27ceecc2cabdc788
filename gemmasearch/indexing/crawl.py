"""When to look again: which files lie below a root, and what ``stat`` says of each. Opens none of them."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gemmasearch.documents import FileStamp, Problem

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILES = (".gitignore", ".gsearchignore")
MAX_DEPTH = 500  # folders within folders; deeper ones are a loop or an attack

# Folders that programs fill and nobody reads. Version control is hidden by its dot but for these.
_MACHINE_FOLDERS = frozenset(
    ("node_modules", "__pycache__", "__pypackages__", "CVS", "SCCS", "_darcs", "lost+found", "$RECYCLE.BIN")
)
_MACHINE_FILES = frozenset(("Thumbs.db", "desktop.ini", "Icon\r"))
_EDITOR_ENDINGS = ("~", ".swp", ".swo", ".swx", ".tmp", ".part", ".crdownload", ".lock")


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file below a root."""

    path: str
    stamp: FileStamp


@dataclass(frozen=True, slots=True)
class Rules:
    """What of a root is crawled. ``never`` are files of our own, by (device, inode)."""

    hidden: bool = False
    ignore_files: bool = True
    never: Collection[tuple[int, int]] = ()
    refused: Callable[[str], bool] = field(default=lambda path: False)


def stamp_of(status: os.stat_result) -> FileStamp:
    return FileStamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev)


def crawl(root: str, rules: Rules) -> Iterator[Found | Problem]:
    """Every regular file at or below ``root``, folder by folder in the order of names; symbolic links are not
    followed, but for the root itself. What cannot be listed, or is no file, is a Problem.

    :raises OSError: the root itself cannot be looked at.
    """
    status = os.stat(root)
    if not stat.S_ISDIR(status.st_mode):
        yield _entry(root, status)
        return
    os.listdir(root)  # an unreadable root is the caller's to judge, not one Problem among many
    folders: list[tuple[str, tuple[tuple[str, GitIgnoreSpec], ...]]] = [(root.rstrip("/") or "/", ())]
    while folders:
        folder, specs = folders.pop()
        below: list[tuple[str, tuple[tuple[str, GitIgnoreSpec], ...]]] = []
        try:
            entries = sorted(os.scandir(folder), key=lambda e: e.name)
        except OSError as e:
            yield Problem(
                folder, "vanished" if isinstance(e, FileNotFoundError) else "unreadable", e.strerror or ""
            )
            continue
        if rules.ignore_files:
            specs = (*specs, *_specs(folder, entries))
        names = {e.name for e in entries}
        for entry in entries:
            found = _look(entry, names, rules, specs)
            if isinstance(found, Found | Problem):
                yield found
            elif found:
                if folder.count("/") - root.count("/") >= MAX_DEPTH:
                    yield Problem(entry.path, "limit", f"more than {MAX_DEPTH} folders deep")
                else:
                    below.append((entry.path, specs))
        folders.extend(reversed(below))


def _look(
    entry: os.DirEntry[str], siblings: set[str], rules: Rules, specs: tuple[tuple[str, GitIgnoreSpec], ...]
) -> Found | Problem | bool:
    """A file, a Problem, True for a folder to go into, False for what is left out."""
    try:
        if entry.is_symlink():
            return False
        folder = entry.is_dir(follow_symlinks=False)
        if _left_out(entry.name, folder, siblings, rules) or _ignored(entry.path, folder, specs):
            return False
        if rules.refused(entry.path):
            return Problem(entry.path, "secret")
        return True if folder else _found(entry.path, entry.stat(follow_symlinks=False), rules)
    except OSError as e:
        return Problem(
            entry.path, "vanished" if isinstance(e, FileNotFoundError) else "unreadable", e.strerror or ""
        )


def _found(path: str, status: os.stat_result, rules: Rules) -> Found | Problem | bool:
    if (status.st_dev, status.st_ino) in rules.never:
        return False
    return _entry(path, status)


def _entry(path: str, status: os.stat_result) -> Found | Problem:
    if stat.S_ISREG(status.st_mode):
        return Found(path, stamp_of(status))
    return Problem(path, "special", "a pipe, socket or device")


def _left_out(name: str, folder: bool, siblings: set[str], rules: Rules) -> bool:
    if name.startswith(".") and not rules.hidden:
        return True
    if folder:
        maildir_tmp = name == "tmp" and {"cur", "new"} <= siblings
        return maildir_tmp or name in _MACHINE_FOLDERS
    return name in _MACHINE_FILES or name.endswith(_EDITOR_ENDINGS)


def _specs(folder: str, entries: list[os.DirEntry[str]]) -> Iterator[tuple[str, GitIgnoreSpec]]:
    for entry in entries:
        if entry.name in IGNORE_FILES and entry.is_file(follow_symlinks=False):
            try:
                with open(entry.path, encoding="utf-8", errors="surrogateescape") as stream:
                    lines = stream.read(1_000_000).split("\n")
            except OSError:
                continue  # unreadable rules rule nothing
            from pathspec import GitIgnoreSpec

            yield folder, GitIgnoreSpec.from_lines(lines)


def _ignored(path: str, folder: bool, specs: tuple[tuple[str, GitIgnoreSpec], ...]) -> bool:
    """The innermost rule that speaks of a path decides, as in git."""
    verdict: bool | None = None
    for base, spec in specs:
        relative = path[len(base.rstrip("/")) + 1 :] + ("/" if folder else "")
        said = spec.check_file(relative).include
        verdict = verdict if said is None else said
    return bool(verdict)
