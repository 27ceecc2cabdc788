"""Watching the roots: a change is findable within seconds, and nothing depends on events being complete.

An event only says that a root must be looked at: the look is the same crawl that a run makes, which costs about
a second per hundred thousand unchanged files. So lost events, of which watchdog tells nobody, cost time and never
truth: whatever arrives after them, or the hourly look, brings everything.
"""

from __future__ import annotations

import errno
import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gemmasearch.documents import SyncEvent, SyncReport
from gemmasearch.errors import LockHeld
from gemmasearch.indexing.manners import on_battery
from gemmasearch.indexing.sync import Read, sync

if TYPE_CHECKING:
    from gemmasearch.models import Embedder
    from gemmasearch.settings import Settings
    from gemmasearch.store import Store

CHANGES = frozenset({"created", "modified", "moved", "deleted", "closed"})
SYSCTL = "sudo sysctl fs.inotify.max_user_watches=524288"


@dataclass(frozen=True, slots=True)
class Pace:
    """All in seconds. ``quiet`` is longer than a stamp is racy, so that what is read once has settled."""

    quiet: float = 2.5  # without an event before a look
    longest: float = 20.0  # a look comes at the latest, however busy the root is
    full: float = 3600.0  # between looks at everything
    poll: float = 60.0  # between looks at roots that cannot be watched
    roots: float = 10.0  # between looks for roots that came or went
    heartbeat: float = 30.0
    tick: float = 0.25


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

    def due(self, pace: Pace) -> list[str]:
        now = time.monotonic()
        with self.lock:
            ready = [
                root
                for root, last in self.last.items()
                if now - last >= pace.quiet or now - self.first[root] >= pace.longest
            ]
            for root in ready:
                del self.first[root], self.last[root]
        return ready


def watch(
    store: Store,
    embedder: Embedder,
    read: Read,
    settings: Settings,
    *,
    stop: Callable[[], bool],
    progress: Callable[[SyncEvent], None] = lambda event: None,
    done: Callable[[SyncReport], None] = lambda report: None,
    say: Callable[[str], None] = lambda line: None,
    pace: Pace | None = None,
    battery: bool = False,
) -> None:
    """Keep all registered roots up to date until ``stop`` says so.

    :param done: gets the report of every run that changed something. :param say: remarks for people.
    :param battery: work on battery, too.
    """
    watcher = _Watcher(store, embedder, read, settings, stop, progress, done, say, pace or Pace(), battery)
    try:
        watcher.loop()
    finally:
        watcher.close()


class _Watcher:
    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        read: Read,
        settings: Settings,
        stop: Callable[[], bool],
        progress: Callable[[SyncEvent], None],
        done: Callable[[SyncReport], None],
        say: Callable[[str], None],
        pace: Pace,
        battery: bool,
    ) -> None:
        from watchdog.observers import Observer

        self.store, self.embedder, self.read, self.settings = store, embedder, read, settings
        self.stop, self.progress, self.done, self.say = stop, progress, done, say
        self.pace, self.battery = pace, battery
        self.dirt = Dirt()
        self.observer: Any = Observer()
        self.observer.start()
        self.watched: dict[str, Any] = {}
        self.polled: dict[str, str] = {}  # root -> why it is not watched
        self.paused = False

    def close(self) -> None:
        self.observer.stop()
        self.observer.join(10)

    def loop(self) -> None:
        last = dict.fromkeys(("full", "poll", "roots", "heartbeat"), float("-inf"))

        def due(name: str, every: float) -> bool:
            now = time.monotonic()
            if now - last[name] < every:
                return False
            last[name] = now
            return True

        while not self.stop():
            if due("roots", self.pace.roots):
                self._follow_roots()
            if due("heartbeat", self.pace.heartbeat):
                self._beat()
            if self._may_work():
                if due("full", self.pace.full):
                    self._run(None)
                if self.polled and due("poll", self.pace.poll):
                    self._run(list(self.polled))
                if ready := self.dirt.due(self.pace):
                    self._run(ready)
            time.sleep(self.pace.tick)

    def _may_work(self) -> bool:
        paused = not self.battery and on_battery()
        if paused != self.paused:
            self.say("paused: on battery" if paused else "going on: no longer on battery")
        self.paused = paused
        return not paused

    # -- roots

    def _follow_roots(self) -> None:
        """Watch roots that came (registered, mounted), let go of those that went."""
        there = {root.path for root in self.store.roots() if os.path.exists(root.path)}
        for path in self.watched.keys() - there:
            self._unschedule(path)
            self.dirt.mark(path)
        for path in sorted(there - self.watched.keys() - self.polled.keys()):
            self._schedule(path)
        for path in self.polled.keys() - there:
            del self.polled[path]

    def _schedule(self, path: str) -> None:
        folder = path if os.path.isdir(path) else os.path.dirname(path)
        try:
            self.watched[path] = self.observer.schedule(
                _Handler(self, path), folder, recursive=folder == path
            )
            self.dirt.mark(path)
        except OSError as e:
            limit = e.errno in (errno.ENOSPC, errno.EMFILE)
            why = f"the limit of watches is reached: {SYSCTL}" if limit else e.strerror or str(e)
            self.polled[path] = why
            self.say(f"{path} is looked at every {self.pace.poll:.0f} s instead of watched: {why}")

    def _unschedule(self, path: str) -> None:
        try:
            self.observer.unschedule(self.watched.pop(path))
        except (KeyError, OSError):
            return  # the watch went with its folder

    # -- runs

    def _run(self, roots: list[str] | None) -> None:
        registered = {root.path for root in self.store.roots()}
        if not registered or (roots is not None and not (roots := [r for r in roots if r in registered])):
            return
        try:
            report = sync(
                self.store,
                self.embedder,
                self.read,
                self.settings,
                roots=roots,
                progress=self.progress,
                stop=self.stop,
            )
        except LockHeld:
            for root in roots or registered:
                self.dirt.mark(root)  # after the other run
            return
        self.store.set_state("last_run", f"{time.time():.0f}")
        if report.new + report.changed + report.moved + report.gone + report.embedded:
            self.done(report)

    def _beat(self) -> None:
        """For status: that this watcher lives, and what it cannot watch."""
        beat = {"pid": os.getpid(), "at": time.time(), "watched": len(self.watched), "polled": self.polled}
        self.store.set_state("watch", json.dumps(beat))


class _Handler:
    """What watchdog calls for each event of a root."""

    def __init__(self, watcher: _Watcher, root: str) -> None:
        self.watcher = watcher
        self.root = root
        self.own = str(watcher.store.path)

    def dispatch(self, event: Any) -> None:
        if event.event_type not in CHANGES:
            return  # being opened and read is no change: runs would wake each other
        paths = [os.fsdecode(p) for p in (event.src_path, event.dest_path) if p]
        if all(path.startswith(self.own) for path in paths):
            return
        if event.is_directory and event.event_type == "modified":
            return  # what happened in it has events of its own
        if os.path.isdir(self.root) or self.root in paths:
            self.watcher.dirt.mark(self.root)
