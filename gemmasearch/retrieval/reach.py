"""What the disk says of a file, asked so that no search hangs on a disk or server that does not answer.

A look at a file on a dead mount may never return. It happens in a thread that nobody waits for longer than
``PATIENCE``; while one is stuck, the next is hardly waited for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

PATIENCE = 3.0  # seconds; a sleeping disk takes longer, and is there the next time
HASTE = 0.2
T = TypeVar("T")

_stuck: list[threading.Thread] = []


def asked(look: Callable[[], T], otherwise: T) -> T:
    """What ``look`` says of the disk, or ``otherwise`` if it does not answer."""
    answer: list[T] = []
    thread = threading.Thread(target=lambda: answer.append(look()), daemon=True)
    thread.start()
    _stuck[:] = [each for each in _stuck if each.is_alive()]
    thread.join(HASTE if _stuck else PATIENCE)
    if thread.is_alive():
        _stuck.append(thread)
    return answer[0] if answer else otherwise
