"""How long pypdf may take over a file and over a page; what it does not finish, pypdfium2 reads, which is C++.

An alarm interrupts it wherever it is, so this holds in the main thread only: that of the worker process.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

T = TypeVar("T")

FILE = 0.5  # of a document's time
PAGE = 1 / 6


class TooSlow(BaseException):
    """Not an Exception: pypdf catches those."""


class Pace:
    """The time that is left for pypdf. ``seconds`` is that of the document."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds * FILE
        self._most = seconds * PAGE

    @contextmanager
    def step(self) -> Iterator[None]:
        """Something pypdf does for the file.

        :raises TooSlow: it takes too long, or what went before took all the time.
        """
        if self._left <= 0:
            raise TooSlow
        started = time.monotonic()
        try:
            with _alarm(min(self._left, self._most)):
                yield
        finally:
            self._left -= time.monotonic() - started

    def within(self, get: Callable[[], T]) -> T | None:
        """What is good to have beside the text; None where there is no time for it."""
        try:
            with self.step():
                return get()
        except TooSlow:
            return None


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _ring(number: int, frame: FrameType | None) -> None:
    raise TooSlow
