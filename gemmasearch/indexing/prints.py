"""Folders whose files are as they were, told without a look at what is known of each.

A look that finds every file of a folder as it is known leaves the folder's print: a hash of the names and stamps of
all that is in it but folders. While a later look sees the same, every file there is as it is known, and no row of
one need be fetched, taken apart and compared. The store takes the print away when a row of one of the files changes
(:mod:`gemmasearch.store.folders`); it counts only where names need no look (:mod:`gemmasearch.indexing.settled`).
"""

from __future__ import annotations

import marshal
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import field
from operator import attrgetter
from typing import TYPE_CHECKING

from gemmasearch.indexing.crawl import numbers_of
from gemmasearch.indexing.current import CURRENT
from gemmasearch.light import blake2b, dataclass

if TYPE_CHECKING:
    from gemmasearch.store import Store
    from gemmasearch.store.journal import Known, Printed

_FORMAT = 0  # of marshal: equal values give equal bytes
_AT_ONCE = 1000  # files, so that a print of many takes no more memory


@dataclass(slots=True)
class Prints:
    """What is known of the files of one root, for one look at it; of folders with a print it is fetched where the
    look sees another one, or none.

    :param known: the files of the others; gets what is fetched.
    """

    store: Store
    known: Known
    kept: dict[str, Printed] = field(default_factory=dict)  # folders that the look has not come to
    files: int = 0  # current ones, with those of all folders
    waiting: int = 0  # of them in ``kept``
    held: Counter[str] = field(default_factory=Counter)  # reason -> files in folders that are as they were
    left: dict[str, tuple[bytes, int]] = field(default_factory=dict)  # folder -> print and files, to be kept

    def __post_init__(self) -> None:
        self.waiting = sum(sum(each.held.values()) for each in self.kept.values())
        self.files = len(self.known.stamps) + self.waiting

    @property
    def met(self) -> int:
        """Files that were found as they are known."""
        return self.files - len(self.known.stamps) - self.waiting

    def holds(self, folder: str, entries: Sequence[os.DirEntry[str]]) -> bool:
        """Whether the files among the entries of a folder are as they were when its print was made."""
        known = self.kept.get(folder)
        if known is None:
            return False
        try:
            same = _print(entries) == known.print
        except OSError:
            same = False
        if same:
            del self.kept[folder]
            self.waiting -= sum(known.held.values())
            self.held.update(known.held)
        return same

    def fetch(self, folder: str) -> None:
        """What is known of the files of a folder is wanted after all."""
        printed = self.kept.pop(folder, None)
        if printed is None:
            return
        number = sum(printed.held.values())
        found = self.store.known_in(folder, CURRENT)
        self.known.stamps.update(found.stamps)
        self.known.reasons.update(found.reasons)
        self.known.outdated.extend(found.outdated)
        self.waiting -= number
        self.files += len(found.stamps) - number

    def fetch_rest(self) -> None:
        """The same of all folders that the look did not come to."""
        for folder in list(self.kept):
            self.fetch(folder)

    def leave(self, folder: str, entries: Sequence[os.DirEntry[str]], met: int) -> None:
        """So many files of a folder, which has these entries, were met as they are known."""
        try:
            if met and met == len(_files(entries)):
                self.left[folder] = _print(entries), met
        except OSError:
            pass  # the next look finds out

    def keep(self) -> None:
        """Remember what a complete look left. Within a transaction."""
        for folder, (print, files) in self.left.items():
            self.store.keep_print(folder, print, files, CURRENT)


def _files(entries: Sequence[os.DirEntry[str]]) -> list[os.DirEntry[str]]:
    """All that are no folders."""
    return [entry for entry in entries if not entry.is_dir(follow_symlinks=False)]


def _print(entries: Sequence[os.DirEntry[str]]) -> bytes:
    """Of what is in a folder beside folders, and of what makes a file current.

    :raises OSError: one of them cannot be seen.
    """
    files = sorted(_files(entries), key=attrgetter("name"))
    found = blake2b(marshal.dumps(CURRENT.params(), _FORMAT), digest_size=16)
    for first in range(0, len(files), _AT_ONCE):
        some = [
            (each.name, *numbers_of(each.stat(follow_symlinks=False)))
            for each in files[first : first + _AT_ONCE]
        ]
        found.update(marshal.dumps(some, _FORMAT))
    return found.digest()
