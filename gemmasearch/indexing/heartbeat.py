"""Signs of life: runs and watchers leave a mark in the index, so that nobody trusts one that stopped long ago."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from gemmasearch.documents import SyncReport
from gemmasearch.errors import GsearchError, LockHeld
from gemmasearch.indexing import glance
from gemmasearch.light import dataclass
from gemmasearch.store import Store

WATCH, RUN, SCHEDULED = "watch", glance.RUN, glance.SCHEDULED  # names in the store's state
WATCH_SECONDS = 30.0  # between two beats of a watcher
MISSED = 2  # beats that may be missing before it counts as stopped
GRACE = 60.0  # seconds beyond them
DONE, INTERRUPTED = "done", "interrupted; `gsearch index` goes on"
PATIENCE = 5.0  # seconds for another program's transaction


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Of ``what`` ("watch", "scheduled run", "last run"), last heard ``at`` (epoch seconds).

    ``stale``: it should have been heard since; ``mend`` says what to do, ``said`` is for people."""

    what: str
    at: float
    stale: bool
    said: str
    mend: str = ""


def beat(store: Store, name: str, **facts: Any) -> None:
    """Leave a mark: now, by this process. :raises LockHeld: another program is in the midst of a transaction."""
    mark = {"pid": os.getpid(), "host": socket.gethostname(), "at": time.time(), **facts}
    with store.patient(PATIENCE):
        store.set_state(name, json.dumps(mark))


@contextmanager
def of_run(store: Store, every: float = 0.0) -> Iterator[Callable[[SyncReport], None]]:
    """The mark that a run leaves when it ends, however it ends.

    :param every: seconds between scheduled runs; 0 = it is none. :return: what is told the run's report.
    """
    said = INTERRUPTED

    def ended(report: SyncReport) -> None:
        nonlocal said
        said = INTERRUPTED if report.interrupted else DONE

    try:
        yield ended
    except LockHeld:
        said = "another run was writing"
        raise
    except GsearchError as e:
        said = f"failed: {e.message}"
        raise
    finally:
        with suppress(GsearchError):
            if said != "another run was writing":
                beat(store, RUN, said=said)
            if every:
                beat(store, SCHEDULED, said=said, every=every)


def watch_ended(store: Store) -> None:
    """A watcher that ends as it was told to is not missed."""
    store.set_state(WATCH, "{}")


def heartbeats(store: Store, now: float | None = None) -> list[Heartbeat]:
    """What was heard of the watcher, the last run and the last scheduled run, as far as there were any."""
    now = time.time() if now is None else now
    found = [
        _watch(_read(store, WATCH), now),
        _scheduled(_read(store, SCHEDULED), now),
        _run(_read(store, RUN), now),
    ]
    return [each for each in found if each]


def _watch(mark: Mapping[str, Any], now: float) -> Heartbeat | None:
    if not mark:
        return None
    at = float(mark["at"])
    stale = now - at > MISSED * WATCH_SECONDS + GRACE
    polled: Mapping[str, str] = mark.get("polled", {})
    said = f"process {mark['pid']}, heard {ago(now - at)}"
    if polled:
        reasons = "; ".join(dict.fromkeys(polled.values()))
        said += f"; degraded: {len(polled)} folders are polled instead of watched ({reasons})"
    if mark.get("trouble"):
        said += f"; in trouble: {mark['trouble']}"
    if stale:
        said = f"not heard since {ago(now - at)}: it stopped or hangs"
    return Heartbeat("watch", at, stale, said, "gsearch watch" if stale else "")


def _scheduled(mark: Mapping[str, Any], now: float) -> Heartbeat | None:
    if not mark:
        return None
    at, every = float(mark["at"]), float(mark.get("every", 0))
    stale = every > 0 and now - at > MISSED * every + GRACE
    said = f"{ago(now - at)}, {mark.get('said', DONE)}"
    if stale:
        said += f"; due every {_span(every)}: it does not run any more"
    return Heartbeat("scheduled run", at, stale, said, "gsearch schedule install" if stale else "")


def _run(mark: Mapping[str, Any], now: float) -> Heartbeat | None:
    if not mark:
        return None
    return Heartbeat(
        "last run", float(mark["at"]), False, f"{ago(now - float(mark['at']))}, {mark.get('said', DONE)}"
    )


def _read(store: Store, name: str) -> Mapping[str, Any]:
    found = store.record(name)
    return found if "at" in found else {}


def ago(seconds: float) -> str:
    """``3 minutes ago``."""
    return "just now" if seconds < 10 else f"{_span(seconds)} ago"


def _span(seconds: float) -> str:
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        if seconds >= 2 * length or (unit == "second" and seconds >= 1):
            return f"{round(seconds / length)} {unit}s"
    return "0 seconds"
