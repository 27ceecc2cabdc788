"""The worker process: reads one untrusted file after the other for its parent.

It is started with a fresh interpreter (nothing inherited: no locks, no threads, no open files but its socket),
gives up what it can (``sandbox``), gets each file as a descriptor, and answers with frames (``frames``). It ends
when its parent does.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, BinaryIO

from gemmasearch.documents import Document, Problem
from gemmasearch.readers import frames, recognition, sandbox
from gemmasearch.readers.formats import Source
from gemmasearch.readers.run import items
from gemmasearch.readers.table import by_name
from gemmasearch.settings import Settings

LARGEST_REQUEST = 1 << 20
MEGABYTE = 1 << 20
ALIVE_EVERY = 0.5  # seconds between two signs of life


def main(descriptor: int, parent: int, memory_mb: int, models_mb: int) -> None:
    """Serve requests from the socket ``descriptor`` until it is closed."""
    end_with(parent)
    _without_terminal()
    memory = _Memory(memory_mb, models_mb)
    with socket.socket(fileno=descriptor) as channel:
        recognition.preload()
        entered = sandbox.enter(memory.limited)
        channel.sendall(frames.packed({"is": "ready", **asdict(entered)}))
        while request := _next_request(channel):
            message, file = request
            with file:
                again = _Service(channel, message, memory).serve(file)
            if not again:
                return  # what such a file leaves behind is not kept for the next one


def _next_request(channel: socket.socket) -> tuple[dict[str, Any], BinaryIO] | None:
    raw, descriptors, _, _ = socket.recv_fds(channel, 4, 1)
    if len(raw) < 4 or not descriptors:
        return None
    body, size = bytearray(), min(frames.LENGTH.unpack(raw)[0], LARGEST_REQUEST)
    while len(body) < size and (piece := channel.recv(size - len(body))):
        body += piece
    return frames.unpacked(bytes(body)), os.fdopen(descriptors[0], "rb")


def _frame(channel: socket.socket) -> dict[str, Any] | None:
    """The parent's answer to a question; None when it is gone."""
    body = _exactly(channel, 4)
    return frames.unpacked(_exactly(channel, frames.LENGTH.unpack(body)[0])) if len(body) == 4 else None


def _exactly(channel: socket.socket, size: int) -> bytes:
    found = bytearray()
    while len(found) < size and (piece := channel.recv(size - len(found))):
        found += piece
    return bytes(found)


class _Service:
    """One request."""

    def __init__(self, channel: socket.socket, message: Mapping[str, Any], memory: _Memory) -> None:
        self._channel = channel
        self._message = message
        self._memory = memory
        self._seconds = 0
        self._said = time.monotonic()

    def serve(self, file: BinaryIO) -> bool:
        """Read the file and send what is in it; whether this process is fit for another one."""
        settings = Settings(**self._message["settings"])
        self._seconds = settings.reader_seconds
        _limit_processor(self._seconds)
        source = Source(
            os.fsdecode(bytes.fromhex(self._message["path"])),
            file,
            os.fstat(file.fileno()).st_size,
            start=self._message["start"],
            resume_at=self._message["resume_at"],
            avoid=frozenset(self._message["avoid"]),
            on_part=self._part,
            on_progress=self._alive,
            on_slow=self._slow,
            on_recall=self._recall,
            on_learn=self._learn,
        )
        for item in items(by_name(self._message["format"]), source, settings):
            if isinstance(item, Problem) and item.reason in ("memory", "crash"):
                self._send({"is": "fell", "reason": item.reason, "detail": item.detail})
                return False
            self._send(frames.of_item(_kept(item, source.path)))
        again = not self._memory.is_short()
        self._send({"is": "end", "again": again})
        return again

    def _send(self, message: Mapping[str, Any]) -> None:
        self._channel.sendall(frames.packed(message))
        self._said = time.monotonic()

    def _part(self, unit: int, part: str) -> None:
        _limit_processor(self._seconds)
        self._send({"is": "at", "unit": unit, "part": part})

    def _slow(self) -> None:
        _limit_processor(self._seconds * (os.cpu_count() or 1))
        self._send({"is": "slow"})

    def _recall(self, key: str) -> str | None:
        self._send({"is": "recall", "key": key})
        answer = _frame(self._channel)
        return str(answer["text"]) if answer and answer["text"] is not None else None

    def _learn(self, key: str, text: str) -> None:
        self._send({"is": "learn", "key": key, "text": text})

    def _alive(self) -> None:
        if time.monotonic() - self._said > ALIVE_EVERY:
            self._send({"is": "alive"})


def _kept(item: Document | Problem, path: str) -> Document | Problem:
    if isinstance(item, Document) and len(item.text) > frames.LONGEST_TEXT:
        return Problem(path, "limit", f"a text of {len(item.text)} characters", item.part)
    return item


class _Memory:
    """The limit on this process's address space, where the system knows one (Linux)."""

    def __init__(self, megabytes: int, models: int) -> None:
        self._statm = self._opened()
        self._start = self._mapped()
        self._room = (megabytes + models) * MEGABYTE
        self._kept = (megabytes // 3 + models) * MEGABYTE
        self.limited = self._start > 0
        if self.limited:
            _limit(resource.RLIMIT_AS, self._start + self._room)
        _limit(resource.RLIMIT_FSIZE, 0)
        _limit(resource.RLIMIT_CORE, 0)
        _limit(resource.RLIMIT_NOFILE, 64)

    def is_short(self) -> bool:
        """Whether so much stays in use that the next file would have less than it is promised."""
        return self._mapped() - self._start > self._kept

    def _mapped(self) -> int:
        if self._statm is None:
            return 0
        return int(os.pread(self._statm, 200, 0).split()[0]) * os.sysconf("SC_PAGE_SIZE")

    @staticmethod
    def _opened() -> int | None:
        try:
            return os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None


def _limit_processor(seconds: int) -> None:
    """A last resort behind the parent's clock: it holds also when the parent is stopped."""
    times = os.times()
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = int(times.user + times.system) + 2 * seconds + 5
    resource.setrlimit(resource.RLIMIT_CPU, (_within(wanted, hard), hard))


def _limit(what: int, most: int) -> None:
    """Never to be raised again. The machine may have set a lower limit, which only an administrator could raise."""
    most = _within(most, resource.getrlimit(what)[1])
    resource.setrlimit(what, (most, most))


def _within(wanted: int, hard: int) -> int:
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)


def _without_terminal() -> None:
    """Ctrl-C is the parent's to decide; SIGXFSZ becomes an error instead of a death."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def end_with(parent: int) -> None:
    """Be killed when the parent dies, also while busy (Linux; elsewhere the processor limit ends it)."""
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        sys.exit(0)
