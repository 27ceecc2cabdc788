"""One writer at a time: an flock on a file beside the index, in which the holder says who it is.

The kernel drops the lock with the process, so a dead holder or a recycled pid never blocks anybody.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from gemmasearch.errors import Interrupted, LockHeld, MachineRefused, no_space
from gemmasearch.indexing.glance import began_here
from gemmasearch.light import dataclass

POLL_SECONDS = 0.05
LEAST_WAIT = 0.3  # seconds: whoever only asks who holds the lock has it for an instant, too


@dataclass(frozen=True, slots=True)
class Holder:
    """Who writes to the index."""

    pid: int
    host: str
    since: float  # epoch seconds
    what: str  # "index", "watch", ...
    started: float = 0.0  # when the process began, which tells it from a later one of the same number


def lock_path(index: Path) -> Path:
    return index.with_name(index.name + ".lock")


@contextmanager
def run_lock(
    index: Path, what: str = "index", *, wait: float = 0.0, stop: Callable[[], bool] = lambda: False
) -> Iterator[None]:
    """Hold the lock of an index for the body.

    :param wait: seconds to wait for another holder; 0 = not at all.
    :raises LockHeld: another run holds it still. :raises MachineRefused: the place knows no locks, or is full.
    :raises Interrupted: ``stop()`` while waiting; its cause is the LockHeld that was waited for.
    """
    fd = _open(lock_path(index))
    try:
        _acquire(fd, index, wait, stop)
        _sign(fd, index, what)
        try:
            yield
        finally:
            os.ftruncate(fd, 0)
    finally:
        os.close(fd)


def holder(index: Path) -> Holder | None:
    """Who holds the lock now, None if nobody does (or nobody can tell)."""
    try:
        fd = os.open(lock_path(index), os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except OSError:
        return _alive(_read(fd)) or Holder(0, "", 0.0, "")
    finally:
        os.close(fd)


def unended(index: Path) -> Holder | None:
    """The holder that was killed, or lost its power, before it could let go; None if the last one ended."""
    try:
        fd = os.open(lock_path(index), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return _read(fd) if holder(index) is None else None
    finally:
        os.close(fd)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as e:
        raise MachineRefused(
            f"cannot lock the index: {path}: {e.strerror}", "check the folder's permissions"
        ) from e


def _acquire(fd: int, index: Path, wait: float, stop: Callable[[], bool]) -> None:
    deadline = time.monotonic() + max(wait, LEAST_WAIT)
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as e:
            if e.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise MachineRefused(
                    f"{index.parent} does not support locks ({e.strerror})",
                    "keep the index on a local disk: --db or GSEARCH_DB",
                ) from e
        if stop():
            raise Interrupted("interrupted while waiting for another run") from _held(fd, index)
        if time.monotonic() >= deadline:
            raise _held(fd, index)
        time.sleep(POLL_SECONDS)


def _sign(fd: int, index: Path, what: str) -> None:
    """Say in the file who holds the lock."""
    holder = Holder(os.getpid(), socket.gethostname(), time.time(), what, _began(os.getpid()) or 0.0)
    try:
        os.ftruncate(fd, 0)
        os.pwrite(fd, json.dumps(asdict(holder)).encode(), 0)
    except OSError as e:
        if e.errno in (errno.ENOSPC, errno.EDQUOT):
            raise no_space(index) from e
        raise MachineRefused(f"cannot lock the index {index}: {e.strerror}", "check the disk") from e


def _held(fd: int, index: Path) -> LockHeld:
    found = _alive(_read(fd))
    who = f" ({described(found)})" if found else ""
    return LockHeld(f"another run is writing to {index}{who}", "wait for it to end, or pass --wait")


def _alive(found: Holder | None) -> Holder | None:
    """The holder, unless its process is gone or its number was given to another one since."""
    if found is None or found.host != socket.gethostname():
        return found
    began = _began(found.pid)
    return found if began is not None and abs(began - found.started) < 2 else None


def _began(pid: int) -> float | None:
    """When a process began, in epoch seconds; None if it is gone."""
    if pid == os.getpid() and (began := began_here()):
        return began  # every run asks for its own, and the library takes long to load
    import psutil

    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def described(found: Holder) -> str:
    """A holder, for people."""
    since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(found.since))
    return f"gsearch {found.what}, process {found.pid} on {found.host}, since {since}"


def _read(fd: int) -> Holder | None:
    try:
        found = json.loads(os.pread(fd, 4096, 0))
        who, what = (int(found["pid"]), str(found["host"])), str(found["what"])
        return Holder(*who, float(found["since"]), what, float(found.get("started", 0)))
    except (OSError, ValueError, KeyError, TypeError):
        return None
