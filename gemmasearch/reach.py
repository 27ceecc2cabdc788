"""What the disk says of a file, asked so that nothing hangs on a disk or server that does not answer.

A look at a file on a dead mount may never return. It happens in a thread that nobody waits for longer than
``PATIENCE``; while one is stuck, the next is hardly waited for. A folder is asked only once as long as it is silent.
"""

from __future__ import annotations

import os
from _thread import LockType, allocate_lock, start_new_thread  # all of threading takes a millisecond to load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    T = TypeVar("T")

PATIENCE = 3.0  # seconds; a sleeping disk takes longer, and is there the next time
LONGER = 10.0  # for runs, which nobody waits for and which a sleeping disk should not miss
HASTE = 0.2
SILENT = "it does not answer"

_stuck: list[LockType] = []  # held until the disk answers
_silent: dict[str, LockType] = {}  # the same of folders


def asked(look: Callable[[], T], otherwise: T) -> T:
    """What ``look`` says of the disk, or ``otherwise`` if it does not answer."""
    answer: list[T] = []
    looking = _begun(lambda: answer.append(look()))
    _stuck[:] = [each for each in _stuck if each.locked()]
    if not looking.acquire(timeout=HASTE if _stuck else PATIENCE):
        _stuck.append(looking)
    return answer[0] if answer else otherwise


def answers(path: str, patience: float | None = None) -> bool:
    """Whether the disk says anything of a path in time, if only that nothing is there."""
    before = _silent.get(path)
    if before is not None and before.locked():
        return False
    looking = _begun(lambda: _looked_at(path))
    if looking.acquire(timeout=PATIENCE if patience is None else patience):
        return True
    _silent[path] = looking
    return False


def is_there(path: str) -> bool:
    """Whether something is there, as far as that can be told without waiting for a folder that is silent."""
    silent = [folder for folder, looking in _silent.items() if looking.locked()]
    return not any(f"{path}/".startswith(f"{folder}/") for folder in silent) and os.path.lexists(path)


def _begun(look: Callable[[], object]) -> LockType:
    """A lock that is released when the look is over."""
    looking = allocate_lock()
    looking.acquire()

    def ask() -> None:
        try:
            look()
        finally:
            looking.release()

    start_new_thread(ask, ())
    return looking


def _looked_at(path: str) -> None:
    """The kernel may remember a folder itself and ask the server for what is in it alone."""
    try:
        os.stat(path)
        with os.scandir(path) as listing:
            next(listing, None)
    except (OSError, ValueError):
        return  # an answer, too; and a file has no listing


def mount_points() -> frozenset[str]:
    """Where file systems are mounted, as Linux tells it; nothing is asked of them. Empty on other systems."""
    try:
        with open("/proc/self/mountinfo", "rb") as listing:
            points = [line.split(b" ")[4] for line in listing]
    except (OSError, IndexError):
        return frozenset()
    return frozenset(map(_plain, points))


def _plain(point: bytes) -> str:
    """The kernel writes blanks and backslashes in octal digits."""
    for octal, letter in ((b"\\040", b" "), (b"\\011", b"\t"), (b"\\012", b"\n"), (b"\\134", b"\\")):
        point = point.replace(octal, letter)
    return os.fsdecode(point)
