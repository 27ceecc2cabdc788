"""One writer at a time: a lock that the kernel gives back when its holder dies, and that names its holder."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from gemmasearch.errors import LockHeld, MachineRefused

_PAUSE = 0.2  # seconds between two tries of a waiting run


@contextmanager
def run_lock(index: Path, *, wait: float = 0.0, stop: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Hold the write lock of an index; it lies beside it, 0600, and stays there.

    ``flock`` belongs to the open file: a dead holder's lock is free at once, whatever its pid is used for now.

    :param wait: seconds to wait for another run before giving up.
    :raises LockHeld: another run holds it. :raises MachineRefused: no lock can be had on this file system.
    """
    path = index.with_name(index.name + ".lock")
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as e:
        raise MachineRefused(f"cannot write the lock {path}: {e.strerror}", "check the permissions") from e
    try:
        _acquire(fd, path, time.monotonic() + wait, stop)
        _sign(fd)
        yield
    finally:
        os.close(fd)


def _acquire(fd: int, path: Path, deadline: float, stop: Callable[[], bool]) -> None:
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as e:
            if e.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise MachineRefused(
                    f"cannot lock {path}: {e.strerror}", "put the index on a local disk with --db"
                ) from e
        if time.monotonic() >= deadline or stop():
            raise LockHeld(
                f"another run is writing to this index{_holder(fd)}", "try again when it has ended"
            )
        time.sleep(_PAUSE)


def _sign(fd: int) -> None:
    holder = {"pid": os.getpid(), "host": socket.gethostname(), "since": time.time()}
    os.ftruncate(fd, 0)
    os.pwrite(fd, json.dumps(holder).encode(), 0)


def _holder(fd: int) -> str:
    try:
        holder = json.loads(os.pread(fd, 1000, 0))
        since = datetime.fromtimestamp(holder["since"]).strftime("%H:%M:%S")
        return f": process {int(holder['pid'])} on {holder['host']} since {since}"
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return ""
