"""A helper process: reads small files of trusted formats, and makes documents ready to be written.

It does what the run would do itself, on another core. What it cannot do it gives back: files whose formats need a
worker process, whatever raises an error, and documents whose passages the tokenizer of an embedder must count that
is not here.
It runs our own code on text, as the run does, so that its answers need no more checks than the run's own. It ends
when its parent does.
"""

from __future__ import annotations

import gc
import pickle
import queue
import signal
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gemmasearch import compiled
from gemmasearch.documents import Chunk, Document, Problem
from gemmasearch.indexing import chunking
from gemmasearch.indexing.measure import Measure
from gemmasearch.light import blake2b
from gemmasearch.models import Passage, open_embedder
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.frames import LENGTH
from gemmasearch.readers.language import with_language
from gemmasearch.readers.opening import opened
from gemmasearch.readers.recognition import recognised
from gemmasearch.readers.run import items
from gemmasearch.readers.worker import end_with
from gemmasearch.secrets import holds_key, is_secret_part
from gemmasearch.settings import Settings
from gemmasearch.store.ready import Ready, ready

if TYPE_CHECKING:
    from gemmasearch.models import Embedder

SMALL = 1 << 17  # bytes of a file that is read here
KEY = "it holds a private key"


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


def main(descriptor: int, parent: int, static: int, objects: int) -> None:
    """Serve lists of ``Wanted`` from the socket ``descriptor`` until it is closed: of each a ``Made``, or None.

    :param static: dimensions of the vectors that the static embedder makes along with the rows; 0 = none.
    :param objects: new ones after which Python looks for unused ones, as in the parent.
    """
    end_with(parent)
    gc.set_threshold(objects)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is the parent's to decide
    with compiled.kept(), socket.socket(fileno=descriptor) as channel:
        embedder = _loaded(static) if static else None  # the parent loads its own before it says what to do
        maker = Maker(received(channel), embedder)
        requests: queue.SimpleQueue[Sequence[Wanted] | None] = queue.SimpleQueue()
        threading.Thread(target=_receive, args=(channel, requests), daemon=True).start()
        while (wanted := requests.get()) is not None:
            send(channel, maker.made(wanted))


def _loaded(dim: int) -> Embedder:
    """The static embedder with all that it loads when it is first used."""
    embedder = open_embedder(Settings(embedder="static", dim=dim))
    embedder.count_tokens("first")  # the tokenizer: a few words alone are told without it
    embedder.embed_documents([Passage("", "first")])
    return embedder


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


@dataclass(slots=True)
class _Begun:
    """A file or document on its way: ``items`` become documents with their language, then with their chunks, then
    rows."""

    whole: bytes
    words: str
    items: list[Any]


class Maker:
    """Reads files and makes their documents ready."""

    def __init__(self, task: Task, embedder: Embedder | None = None) -> None:
        """:param embedder: makes vectors along with the rows; None = they follow."""
        self._task = task
        self._embedder = embedder
        self._count = embedder.count_tokens if embedder else _uncounted
        self._measure = Measure(self._count, task.rates)

    def made(self, wanted: Sequence[Wanted]) -> list[Made | None]:
        """Each step for all of them, then the next: what a step looks into stays in the processor's cache, which
        takes a fourth off the time."""
        begun = [_tried(self._begun, *each) for each in wanted]
        for step in (_tell_languages, self._cut, _make_ready):
            begun = [each and _tried(step, each) for each in begun]
        if self._embedder:
            self._embed([each for each in begun if each], self._embedder)
        return [(each.whole, [_finished(item) for item in each.items]) if each else None for each in begun]

    def _embed(self, begun: Sequence[_Begun], embedder: Embedder) -> None:
        """Give all documents their vectors at once."""
        places = [(b, at) for b in begun for at, item in enumerate(b.items) if isinstance(item, tuple)]
        made = with_vectors([b.items[at] for b, at in places], embedder)
        for (b, at), document in zip(places, made, strict=True):
            b.items[at] = document

    def _begun(self, what: str | Document, words: str, guarded: bool) -> _Begun:
        if isinstance(what, Document):
            return _Begun(b"", words, [what])
        with opened(what) as source:
            raw = source.stream.read(SMALL + 1)
        if len(raw) > SMALL:
            raise NotHere
        whole = digest((raw,))
        if guarded and holds_key(raw):
            return _Begun(whole, words, [Problem(what, "secret", KEY)])
        items = [_without_secrets(item, what) for item in _items(raw, what, self._task.settings)]
        return _Begun(whole, words, items)

    def _cut(self, begun: _Begun) -> _Begun:
        begun.items = [self._with_chunks(i) if isinstance(i, Document) else i for i in begun.items]
        return begun

    def _with_chunks(self, document: Document) -> tuple[Document, list[Chunk]] | Document:
        task = self._task
        try:
            chunks = chunking.split(document, self._count, task.target, task.limit, measure=self._measure)
        except NotHere:
            return document
        return document, chunks


def with_vectors(made: Sequence[tuple[Ready, Sequence[Chunk]]], embedder: Embedder) -> list[Ready]:
    """Documents with the vectors of their passages.

    :param made: with the chunks that each was made of.
    """
    from gemmasearch.store.vectors import rounded

    passages = [Passage(*each) for document, chunks in made for each in document.to_embed(chunks)]
    kept, first = rounded(embedder.embed_documents(passages)), 0
    found: list[Ready] = []
    for document, _ in made:
        end = first + len(document.keys)
        found.append(replace(document, vectors=kept[first:end].tobytes()))
        first = end
    return found


def _tried(work: Callable[..., _Begun], *given: Any) -> _Begun | None:
    try:
        return work(*given)
    except Exception:  # noqa: BLE001  (the run meets it again and says what there is to say)
        return None


def _tell_languages(begun: _Begun) -> _Begun:
    begun.items = [with_language(item) for item in begun.items]
    return begun


def _make_ready(begun: _Begun) -> _Begun:
    begun.items = [(ready(i[0], i[1], begun.words), i[1]) if isinstance(i, tuple) else i for i in begun.items]
    return begun


def _finished(item: Any) -> Item:
    made: Item = item[0] if isinstance(item, tuple) else item
    return made


def _without_secrets(item: Document | Problem, path: str) -> Document | Problem:
    if isinstance(item, Document) and item.part and is_secret_part(item.part, item.text):
        return Problem(path, "secret", part=item.part)
    return item


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
