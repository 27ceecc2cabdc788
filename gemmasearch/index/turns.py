"""One thing at a time: an index has one connection and one model of each kind, and none of them does two at once."""

from __future__ import annotations

import functools
import os
from _thread import RLock  # what threading.RLock is; the whole of threading takes a millisecond to load
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any, TypeVar

from gemmasearch.errors import UsageProblem

Class = TypeVar("Class", bound=type)


class Turns:
    """Who may use an index now: threads wait for each other; what a turn calls is part of it."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._process = os.getpid()
        self._endless = False

    def elsewhere(self) -> bool:
        """Whether this process is a fork of the one that opened the index."""
        return self._process != os.getpid()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """:raises UsageProblem: another thread has taken a turn that does not end by itself."""
        if not self._lock.acquire(blocking=False):
            if self._endless:
                raise UsageProblem(
                    "this Index watches your files in another thread",
                    "open a second one beside it: Index.open()",
                )
            self._lock.acquire()
        try:
            yield
        finally:
            self._lock.release()

    @contextmanager
    def endless(self) -> Iterator[None]:
        """Within a turn: nobody is to wait for its end."""
        self._endless = True
        try:
            yield
        finally:
            self._endless = False


def in_turn(cls: Class) -> Class:
    """Decorate a part of Index: each of its public methods is a turn."""
    for name, method in list(vars(cls).items()):
        if isinstance(method, FunctionType) and not name.startswith("_"):
            setattr(cls, name, _one_turn(method))
    return cls


def _one_turn(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def taken(self: Any, *args: Any, **kwargs: Any) -> Any:
        with self._turn():
            return method(self, *args, **kwargs)

    return taken
