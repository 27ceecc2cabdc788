"""Untrusted formats are read in worker processes with limits, which are replaced when they die.

The parent waits with deadlines of its own and never for longer; what a worker sends is checked (``frames``). A
worker that dies on one message of a mailbox or on one attachment costs that part only: another one goes on
behind it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from gemmasearch.documents import Document, Problem
from gemmasearch.readers import frames, ocr
from gemmasearch.readers.channel import Died, Worker
from gemmasearch.readers.formats import CannotRead, Format, Source
from gemmasearch.readers.language import with_language
from gemmasearch.readers.opening import opened, wait_for_dotlock
from gemmasearch.readers.recognition import recognised
from gemmasearch.readers.run import items
from gemmasearch.readers.sandbox import Sandbox
from gemmasearch.settings import Settings

DEATHS = 20  # workers that one file may cost
OUTPUT = 256 * 1024 * 1024  # bytes that a file may turn into, besides eight times its size
REUSED = (
    500  # files after which a worker is replaced, dead or not; of SMALL ones, as mails, ten times as many
)
SMALL = 1 << 15  # bytes


class Memory(Protocol):
    """Texts of pictures, by a key made of the picture; ``path`` is the file that shows it. Used from any thread."""

    def recall(self, key: bytes, path: str) -> str | None: ...
    def learn(self, key: bytes, path: str, text: str) -> None: ...


class Remembered:
    """A memory that ends with its owner."""

    def __init__(self) -> None:
        self._texts: dict[bytes, str] = {}

    def recall(self, key: bytes, path: str) -> str | None:
        return self._texts.get(key)

    def learn(self, key: bytes, path: str, text: str) -> None:
        self._texts[key] = text


class Isolated:
    """Reads files; those of untrusted formats in workers that are kept warm between them.

    A context manager; may be shared by threads, each of which then uses a worker of its own. A worker that is
    late, dies or talks nonsense is killed, what it was reading becomes a Problem ("timeout", "memory", "crash",
    "limit") and the next file gets a new one.
    """

    def __init__(
        self, settings: Settings | None = None, *, memory: Memory | None = None, detect: bool = True
    ) -> None:
        """``memory`` keeps the texts of pictures beyond this run; without one they are kept within it. Without
        ``detect`` the language of a document is for the caller to find out (``language.with_language``)."""
        self.settings = settings or Settings()
        self._memory = memory or Remembered()
        self._detect = detect
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._starter: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the workers; a file that one of them reads in another thread becomes a Problem there."""
        with self._lock:
            idle, self._idle = self._idle, []
            starter, self._starter = self._starter, None
            for worker in self._busy:
                worker.end()
        for worker in idle:
            worker.kill()
        if starter:
            starter.shutdown()

    def sandbox(self) -> Sandbox:
        """What the kernel enforces for the workers on this machine.

        :raises Died: no worker could be started.
        """
        with self._borrowed() as worker:
            return worker.sandbox(self.settings.reader_seconds)

    def read(
        self, path: str, *, stream: BinaryIO | None = None, start: int = 0
    ) -> Iterator[Document | Problem]:
        """Every document of the file, and a Problem for the file or each part that cannot be read.

        ``stream`` (seekable) is read instead of the file, under its name; of a mailbox the messages from the one
        that begins at ``start``. Never raises for bad input.
        """
        try:
            with opened(path, stream) as source:
                format = recognised(source)
                if format.grows:
                    source.start = start
                    if stream is None:
                        wait_for_dotlock(path)
                with nullcontext(source) if stream else format.prepared(source) as given:
                    run = self._isolated if format.isolated else self._here
                    yield from map(with_language, run(format, given)) if self._detect else run(format, given)
        except CannotRead as e:
            yield e.problem(path)
        except OSError as e:
            yield Problem(path, "unreadable", e.strerror or str(e))

    def _here(self, format: Format, source: Source) -> Iterator[Document | Problem]:
        return items(format, source, self.settings)

    def _isolated(self, format: Format, source: Source) -> Iterator[Document | Problem]:
        progress = _Progress(output=OUTPUT + 8 * source.size, parts=10_000 + source.size // 16)
        for deaths in range(DEATHS + 1):
            try:
                yield from self._attempt(format, source, progress)
                return
            except Died as e:
                yield Problem(source.path, e.reason, e.detail, progress.part)
                if not progress.part or e.reason == "limit" or deaths == DEATHS:
                    return
                progress.again()

    def _attempt(self, format: Format, source: Source, progress: _Progress) -> Iterator[Document | Problem]:
        with self._borrowed() as worker:
            worker.served += 0.1 if source.size < SMALL else 1.0
            worker.ask(format, source, self.settings, resume_at=progress.unit, avoid=progress.fatal)
            for message in worker.answers(self.settings.reader_seconds):
                if item := progress.news(message, source.path):
                    yield item
                elif message["is"] in ("recall", "learn"):
                    self._remember(message, worker, source)

    def _remember(self, message: Mapping[str, object], worker: Worker, source: Source) -> None:
        """Answer what a worker asks about a picture, or keep what it found out.

        :raises Died: it talks nonsense.
        """
        try:
            key = bytes.fromhex(frames.a_text(message.get("key")))
            if message["is"] == "learn":
                self._memory.learn(key, source.path, frames.a_text(message.get("text")))
                return
        except (TypeError, ValueError) as e:
            raise Died("crash", f"the reader answered nonsense: {e}"[:300]) from e
        worker.tell({"is": "recalled", "text": self._memory.recall(key, source.path)})

    @contextmanager
    def _borrowed(self) -> Iterator[Worker]:
        """A living worker, given back unless something went wrong or the caller stopped in the middle."""
        with self._lock:
            worker = self._idle.pop() if self._idle else None
        if worker is None or not worker.is_alive():
            if worker:
                worker.kill()
            worker = self._started()
        with self._lock:
            self._busy.add(worker)
        try:
            yield worker
        except BaseException:
            self._done_with(worker)
            worker.kill()
            raise
        self._done_with(worker)
        if worker.fit and worker.served < REUSED:
            with self._lock:
                self._idle.append(worker)
        else:
            worker.kill()

    def _started(self) -> Worker:
        """A new worker. It dies with the thread that started it, which therefore must outlive those that read.

        :raises Died: the system starts no more processes, or not this one.
        """
        with self._lock:
            self._starter = self._starter or ThreadPoolExecutor(1, "starting")
            starter = self._starter
        models = ocr.MEMORY_MB if ocr.chosen(self.settings) else 0
        try:
            return starter.submit(Worker, self.settings.reader_memory_mb, models).result()
        except OSError as e:  # it says nothing of the file
            raise Died("crash", f"no reader process could be started: {e.strerror or e}") from e

    def _done_with(self, worker: Worker) -> None:
        with self._lock:
            self._busy.discard(worker)


@dataclass(slots=True)
class _Progress:
    """How far a file has come, over all the workers that it costs."""

    output: int  # bytes still allowed
    parts: int  # announcements still allowed
    unit: int = 0  # the message of the mailbox that is being read
    part: str = ""  # the part, "" = the file itself
    fatal: set[str] = field(default_factory=set)  # parts that killed a worker
    seen: set[str] = field(default_factory=set)  # parts of this unit that arrived

    def news(self, message: dict[str, object], path: str) -> Document | Problem | None:
        """What is new in a message.

        :raises Died: nonsense, or more than a file may turn into.
        """
        kind = message["is"]
        if kind == "alive":
            return None
        self._within_limits(message)
        if kind in ("slow", "recall", "learn"):
            return None
        try:
            if kind == "at":
                self._moves(frames.a_number(message["unit"]), frames.a_text(message["part"]))
                return None
            item = frames.to_item(message, path)
        except (frames.BadFrame, KeyError, TypeError, ValueError) as e:
            raise Died("crash", f"the reader answered nonsense: {e}"[:300]) from e
        key = f"{type(item).__name__} {item.part} {getattr(item, 'reason', '')}"
        if key in self.seen:
            return None
        self.seen.add(key)
        return item

    def _within_limits(self, message: dict[str, object]) -> None:
        self.output -= len(str(message.get("text", ""))) + 200
        self.parts -= message["is"] in ("at", "slow", "recall")
        if self.output < 0 or self.parts < 0:
            raise Died("limit", "it turns into more than is kept of a file")

    def _moves(self, unit: int, part: str) -> None:
        if unit != self.unit:
            self.seen.clear()
        self.unit, self.part = unit, part

    def again(self) -> None:
        self.fatal.add(self.part)
        self.part = ""
