"""Untrusted formats are read in a worker process with limits, which is replaced when it dies.

The parent waits with a deadline of its own and never for longer; what the worker sends is checked
(``frames``). The worker is a fresh interpreter in a session of its own, so that neither locks of the parent's
threads nor Ctrl-C reach it.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import IO, BinaryIO, Self

from gemmasearch.documents import Document, Problem
from gemmasearch.readers import frames
from gemmasearch.readers.formats import CannotRead, Format, Source
from gemmasearch.readers.opening import opened
from gemmasearch.readers.recognition import recognised
from gemmasearch.readers.run import items
from gemmasearch.settings import Settings

# -I: neither the current folder nor the user's site-packages may put a module in its way.
_START = (
    "import json, sys; d, p, sys.path[:] = json.loads(sys.argv[1]);"
    "from gemmasearch.readers.worker import main; main(d, p)"
)
_PACKAGES = str(Path(__file__).resolve().parents[2])


class Isolated:
    """Reads files; those of untrusted formats in a worker that is kept warm between them.

    A context manager. A worker that is late, dies or talks nonsense is killed, the file becomes a Problem
    ("timeout", "memory", "crash") and the next file gets a new worker.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self._worker: _Worker | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._worker:
            self._worker.kill()
            self._worker = None

    def read(self, path: str, *, stream: BinaryIO | None = None) -> Iterator[Document | Problem]:
        """Every document of the file, and a Problem for the file or each part that cannot be read.

        ``stream`` (seekable) is read instead of the file, under its name. Never raises for bad input.
        """
        try:
            with opened(path, stream) as source:
                format = recognised(source)
                yield from (
                    self._in_worker(format, source)
                    if format.isolated
                    else items(format, source, self.settings)
                )
        except CannotRead as e:
            yield Problem(path, e.reason, e.detail)
        except OSError as e:
            yield Problem(path, "unreadable", e.strerror or str(e))

    def _in_worker(self, format: Format, source: Source) -> Iterator[Document | Problem]:
        finished = False
        try:
            worker = self._ready()
            worker.ask(format, source, self.settings)
            for message in worker.answers(self.settings.reader_seconds):
                yield frames.to_item(message, source.path)
            finished = True
        except _Died as e:
            yield Problem(source.path, e.reason, e.detail)
        except frames.BadFrame as e:
            yield Problem(source.path, "crash", f"the reader answered nonsense: {e}"[:300])
        finally:
            if not finished:  # also when the caller stops in the middle
                self.close()

    def _ready(self) -> _Worker:
        if self._worker is None or not self._worker.is_alive():
            self.close()
            self._worker = _Worker()
        return self._worker


class _Died(Exception):
    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class _Worker:
    """One process and the socket to it."""

    def __init__(self) -> None:
        self._channel, theirs = socket.socketpair()
        with theirs:
            path = [_PACKAGES, *(os.path.abspath(p) for p in sys.path if p)]
            start = json.dumps([theirs.fileno(), os.getpid(), path])
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-B", "-c", _START, start],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
                cwd="/",
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            )

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """End the process and whatever it started."""
        self._channel.close()
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            self._process.kill()
        self._process.wait()

    def ask(self, format: Format, source: Source, settings: Settings) -> None:
        values = {f.name: getattr(settings, f.name) for f in fields(Settings) if f.name != "origins"}
        request = {
            "is": "read",
            "format": format.name,
            "path": os.fsencode(source.path).hex(),
            "settings": values,
        }
        body = frames.packed(request)[frames.LENGTH.size :]
        with _descriptor(source) as file:
            os.lseek(file.fileno(), 0, os.SEEK_SET)
            try:
                socket.send_fds(self._channel, [body], [file.fileno()])
            except OSError as e:
                raise _Died("crash", "the worker did not start") from e

    def answers(self, seconds: float) -> Iterator[dict[str, object]]:
        """The messages to one request. ``seconds`` is the limit for each document.

        :raises _Died: late, dead, or out of memory.
        """
        while True:
            deadline = time.monotonic() + seconds
            (size,) = frames.LENGTH.unpack(self._exactly(frames.LENGTH.size, deadline))
            if size > frames.LARGEST:
                raise _Died("limit", f"a result of {size} bytes")
            message = frames.unpacked(self._exactly(size, deadline))
            if message["is"] == "end":
                return
            yield message

    def _exactly(self, size: int, deadline: float) -> bytes:
        received = bytearray()
        while len(received) < size:
            left = deadline - time.monotonic()
            if left <= 0:
                raise _Died("timeout", "")
            self._channel.settimeout(left)
            try:
                piece = self._channel.recv(min(size - len(received), 1 << 20))
            except TimeoutError:
                continue
            except OSError as e:
                raise self._cause() from e
            if not piece:
                raise self._cause()
            received += piece
        return bytes(received)

    def _cause(self) -> _Died:
        """Why the worker closed its end."""
        try:
            code = self._process.wait(5)
        except subprocess.TimeoutExpired:
            return _Died("crash", "it closed its channel")
        if code == -signal.SIGXCPU:
            return _Died("timeout", "out of processor time")
        if code == -signal.SIGKILL:
            return _Died("memory", "killed by the system")
        name = signal.Signals(-code).name if code < 0 else f"exit {code}"
        return _Died("crash", name)


def _descriptor(source: Source) -> IO[bytes]:
    """A descriptor of its own for the worker; bytes in memory go through an unlinked temporary file."""
    try:
        return os.fdopen(os.dup(source.stream.fileno()), "rb")
    except (OSError, AttributeError):
        file = tempfile.TemporaryFile("w+b")  # noqa: SIM115  (the caller closes it)
        source.stream.seek(0)
        while piece := source.stream.read(1 << 20):
            file.write(piece)
        file.flush()
        return file
