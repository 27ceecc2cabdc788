"""Maildir folders whose files need no look.

By the Maildir specification a message in ``cur`` or ``new`` is never written again: deliveries, removals and changes
of flags give, take or change a name, which changes the times of the folder. So while such a folder is as it was when
every file in it was found unchanged, its files are taken for unchanged, too. Once in ``FULL_LOOK`` seconds each of
them is looked at all the same: a message that was edited in its place is found within a day. So it is after ``gsearch
retry``, ``forget`` and ``doctor --repair``, and whenever anything else speaks against it: the folder changed shortly
before that look, the root has other rules, an ignore file stands above it, a file in it must be read.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any

from gemmasearch.indexing import current, settled
from gemmasearch.indexing.rules import Rules, is_within
from gemmasearch.light import dataclass
from gemmasearch.store import glance

if TYPE_CHECKING:
    from gemmasearch.store import Root, Store

STATE = "maildirs"  # in the store's state: what is remembered of all roots
FULL_LOOK = 86_400.0  # seconds after which every file is looked at again
# mtime_ns, ctime_ns, inode, device of a folder; how many files it held, all unchanged; when that was (epoch seconds)
Mark = tuple[int, int, int, int, int, float]


@dataclass(slots=True)
class Maildirs:
    """Those of one root, for one look at it."""

    rules: str = ""
    marks: Mapping[str, Mark] = field(default_factory=dict)  # folders that may be as they were
    files: Mapping[str, Sequence[str]] = field(default_factory=dict)  # known in them
    looked: dict[str, Mark] = field(default_factory=dict)  # what this look leaves to be remembered

    @classmethod
    def of(
        cls, record: Mapping[str, Any], root: Root, known: Iterable[str], unsure: Sequence[str]
    ) -> Maildirs:
        """
        :param record: what is remembered of the root. :param known: the paths of its files that are current.
        :param unsure: paths that speak against the folder they lie in: files to be read, roots of their own.
        """
        rules, now = str(Rules.of(root.options)), time.time()
        if record.get("rules") != rules:
            return cls(rules)
        marks: dict[str, Mark] = {
            folder: (mtime, ctime, inode, device, files, at)
            for folder, (mtime, ctime, inode, device, files, at) in record["folders"].items()
            if 0 <= now - at < FULL_LOOK and not any(is_within(path, folder) for path in unsure)
        }
        files: dict[str, list[str]] = {folder: [] for folder in marks}
        for path in known if marks else ():
            if (folder := path[: path.rfind("/")]) in files:
                files[folder].append(path)
        return cls(rules, {f: mark for f, mark in marks.items() if len(files[f]) == mark[4]}, files)

    def unchanged(self, folder: str, status: os.stat_result) -> bool:
        """Whether the files of a folder need no look."""
        mark = self.marks.get(folder)
        if mark is None or mark[:4] != _stamp(status):
            return False
        self.looked[folder] = mark
        return True

    def remember(self, folder: str, status: os.stat_result, files: int, began_ns: int) -> None:
        """All that a folder holds are so many files, each of them unchanged.

        :param status: of the folder, from before it was listed at ``began_ns``.
        """
        if max(status.st_mtime_ns, status.st_ctime_ns) < began_ns - current.RACY_NS:
            self.looked[folder] = (*_stamp(status), files, began_ns / 1e9)

    def record(self) -> dict[str, Any]:
        return {"rules": self.rules, "folders": self.looked}


def _stamp(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev


def records(store: Store) -> dict[str, Any]:
    """What is remembered, by the paths of roots."""
    return store.record(STATE)


def keep(store: Store, found: Mapping[str, Maildirs]) -> None:
    """Remember complete looks, by the paths of their roots."""
    registered = {root.path for root in store.roots()}
    kept = {path: record for path, record in records(store).items() if path in registered}
    for path, maildirs in found.items():
        kept.pop(path, None)
        if maildirs.looked:
            kept[path] = maildirs.record()
    text = json.dumps(kept)
    if text != (store.state(STATE) or "{}"):
        store.set_state(STATE, text)


def look_at_all(store: Store) -> None:
    """The next run looks at every file."""
    store.set_state(STATE, "{}")
    settled.look_at_all(store)
    glance.forget(store.db.rows)
