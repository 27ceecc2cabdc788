"""Watching the roots: a change is findable within seconds, and nothing depends on events being complete.

An event only says that a root must be looked at: the look is the same crawl that a run makes, which costs about
a second per hundred thousand unchanged files. So lost events, of which watchdog tells nobody, cost time and never
truth: whatever arrives after them, or the hourly look, brings everything.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import field
from typing import TYPE_CHECKING

from gemmasearch.documents import SyncEvent, SyncReport
from gemmasearch.errors import GsearchError, IndexProblem, LockHeld
from gemmasearch.indexing import heartbeat, lock
from gemmasearch.indexing.ahead import Read
from gemmasearch.indexing.events import Dirt, Watches
from gemmasearch.indexing.manners import on_battery
from gemmasearch.indexing.sync import sync
from gemmasearch.light import dataclass
from gemmasearch.reach import answers

if TYPE_CHECKING:
    from gemmasearch.models import Embedder
    from gemmasearch.settings import Settings
    from gemmasearch.store import Store


@dataclass(frozen=True, slots=True)
class Pace:
    """All in seconds. ``quiet`` is longer than a stamp is racy, so that what is read once has settled."""

    quiet: float = 2.5  # without an event before a look
    longest: float = 10.0  # a look comes at the latest, however busy the root is
    settle: float = 2.0  # a file is read when it was left alone for so long …
    patience: float = 60.0  # … or when it has kept a root waiting for so long
    full: float = 3600.0  # between looks at everything
    poll: float = 60.0  # between looks at roots that cannot be watched whole
    roots: float = 10.0  # between looks for roots that came or went, or whose options changed
    heartbeat: float = heartbeat.WATCH_SECONDS
    trouble: float = 60.0  # before the next try after the machine said no; doubles each time
    purge: float = 900.0  # between two purges of deleted words
    tick: float = 0.25


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
    :raises LockHeld: another watcher does it already.
    """
    only = store.path.with_name(store.path.name + ".watch")
    try:
        with lock.run_lock(only, "watch"):
            watcher = _Watcher(
                store, embedder, read, settings, stop, progress, done, say, pace or Pace(), battery
            )
            try:
                watcher.loop()
            finally:
                watcher.close()
    except LockHeld as e:
        found = lock.holder(only)
        who = f" ({lock.described(found)})" if found else ""
        raise LockHeld(f"{store.path} is being watched already{who}", "one watcher is enough") from e


@dataclass
class _Watcher:
    store: Store
    embedder: Embedder
    read: Read
    settings: Settings
    stop: Callable[[], bool]
    progress: Callable[[SyncEvent], None]
    done: Callable[[SyncReport], None]
    say: Callable[[str], None]
    pace: Pace
    battery: bool
    dirt: Dirt = field(default_factory=Dirt)
    paused: bool = False
    trouble: str = ""  # why the last run failed
    failures: int = 0
    _last: dict[str, float] = field(default_factory=dict)
    _unsettled: dict[str, float] = field(default_factory=dict)  # root -> since when a file keeps it waiting
    _options: dict[str, str] = field(default_factory=dict)
    _polled: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.watches = Watches(str(self.store.path), self.dirt)

    def close(self) -> None:
        self.watches.close()
        with suppress(GsearchError):
            heartbeat.watch_ended(self.store)

    def loop(self) -> None:
        while not self.stop():
            if self._due("roots", self.pace.roots):
                self._follow_roots()
            self._beat()
            if self._may_work():
                if self._due("full", self.pace.full):
                    self._run(None)
                if self.watches.polled and self._due("poll", self.pace.poll):
                    self._run(list(self.watches.polled))
                if ready := self.dirt.due(self.pace.quiet, self.pace.longest):
                    self._run(ready)
            time.sleep(self.pace.tick)

    def _due(self, name: str, every: float) -> bool:
        now = time.monotonic()
        if now - self._last.get(name, float("-inf")) < every:
            return False
        self._last[name] = now
        return True

    def _may_work(self) -> bool:
        paused = not self.battery and on_battery()
        if paused != self.paused:
            self.say("paused: on battery" if paused else "going on: no longer on battery")
        self.paused = paused
        pause = min(3600.0, self.pace.trouble * 2 ** (self.failures - 1)) if self.failures else 0.0
        return not paused and time.monotonic() - self._last.get("failure", float("-inf")) >= pause

    def _follow_roots(self) -> None:
        """Watch roots that came (registered, mounted), let go of those that went; other options mean another look."""
        roots = {root.path: repr(root.options) for root in self.store.roots()}
        for path, options in roots.items():
            if self._options.get(path, options) != options:
                self.dirt.mark(path)
        self._options = roots
        self.watches.follow(
            {path: options for path, options in roots.items() if answers(path) and os.path.exists(path)}
        )
        for path, why in self.watches.polled.items():
            if path not in self._polled:
                self.say(f"{path} is looked at every {self.pace.poll:.0f} s, too: {why}")
        self._polled = dict(self.watches.polled)

    # -- runs

    def _run(self, roots: list[str] | None) -> None:
        registered = {root.path for root in self.store.roots()}
        if not registered or (roots is not None and not (roots := [r for r in roots if r in registered])):
            return
        try:
            with lock.run_lock(self.store.path, "watch", stop=self._stop_run):
                report = sync(
                    self.store,
                    self.embedder,
                    self.read,
                    self.settings,
                    roots=roots,
                    progress=self.progress,
                    stop=self._stop_run,
                    settle=self._settle(roots or sorted(registered)),
                    purge_every=self.pace.purge,
                )
                said = heartbeat.INTERRUPTED if report.interrupted else f"{heartbeat.DONE}, by the watcher"
                heartbeat.beat(self.store, heartbeat.RUN, said=said)
        except LockHeld:
            self._again(roots or registered)  # after the other run
            return
        except IndexProblem:
            raise
        except GsearchError as e:
            self._in_trouble(e)
            self._again(roots or registered)
            return
        self.trouble, self.failures = "", 0
        self._wait_for(roots or sorted(registered), report.unsettled > 0)
        if report.interrupted and not self.stop():
            self._again(roots or registered)  # paused in the middle of it
        if report.new + report.changed + report.moved + report.gone + report.embedded:
            self.done(report)

    def _stop_run(self) -> bool:
        """Asked by a run between its steps, which may take hours in all."""
        self._beat()
        return self.stop() or (self._due("battery", 10.0) and not self.battery and on_battery())

    def _again(self, roots: Iterable[str]) -> None:
        for root in roots:
            self.dirt.mark(root)

    def _settle(self, roots: list[str]) -> float:
        """Files that are being written are left alone, but none keeps a root waiting for ever."""
        now = time.monotonic()
        waited = max((now - self._unsettled[r] for r in roots if r in self._unsettled), default=0.0)
        return self.pace.settle if waited < self.pace.patience else 0.0

    def _wait_for(self, roots: list[str], unsettled: bool) -> None:
        for root in roots:
            if unsettled:
                self._unsettled.setdefault(root, time.monotonic())
                self.dirt.mark(root)
            else:
                self._unsettled.pop(root, None)

    def _in_trouble(self, e: GsearchError) -> None:
        """The disk is full, or a model is gone: that may pass."""
        if e.message != self.trouble:
            self.say(f"{e.message}; trying again")
        self.trouble = e.message
        self.failures += 1
        self._last["failure"] = time.monotonic()

    def _beat(self) -> None:
        """For status: that this watcher lives, and what it cannot watch."""
        if self._due("heartbeat", self.pace.heartbeat):
            facts = {"watched": len(self.watches), "polled": self.watches.polled, "trouble": self.trouble}
            with suppress(GsearchError):  # a full disk must not end the watcher
                heartbeat.beat(self.store, heartbeat.WATCH, **facts)
