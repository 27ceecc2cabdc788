"""Roots whose known files need no second look at their names.

A file is known because the rules let its name through. While they are the rules of the last complete look, a known
file that has its stamp needs nothing but that: names are looked at only where the stamp, or an ignore file above,
says otherwise. Once a day all of them are looked at all the same, and whenever anything else speaks against it: the
root has other options or other roots within it, the index is another file, the program was installed anew.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from gemmasearch.indexing import glance
from gemmasearch.indexing.rules import Rules
from gemmasearch.light import blake2b, dataclass

if TYPE_CHECKING:
    from gemmasearch.indexing.looking import Look
    from gemmasearch.store import Root, Store

STATE = "settled"  # in the store's state: marks by the paths of roots
FULL_LOOK = 86_400.0  # seconds
# What decides by names.
_CODE = ("indexing/crawl.py", "indexing/ignores.py", "indexing/rules.py", "leftout.py", "secrets.py")


@dataclass(slots=True)
class Settled:
    """The marks of complete looks: what they went by, and when all names were looked at (epoch seconds)."""

    store: Store
    marks: dict[str, tuple[str, float]]

    @classmethod
    def of(cls, store: Store, registered: Iterable[Root]) -> Settled:
        """A root that was unregistered for a while has no mark any more."""
        paths = {root.path for root in registered}
        try:
            found = store.record(STATE)
            marks = {path: (str(mark), float(at)) for path, (mark, at) in found.items() if path in paths}
        except (ValueError, TypeError):
            marks = {}
        return cls(store, marks)

    def holds(self, root: Root, mark: str) -> bool:
        """Whether the names of the root's known files are good. If not, its mark is gone, however the run ends."""
        known, at = self.marks.get(root.path, ("", 0.0))
        if known == mark and 0 <= time.time() - at < FULL_LOOK:
            return True
        if self.marks.pop(root.path, None):
            self._write()
        return False

    def keep(self, looks: Sequence[Look]) -> None:
        """Complete looks, whose files are in the index now as far as the rules let them."""
        now = time.time()
        new = {
            look.root.path: (look.mark, now)
            for look in looks
            if not look.closed and look.root.path not in self.marks
        }
        if new:
            self.marks.update(new)
            self._write()

    def _write(self) -> None:
        self.store.set_state(STATE, json.dumps(self.marks))


def mark(root: Root, inner: Sequence[str], own: str) -> str:
    """All beside ignore files that decides which names are left out.

    :param inner: the roots within this one. :param own: the index file.
    """
    here = os.path.dirname(os.path.dirname(__file__))
    code = [glance.file_stamp(os.fsencode(os.path.join(here, name))) for name in _CODE]
    told = repr((Rules.of(root.options), sorted(inner), own, code))
    return blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def look_at_all(store: Store) -> None:
    """The next run looks at every name."""
    store.set_state(STATE, "{}")
