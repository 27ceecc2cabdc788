"""A worker process as its parent sees it: started clean, asked over a socket, waited for with deadlines."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import IO, Any

from gemmasearch.readers import frames
from gemmasearch.readers.formats import Format, Source
from gemmasearch.readers.sandbox import Sandbox
from gemmasearch.settings import Settings

# -I: neither the current folder nor the user's site-packages may put a module in its way.
_MAIN = "gemmasearch.readers.worker"
_PACKAGES = str(Path(__file__).resolve().parents[2])
NO_PROGRESS = 0.5  # of a document's time: so long may a reader be silent that reports its progress

ANSWER_SECONDS = 10  # for a worker to take an answer that it asked for


class Died(Exception):
    """The worker is of no use any more. ``reason`` is one of PROBLEM_REASONS."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def started(
    module: str, theirs: socket.socket, *arguments: int, env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """A process of this program that runs ``main(descriptor, parent, *arguments)`` of a module, with nothing of this
    one but a socket; ``env`` is its whole environment, None = ours."""
    start = f"import json, sys; *a, sys.path[:] = json.loads(sys.argv[1]);from {module} import main; main(*a)"
    path = [_PACKAGES, *(os.path.abspath(p) for p in sys.path if p)]
    return subprocess.Popen(
        [
            sys.executable,
            "-I",
            "-B",
            "-X",
            "utf8",
            "-c",
            start,
            json.dumps([theirs.fileno(), os.getpid(), *arguments, path]),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(theirs.fileno(),),
        start_new_session=True,
        cwd="/",
        env=env,
    )


class Worker:
    """One process and the socket to it."""

    def __init__(self, memory_mb: int, models_mb: int = 0) -> None:
        """``models_mb`` is for what it loads once and keeps, ``memory_mb`` for each file."""
        self.served = 0.0  # files
        self.fit = True  # for another file
        self._sandbox: Sandbox | None = None
        self._channel, theirs = socket.socketpair()
        with theirs:
            environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
            self._process = started(_MAIN, theirs, memory_mb, models_mb, env=environment)

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """End the process and whatever it started."""
        self._channel.close()
        self.end()
        self._process.wait()

    def end(self) -> None:
        """Let it die, while another thread may be waiting for it and will clean up."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            self._process.kill()

    def sandbox(self, seconds: float) -> Sandbox:
        """What it gave up, which it says first of all."""
        if self._sandbox is None:
            message = self._message(time.monotonic() + seconds)
            self._sandbox = Sandbox(*(message.get(f.name) is True for f in fields(Sandbox)))
        return self._sandbox

    def ask(
        self,
        format: Format,
        source: Source,
        settings: Settings,
        *,
        resume_at: int = 0,
        avoid: Iterable[str] = (),
    ) -> None:
        """Have a file read from ``resume_at`` on (messages of a mailbox), without the parts in ``avoid``."""
        self.sandbox(settings.reader_seconds)
        request = {
            "is": "read",
            "format": format.name,
            "path": os.fsencode(source.path).hex(),
            "start": source.start,
            "resume_at": resume_at,
            "avoid": list(avoid),
            "settings": {f.name: getattr(settings, f.name) for f in fields(Settings) if f.name != "origins"},
        }
        packed = frames.packed(request)
        with _descriptor(source) as file:
            try:
                os.lseek(file.fileno(), 0, os.SEEK_SET)
                socket.send_fds(self._channel, [packed[:4]], [file.fileno()])
                self._channel.sendall(packed[4:])
            except OSError as e:
                raise self._cause() from e

    def tell(self, message: Mapping[str, Any]) -> None:
        """Answer a question of the worker's.

        :raises Died: it does not listen.
        """
        try:
            self._channel.settimeout(ANSWER_SECONDS)
            self._channel.sendall(frames.packed(message))
        except OSError as e:
            raise Died("crash", "it did not listen") from e

    def answers(self, seconds: float) -> Iterator[dict[str, Any]]:
        """The messages to one request. ``seconds`` is the limit for each document or part.

        :raises Died: late, dead, or out of memory.
        """
        deadline = time.monotonic() + seconds
        silence = NO_PROGRESS
        while True:
            message = self._message(min(deadline, time.monotonic() + seconds * silence))
            silence = 1.0 if message["is"] == "slow" else NO_PROGRESS
            if message["is"] == "end":
                self.fit = message.get("again") is True
                return
            if message["is"] == "fell":
                reason = message.get("reason")
                raise Died("memory" if reason == "memory" else "crash", str(message.get("detail"))[:300])
            yield message
            if message["is"] != "alive":
                deadline = time.monotonic() + seconds

    def _message(self, deadline: float) -> dict[str, Any]:
        (size,) = frames.LENGTH.unpack(self._exactly(frames.LENGTH.size, deadline))
        if size > frames.LARGEST:
            raise Died("limit", f"a result of {size} bytes")
        try:
            return frames.unpacked(self._exactly(size, deadline))
        except frames.BadFrame as e:
            raise Died("crash", f"the reader answered nonsense: {e}"[:300]) from e

    def _exactly(self, size: int, deadline: float) -> bytes:
        received = bytearray()
        while len(received) < size:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Died("timeout")
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

    def _cause(self) -> Died:
        """Why the worker closed its end."""
        try:
            code = self._process.wait(5)
        except subprocess.TimeoutExpired:
            return Died("crash", "it closed its channel")
        if code == -signal.SIGXCPU:
            return Died("timeout", "out of processor time")
        if code == -signal.SIGKILL:
            return Died("memory", "killed by the system")
        return Died("crash", signal.Signals(-code).name if code < 0 else f"exit {code}")


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
