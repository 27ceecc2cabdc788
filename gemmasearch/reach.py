"""What the disk says of a file, asked so that nothing hangs on a disk or server that does not answer.

A look at a file on a dead mount may never return. It happens in a thread that nobody waits for longer than
``PATIENCE``; while one is stuck, the next is hardly waited for.
"""

from __future__ import annotations

from _thread import LockType, allocate_lock, start_new_thread  # all of threading takes a millisecond to load
from collections.abc import Callable
from typing import TypeVar

PATIENCE = 3.0  # seconds; a sleeping disk takes longer, and is there the next time
HASTE = 0.2
T = TypeVar("T")

_stuck: list[LockType] = []  # held until the disk answers


def asked(look: Callable[[], T], otherwise: T) -> T:
    """What ``look`` says of the disk, or ``otherwise`` if it does not answer."""
    answer: list[T] = []
    looking = allocate_lock()
    looking.acquire()

    def ask() -> None:
        try:
            answer.append(look())
        finally:
            looking.release()

    start_new_thread(ask, ())
    _stuck[:] = [each for each in _stuck if each.locked()]
    if not looking.acquire(timeout=HASTE if _stuck else PATIENCE):
        _stuck.append(looking)
    return answer[0] if answer else otherwise
