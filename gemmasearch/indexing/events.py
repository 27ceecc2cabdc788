"""Events of the file system: which roots had any, and which cannot be watched whole."""

from __future__ import annotations

import errno
import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from gemmasearch.leftout import MADE_FOLDERS, made_by_program
from gemmasearch.light import dataclass

CHANGES = frozenset({"created", "modified", "moved", "deleted", "closed"})
SYSCTL = "sudo sysctl fs.inotify.max_user_watches=524288"
LIMIT = f"the limit of watches is reached, raise it: {SYSCTL}"


@dataclass(slots=True)
class Dirt:
    """Which roots had events; filled by watchdog's thread."""

    first: dict[str, float] = field(default_factory=dict)
    last: dict[str, float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def mark(self, root: str) -> None:
        now = time.monotonic()
        with self.lock:
            self.first.setdefault(root, now)
            self.last[root] = now

    def due(self, quiet: float, longest: float) -> list[str]:
        """Roots without an event for ``quiet`` seconds, or with the first one ``longest`` seconds ago."""
        now = time.monotonic()
        with self.lock:
            ready = [
                root
                for root, last in self.last.items()
                if now - last >= quiet or now - self.first[root] >= longest
            ]
            for root in ready:
                del self.first[root], self.last[root]
        return ready


class Watches:
    """One watch per root. ``polled``: root -> why events alone do not do for it."""

    def __init__(self, own: str, dirt: Dirt) -> None:
        """:param own: the index file: what happens to it is no event."""
        from watchdog.observers import Observer

        self.own, self.dirt = own, dirt
        self.polled: dict[str, str] = {}
        self._watched: dict[str, Any] = {}
        self._limited = False
        self._observer: Any = Observer()
        self._observer.start()
        self._listener = _Listener(self._lost)
        logging.getLogger("watchdog").addHandler(self._listener)
        logging.getLogger("watchdog").propagate = False

    def __len__(self) -> int:
        return len(self._watched)

    def close(self) -> None:
        logging.getLogger("watchdog").removeHandler(self._listener)
        self._observer.stop()
        self._observer.join(10)

    def follow(self, options: Mapping[str, Any]) -> None:
        """Watch the roots that are there, and let go of those that went. :param options: of each root."""
        for path in self._watched.keys() - options.keys():
            self._let_go(path)
            self.dirt.mark(path)
        for path in self.polled.keys() - options.keys():
            del self.polled[path]
        again = self._limit_changed()
        for path in sorted(options):
            if again and path in self._watched:
                self._let_go(path)
            if path not in self._watched:
                self._watch(path)
        if self._limited:
            # watchdog leaves folders out without a word when the limit is reached: what it sees is a bonus.
            self.polled.update((path, LIMIT) for path in self._watched if os.path.isdir(path))

    def _watch(self, path: str) -> None:
        self.polled.pop(path, None)
        folder = path if os.path.isdir(path) else os.path.dirname(path)
        handler = _Handler(self, path)
        try:
            self._watched[path] = self._observer.schedule(handler, folder, recursive=folder == path)
            self.dirt.mark(path)
            self._limited = self._limited or not self._room()
        except OSError as e:
            full = e.errno in (errno.ENOSPC, errno.EMFILE)
            self._limited = self._limited or full
            self.polled[path] = LIMIT if full else e.strerror or str(e)

    def _limit_changed(self) -> bool:
        """Whether there is room again for watches that did not fit."""
        room = self._room()
        changed, self._limited = self._limited and room, not room
        return changed

    def _room(self) -> bool:
        """Whether one more folder could be watched."""
        with tempfile.TemporaryDirectory(prefix="gsearch-") as folder:
            try:
                self._observer.unschedule(self._observer.schedule(_Handler(self, folder), folder))
            except OSError as e:
                return e.errno not in (errno.ENOSPC, errno.EMFILE)
            except KeyError:
                return True
        return True

    def _let_go(self, path: str) -> None:
        try:
            self._observer.unschedule(self._watched.pop(path))
        except (KeyError, OSError):
            return  # the watch went with its folder

    def _lost(self) -> None:
        """The kernel dropped events: nobody knows of what."""
        for path in list(self._watched):
            self.dirt.mark(path)


class _Handler:
    """What watchdog calls for each event of a root."""

    def __init__(self, watches: Watches, root: str) -> None:
        self.watches = watches
        self.root = root

    def dispatch(self, event: Any) -> None:
        if event.event_type not in CHANGES:
            return  # being opened and read is no change: runs would wake each other
        if event.is_directory and event.event_type == "modified":
            return  # what happened in it has events of its own
        paths = [os.fsdecode(p) for p in (event.src_path, event.dest_path) if p]
        if (os.path.isdir(self.root) or self.root in paths) and any(map(self._matters, paths)):
            self.watches.dirt.mark(self.root)

    def _matters(self, path: str) -> bool:
        """Not the index itself, and nothing that programs make for themselves and no crawl would look at."""
        if path.startswith(self.watches.own):
            return False
        if path == self.root:
            return True
        *folders, name = path[len(self.root) + 1 :].split("/")
        return not made_by_program(name) and MADE_FOLDERS.isdisjoint((*folders, name))


class _Listener(logging.Handler):
    """watchdog only logs that events were lost."""

    def __init__(self, lost: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self.lost = lost

    def emit(self, record: logging.LogRecord) -> None:
        self.lost()
