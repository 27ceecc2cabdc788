"""The helper processes of a run with many small files, as the run sees them."""

from __future__ import annotations

import gc
import queue
import signal
import socket
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, cast

from gemmasearch.indexing.helper import Made, Maker, Task, Wanted, received, send
from gemmasearch.readers.channel import started

if TYPE_CHECKING:
    from gemmasearch.models import Embedder

MOST = 2  # processes: more of them would wait for the writer
AHEAD = 2  # batches that each of them is asked for at a time …
SPARE = 14  # … and more that wait: several are written in one transaction, meanwhile none may want for work
Batch = Future[list[Made | None]]
Asked = tuple[Sequence[Wanted], Batch]
_END: Final[Asked] = ((), Future())


class Helpers:
    """So many processes that read ahead. A context manager.

    They die with the thread that enters it. A batch whose helper died comes back as None for each file.
    """

    def __init__(self, task: Callable[[], Task], static: Embedder | None, count: int) -> None:
        """:param task: says how files are read and cut, which takes a tokenizer: asked for while they start.
        :param static: of this process, if that is the embedder, which makes vectors as fast as rows are made: they
            come along with them."""
        self._said = task
        self._static = static
        self._count = count
        self._asked: queue.SimpleQueue[Asked] = queue.SimpleQueue()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._threads: list[threading.Thread] = []

    @property
    def room(self) -> int:
        """Batches that may wait."""
        return AHEAD * self._count + SPARE

    def begin(self, wanted: Sequence[Wanted], batch: Batch) -> None:
        """Have files read; ``batch`` gets what is made of them, in their order."""
        self._asked.put((wanted, batch))

    def result(self, batch: Batch) -> list[Made | None]:
        """What was made of a batch that was begun. As long as it is not there, this process makes others."""
        while not batch.done() and (asked := self._next(wait=False)):
            wanted, other = asked
            other.set_result(self._maker.made(wanted))
        return batch.result()

    def __enter__(self) -> Self:
        with ExitStack() as failed:
            failed.callback(self._end)
            channels = [self._start() for _ in range(self._count)]
            self._task = self._said()
            self._maker = Maker(self._task, self._static)
            failed.pop_all()
        for channel in channels:
            thread = threading.Thread(target=self._serve, args=(channel,), name="helped", daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._end()

    def _start(self) -> socket.socket:
        channel, theirs = socket.socketpair()
        with theirs:
            dim = self._static.dim if self._static else 0
            self._processes.append(started("gemmasearch.indexing.helper", theirs, dim, gc.get_threshold()[0]))
        return channel

    def _end(self) -> None:
        for process in self._processes:
            process.send_signal(signal.SIGKILL)
        for _ in self._threads:
            self._asked.put(_END)
        for thread in self._threads:
            thread.join()
        for process in self._processes:
            process.wait()

    def _serve(self, channel: socket.socket) -> None:
        """Ask one helper for batch after batch, the next one before the last one is there, until it dies."""
        pending: deque[Asked] = deque()
        alive = True
        with channel:
            _tell(channel, self._task)
            while alive or pending:
                if alive and len(pending) < AHEAD and (asked := self._next(wait=not pending)):
                    if asked is _END:
                        return
                    _tell(channel, asked[0])
                    pending.append(asked)
                    continue
                wanted, batch = pending.popleft()
                made = _answer(channel) if alive else None
                alive = made is not None
                batch.set_result([None] * len(wanted) if made is None else made)

    def _next(self, *, wait: bool) -> Asked | None:
        try:
            return self._asked.get(block=wait)
        except queue.Empty:
            return None


def _tell(channel: socket.socket, message: object) -> None:
    with suppress(OSError):  # one that died gives no answer either
        send(channel, message)


def _answer(channel: socket.socket) -> list[Made | None] | None:
    """What a helper made of a batch; None where it died."""
    try:
        return cast("list[Made | None] | None", received(channel))
    except (OSError, EOFError):
        return None
