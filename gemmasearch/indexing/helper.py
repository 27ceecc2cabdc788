"""A helper process: reads small files of trusted formats, and makes documents ready to be written.

It does what the run would do itself, on another core. What it cannot do it gives back: files whose formats need a
worker process, whatever raises an error, and documents whose passages the embedder's tokenizer must count.
It runs our own code on text, as the run does, so that its answers need no more checks than the run's own. It ends
when its parent does.
"""

from __future__ import annotations

import pickle
import queue
import signal
import socket
import struct
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gemmasearch.documents import Document, Problem
from gemmasearch.indexing import chunking
from gemmasearch.indexing.measure import Measure
from gemmasearch.indexing.secrets import holds_key, is_secret_part
from gemmasearch.light import blake2b
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.language import with_language
from gemmasearch.readers.opening import opened
from gemmasearch.readers.recognition import recognised
from gemmasearch.readers.run import items
from gemmasearch.readers.worker import end_with
from gemmasearch.settings import Settings
from gemmasearch.store.ready import Ready, ready

SMALL = 1 << 16  # bytes of a file that is read here
KEY = "it holds a private key"
LENGTH = struct.Struct("!I")


@dataclass(frozen=True, slots=True)
class Task:
    """How all files are read and cut. ``rates`` are a Measure's; ``limit`` is the embedder's."""

    settings: Settings
    target: int
    limit: int
    rates: tuple[float, ...]


# A file's path or one of its documents, the words of its path, and whether it may be a private key.
Wanted = tuple[str | Document, str, bool]
Item = Ready | Document | Problem
Made = tuple[
    bytes, list[Item]
]  # the digest of the bytes that were read, b"" of a document, and what is in them


def digest(blocks: Iterable[bytes]) -> bytes:
    """16 bytes over the content of a file, by which copies and moves are known."""
    found = blake2b(digest_size=16)
    for block in blocks:
        found.update(block)
    return found.digest()


class NotHere(Exception):
    """The run itself must do this."""


def main(descriptor: int, parent: int) -> None:
    """Serve lists of ``Wanted`` from the socket ``descriptor`` until it is closed: of each a ``Made``, or None."""
    end_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is the parent's to decide
    with socket.socket(fileno=descriptor) as channel:
        maker = Maker(received(channel))
        requests: queue.SimpleQueue[Sequence[Wanted] | None] = queue.SimpleQueue()
        threading.Thread(target=_receive, args=(channel, requests), daemon=True).start()
        while (wanted := requests.get()) is not None:
            send(channel, maker.made(wanted))


def _receive(channel: socket.socket, requests: queue.SimpleQueue[Sequence[Wanted] | None]) -> None:
    """Take requests as they come: a parent that sends one reads no answer meanwhile."""
    try:
        while (wanted := received(channel)) is not None:
            requests.put(wanted)
    finally:
        requests.put(None)


def send(channel: socket.socket, message: Any) -> None:
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    channel.sendall(LENGTH.pack(len(body)) + body)


def received(channel: socket.socket) -> Any:
    """The next message; None at the end.

    :raises EOFError: the other side ended in the middle of one.
    """
    head = channel.recv(LENGTH.size, socket.MSG_WAITALL)
    if not head:
        return None
    (size,) = LENGTH.unpack(head.ljust(LENGTH.size, b"\0"))
    body = bytearray(size)
    view = memoryview(body)
    while view:
        if not (count := channel.recv_into(view)):
            raise EOFError
        view = view[count:]
    return pickle.loads(body)


class Maker:
    """Reads files and makes their documents ready."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._measure = Measure(_uncounted, task.rates)

    def made(self, wanted: Sequence[Wanted]) -> list[Made | None]:
        return [self._tried(*each) for each in wanted]

    def _tried(self, what: str | Document, words: str, guarded: bool) -> Made | None:
        try:
            if isinstance(what, Document):
                return b"", [self._cut(what, words)]
            return self._made(what, words, guarded)
        except Exception:  # noqa: BLE001  (the run meets it again and says what there is to say)
            return None

    def _made(self, path: str, words: str, guarded: bool) -> Made:
        with opened(path) as source:
            raw = source.stream.read(SMALL + 1)
        if len(raw) > SMALL:
            raise NotHere
        whole = digest((raw,))
        if guarded and holds_key(raw):
            return whole, [Problem(path, "secret", KEY)]
        return whole, [self._ready(item, path, words) for item in _items(raw, path, self._task.settings)]

    def _ready(self, item: Document | Problem, path: str, words: str) -> Item:
        if isinstance(item, Problem):
            return item
        if item.part and is_secret_part(item.part, item.text):
            return Problem(path, "secret", part=item.part)
        return self._cut(item, words)

    def _cut(self, item: Document, words: str) -> Ready | Document:
        task, item = self._task, with_language(item)
        try:
            chunks = chunking.split(item, _uncounted, task.target, task.limit, measure=self._measure)
        except NotHere:
            return item
        return ready(item, chunks, words)


def _items(raw: bytes, path: str, settings: Settings) -> Iterator[Document | Problem]:
    source = Source.of_bytes(raw, path)
    try:
        format = recognised(source)
    except CannotRead as e:
        yield e.problem(path)
        return
    if format.isolated or format.grows or format.prepare:
        raise NotHere
    for item in items(format, source, settings):
        if isinstance(item, Problem) and item.reason in ("memory", "crash"):
            raise NotHere
        yield item


def _uncounted(text: str) -> int:
    raise NotHere
