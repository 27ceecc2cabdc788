"""The helper's side: threads talk to the clients, one thread works on the index, which is not made for more."""

from __future__ import annotations

import os
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from gemmasearch import __version__
from gemmasearch.errors import GsearchError, LockHeld, MachineRefused, UsageProblem
from gemmasearch.light import dataclass
from gemmasearch.serving import door, wire
from gemmasearch.settings import Settings

if TYPE_CHECKING:
    from gemmasearch.index import Index

REQUEST_SECONDS = 5.0  # for one whole request, and for the client to take one message
QUIET_SECONDS = 60.0  # a client may stay connected without saying anything
CLIENTS = 16
SERVED = ("search", "ask", "similar")
_TICK = 0.2
# (index, arguments, environment, whether stdout and stderr are terminals) -> exit code and what the command wrote to
# stdout (1) and stderr (2); None = not this helper. The last is asked whether the client's settings are those here.
Surroundings = tuple[list[str], dict[str, str], tuple[bool, bool]]
Written = tuple[int, list[tuple[int, str]]]
Command = Callable[["Index", Surroundings, Callable[[Settings], bool]], Written | None]


@dataclass
class _Job:
    name: str
    arguments: list[str]
    options: dict[str, Any]
    settings: Settings
    tell: Callable[[Mapping[str, Any] | bytes], None]
    stream: bool
    surroundings: Surroundings | None = None  # of a whole command
    done: threading.Event = field(default_factory=threading.Event)


class Server:
    """Keeps the index of ``settings`` open. Not reusable: one :meth:`run` per object.

    ``command`` runs a whole command of the terminal for a client that has imported nothing but the way here.
    """

    def __init__(self, settings: Settings, command: Command | None = None) -> None:
        self.settings = settings
        self._command = command
        self._jobs: queue.Queue[_Job] = queue.Queue()
        self._connections: set[socket.socket] = set()
        self._slots = threading.BoundedSemaphore(CLIENTS)
        self._index: Index | None = None
        self._opened: tuple[int, int] = (0, 0)

    def run(self, *, idle: float | None, stop: Callable[[], bool], ready: Callable[[str], None]) -> None:
        """See :func:`gemmasearch.serving.serve`."""
        with _listening(wire.address(self.settings)) as (listener, path):
            try:
                self._warm_index().warm()
                accepting = threading.Thread(target=self._accept, args=(listener,), daemon=True)
                accepting.start()
                ready(str(path))
                self._work(idle, stop)
            finally:
                self._dismiss()

    def _dismiss(self) -> None:
        """End every connection, so that a client who waits does the work itself instead of waiting on."""
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        while not self._jobs.empty():
            self._jobs.get().done.set()
        if self._index:
            self._index.close()

    def _work(self, idle: float | None, stop: Callable[[], bool]) -> None:
        last = time.monotonic()
        while not stop() and (idle is None or time.monotonic() - last < idle):
            try:
                job = self._jobs.get(timeout=_TICK)
            except queue.Empty:
                continue
            try:
                self._do(job)
            finally:
                job.done.set()
            last = time.monotonic()

    def _do(self, job: _Job) -> None:
        try:
            index = self._warm_index()
            index.settings = job.settings
            index.notes.clear()
            if job.surroundings and self._command:
                done = self._command(index, job.surroundings, self._serves)
                job.tell(door.answer(*done) if done else {"ok": False})
                return
            if job.stream:
                job.options["on_text"] = lambda text: job.tell({"text": text})
            result = getattr(index, job.name)(*job.arguments, **job.options)
            job.tell({"result": wire.pack(result), "notes": list(index.notes)})
        except GsearchError as e:
            told = {"kind": type(e).__name__, "message": e.message, "hint": e.hint}
            with suppress(OSError):
                job.tell({"error": told})
        except OSError:
            return  # the client went away while it was being answered
        except Exception as e:  # noqa: BLE001 - a query that meets a bug must not end the helper of all others
            with suppress(OSError):
                job.tell({"failed": repr(e)})  # the command does it itself then, and shows the same bug

    def _warm_index(self) -> Index:
        """The index, opened again when its file is another one than before."""
        from gemmasearch.index import Index

        try:
            found = self.settings.db_path.stat()
            now = (found.st_dev, found.st_ino)
        except OSError:
            now = (0, 0)
        if self._index is None or now != self._opened:
            if self._index:
                self._index.close()
                self._index = None
            warm = replace(self.settings, remember_questions="off")  # its model is loaded anyway
            self._index = Index.open(settings=warm, create=False, read_only=True)
            self._opened = now
        return self._index

    # -- clients ---------------------------------------------------------------------------------------------

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return  # closed: the helper ends
            if not wire.is_own(connection) or not self._slots.acquire(blocking=False):
                connection.close()
                continue
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        self._connections.add(connection)
        try:
            with connection:
                asked = self._greet(connection)
                while asked is not None:
                    if not self._answer(connection, asked):
                        return
        except (OSError, EOFError, wire.Refused):
            return  # a client that is gone, slow or talks nonsense loses its connection, and nothing else
        finally:
            self._connections.discard(connection)
            self._slots.release()

    def _greet(self, connection: socket.socket) -> Settings | None:
        """The client's settings, if it wants what is kept open here."""
        connection.settimeout(REQUEST_SECONDS)
        message = _within(connection, REQUEST_SECONDS)
        command = door.read_command(message, __version__)
        if command:
            self._run_command(connection, command)
            return None
        hello = wire.read(message)
        asked = _settings(hello.get("settings"))
        same = asked is not None and self._serves(asked)
        good = hello.get("v") == wire.VERSION and hello.get("program") == __version__ and same
        wire.send(connection, {"ok": good})
        return asked if good else None

    def _serves(self, asked: Settings) -> bool:
        """Whether a client means this index and these models."""
        return os.path.abspath(asked.db_path) == os.path.abspath(self.settings.db_path) and all(
            getattr(asked, name) == getattr(self.settings, name) for name in wire.MODEL_SETTINGS
        )

    def _run_command(self, connection: socket.socket, surroundings: Surroundings) -> None:
        if self._command is None:
            wire.send(connection, {"ok": False})
            return
        job = _Job("command", [], {}, self.settings, lambda m: wire.send(connection, m), False, surroundings)
        self._jobs.put(job)
        job.done.wait()

    def _answer(self, connection: socket.socket, settings: Settings) -> bool:
        connection.settimeout(QUIET_SECONDS)
        request = wire.read(_within(connection, QUIET_SECONDS))
        connection.settimeout(REQUEST_SECONDS)
        job = _job(request, settings, lambda message: wire.send(connection, message))
        self._jobs.put(job)
        job.done.wait()
        return True


def _within(connection: socket.socket, seconds: float) -> bytes:
    """One request, whole within that time: a byte now and then does not keep a connection."""

    def too_slow() -> None:
        with suppress(OSError):  # it is gone already
            connection.shutdown(socket.SHUT_RDWR)

    killer = threading.Timer(seconds, too_slow)
    killer.daemon = True
    killer.start()
    try:
        return door.receive(connection, wire.MAX_REQUEST)
    finally:
        killer.cancel()


def _job(
    request: Mapping[str, Any], settings: Settings, tell: Callable[[Mapping[str, Any] | bytes], None]
) -> _Job:
    name, arguments, options = request.get("do"), request.get("arguments"), request.get("options")
    if name not in SERVED or not isinstance(arguments, list) or not isinstance(options, dict):
        raise wire.Refused("an unknown request")
    if len(arguments) != 1 or not isinstance(arguments[0], str) or not set(options) <= _options(str(name)):
        raise wire.Refused("unknown options")
    return _Job(str(name), arguments, dict(options), settings, tell, request.get("stream") is True)


def _options(name: str) -> set[str]:
    """What a client may say beside the query: the plain keyword arguments of the index's own method."""
    from inspect import Parameter, signature

    from gemmasearch.index import Index

    parameters = signature(getattr(Index, name)).parameters.values()
    return {p.name for p in parameters if p.kind is Parameter.KEYWORD_ONLY} - {"on_text"}


def _settings(values: Any) -> Settings | None:
    known = {f.name: f for f in fields(Settings) if f.name != "origins"}
    if not isinstance(values, dict) or set(values) != set(known):
        return None
    if any(type(values[name]) is not type(known[name].default) for name in known):
        return None
    return Settings(**values)


@contextmanager
def _listening(path: Path) -> Iterator[tuple[socket.socket, Path]]:
    """A listening socket in a private folder, made so that nobody else could ever connect to it."""
    with _private_folder(path.parent), _alone(path.with_suffix(".lock")):
        path.unlink(missing_ok=True)  # left by a helper that was killed: we hold its lock
        listener = socket.socket(socket.AF_UNIX)
        old = os.umask(0o177)
        try:
            listener.bind(str(path))
        except OSError as e:
            listener.close()
            raise MachineRefused(f"cannot make the socket {path}: {e.strerror or e}") from e
        finally:
            os.umask(old)
        try:
            listener.listen(CLIENTS)
            yield listener, path
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
            listener.close()
            path.unlink(missing_ok=True)


@contextmanager
def _private_folder(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as e:
        raise MachineRefused(f"cannot make the folder {folder}: {e.strerror or e}") from e
    if not wire.is_private(folder):
        raise UsageProblem(
            f"{folder} belongs to somebody else or is open to others", "remove it, or set XDG_RUNTIME_DIR"
        )
    yield


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock of one index's helper; it ends with the process, so a kill leaves nothing to clear up."""
    import fcntl

    stream: BinaryIO = os.fdopen(
        os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600), "r+b"
    )
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockHeld("a helper serves this index already") from None
        yield
