"""What a format and a reader are. The table of all formats is in ``table``."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import BinaryIO, Protocol, cast

from gemmasearch.documents import Document, Problem
from gemmasearch.settings import Settings

HEAD_BYTES = 16_384  # what recognition looks at


class CannotRead(Exception):
    """Inside this room only: why a file is not read. It becomes a :class:`Problem` with these fields."""

    def __init__(self, reason: str, detail: str = "", *, waits: str = "", pages: int = 0) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
        self.waits = waits
        self.pages = pages

    def problem(self, path: str, part: str = "") -> Problem:
        return Problem(path, self.reason, self.detail, part, self.waits, self.pages)


@dataclass(slots=True)
class Budget:
    """What an archive, with all that is inside it, may still cost."""

    bytes: int  # unpacked
    members: int

    def spend(self, count: int) -> None:
        """:raises CannotRead: "limit"."""
        self.bytes -= count
        if self.bytes < 0:
            raise CannotRead("limit", "it expands too much")

    def member(self) -> None:
        """:raises CannotRead: "limit"."""
        self.members -= 1
        if self.members < 0:
            raise CannotRead("limit", "it has too many members")


@dataclass(slots=True)
class Source:
    """An opened file, at its start. ``stream`` is seekable; ``size`` is in bytes."""

    path: str
    stream: BinaryIO
    size: int
    start: int = 0  # where reading begins, for formats that grow at their end
    resume_at: int = 0  # messages of a mailbox that were read before
    avoid: frozenset[str] = frozenset()  # parts that killed a reader before
    on_part: Callable[[int, str], None] | None = None
    on_progress: Callable[[], None] | None = None
    on_slow: Callable[[], None] | None = None
    on_recall: Callable[[str], str | None] | None = None
    on_learn: Callable[[str, str], None] | None = None
    unit: int = 0
    depth: int = 0  # files inside files
    budget: Budget | None = None  # of the archive that it stands in
    prefix: str = ""  # the part that this is, where it is a file inside a file

    def begins(self, part: str) -> bool:
        """Say that ``part`` is read next; False = leave it out. Whoever supervises knows then what to blame."""
        full = "/".join(each for each in (self.prefix, part) if each)
        if full in self.avoid:
            return False
        if self.on_part:
            self.on_part(self.unit, full)
        return True

    def progress(self) -> None:
        """A sign of life, from readers whose one document may take long."""
        if self.on_progress:
            self.on_progress()

    def slow(self) -> None:
        """What comes next takes long and gives no sign of life; it has the time of a document for itself."""
        if self.on_slow:
            self.on_slow()

    def recalled(self, key: str) -> str | None:
        """What was learned under ``key`` in an earlier run, from whatever file."""
        return self.on_recall(key) if self.on_recall else None

    def learned(self, key: str, text: str) -> None:
        """Keep what took long to find out."""
        if self.on_learn:
            self.on_learn(key, text)

    @classmethod
    def of_bytes(cls, raw: bytes, path: str = "") -> Source:
        return cls(path, io.BytesIO(raw), len(raw))

    def head(self, size: int = HEAD_BYTES) -> bytes:
        self.stream.seek(0)
        found = self.stream.read(size)
        self.stream.seek(0)
        return found

    def read(self) -> bytes:
        self.stream.seek(0)
        return self.stream.read()


class Reader(Protocol):
    """Yields the documents of one file; a part that cannot be read is a Problem with its ``part`` set.

    :raises CannotRead: nothing of the file can be read.
    """

    def __call__(self, source: Source, settings: Settings) -> Iterator[Document | Problem]: ...


@dataclass(frozen=True, slots=True)
class Format:
    """One row: how a format is recognised, and who reads it under which limits."""

    name: str
    kind: str  # Document.kind
    magic: tuple[str, ...]  # MIME types as libmagic names them; "text/*" is a prefix
    suffixes: tuple[str, ...]
    reader: str  # "module:function", of this package or of another one
    version: int  # raised when the reader gives another result: files are read again
    textual: bool = False  # text whose suffix tells more than libmagic's guess
    isolated: bool = False  # read in a worker process
    grows: bool = (
        False  # at its end: may be read from where a message begins (``Source.start``); may be locked
    )
    limit: str = ""  # the setting that limits the size of its files, "" = none
    head: str = ""  # the setting that says how much is read of a larger file, "" = all
    switch: str = ""  # the setting that must be "on" for its files to be read, "" = none
    sniff: str = ""  # "module:function" (head, path) -> bool, asked before libmagic
    prepare: str = ""  # "module:function" (source) -> context manager of the source to read in its place
    extra: str = ""  # optional extra that its reader needs
    entries: bool = False  # its documents are entries, whose parts are no names of files

    def load(self) -> Reader:
        return cast(Reader, _named(self.reader))

    def prepared(self, source: Source) -> AbstractContextManager[Source]:
        """What its reader gets: the file itself, unless it needs more than the file.

        :raises CannotRead: it cannot be had.
        """
        if not self.prepare:
            return nullcontext(source)
        return cast(Callable[[Source], AbstractContextManager[Source]], _named(self.prepare))(source)

    def matches(self, head: bytes, path: str) -> bool:
        """Its own exact test of the content; False where it has none."""
        return bool(self.sniff) and _test(self.sniff)(head, path)


@functools.cache
def _test(spec: str) -> Callable[[bytes, str], bool]:
    return cast("Callable[[bytes, str], bool]", _named(spec))


@functools.cache
def _named(spec: str) -> object:
    module, _, name = spec.partition(":")
    own = f"{__package__}.{module}"
    return getattr(import_module(own if "." not in module and find_spec(own) else module), name)


def unique(name: str, names: set[str]) -> str:
    """A part's name, with a number behind it where it is among ``names``, to which it is added."""
    part, count = name, 1
    while part in names:
        count += 1
        part = f"{name}-{count}"
    names.add(part)
    return part
