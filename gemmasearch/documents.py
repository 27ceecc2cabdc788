"""The nouns: frozen records that the rooms hand to each other. Standard library only.

Paths are ``str`` decoded with ``os.fsdecode`` (surrogateescape), so that every name a file system can hold
survives unchanged. Character offsets count Unicode code points in ``Document.text``; ``end`` is exclusive.
Times are seconds since the epoch, UTC, as ``float``; None = unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from gemmasearch.light import dataclass

if TYPE_CHECKING:
    from datetime import datetime

TIMED = ("mail", "visit")  # kinds whose date is a moment, whatever o'clock it is
AT_MIDNIGHT = 0.5  # seconds that a moment of another kind is kept after midnight UTC, as it is no mere day


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What ``stat`` says of a file: enough to know that it was not touched."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int


@dataclass(frozen=True, slots=True)
class Section:
    """A span of a document's text that has one heading path and lies on one page.

    Sections are in order, do not overlap and together cover the text; a document without any is one section.
    """

    start: int
    end: int
    headings: tuple[str, ...] = ()
    page: int | None = None  # 1-based physical page
    label: str = ""  # the page label as printed ("iv") where it differs from the number


@dataclass(frozen=True, slots=True)
class Document:
    """One readable thing in a file: a note, one message of a mailbox, a PDF, one attachment.

    ``part`` names it within its file and is "" where the file is one document. For a mailbox it is derived
    from the message's bytes, so that it survives messages being removed before it.
    An attachment's part is its message's, a slash and its name ("8f3a/lease.pdf"), ``meta["attached_to"]`` the part
    of the message and ``meta["subject"]`` its subject; sender, recipients and date are the message's.
    ``title`` is a real title (first heading, subject, metadata) or "", never the file's name: it goes into the
    embedding, and a renamed file must not be embedded again.
    """

    kind: str  # "note", "mail", "pdf", "web", ... (readers.FORMATS)
    text: str
    part: str = ""
    title: str = ""
    sections: tuple[Section, ...] = ()
    quoted: tuple[tuple[int, int], ...] = ()  # spans of quoted replies and signatures, in order
    date: float | None = None  # of the content: mail Date, front matter, PDF creation; not of the file
    sender: str = ""  # decoded From: "Dana Bell <dana@example.org>"
    recipients: str = ""  # decoded To, ", "-joined
    copies: str = ""  # decoded Cc
    message_id: str = ""  # without the angle brackets
    references: tuple[str, ...] = ()  # References then In-Reply-To, without angle brackets
    attachments: tuple[str, ...] = ()  # names
    tags: tuple[str, ...] = ()
    language: str = ""  # ISO 639-1, "" = not detected
    offset: int | None = None  # first byte of a mailbox's message in its file, and how many
    length: int | None = None
    meta: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file, or one part of it, could not be read. Never raised: counted, stored and listed.

    ``reason`` is one of the short stable names in ``PROBLEM_REASONS``; ``detail`` is for people. What could be read
    if something were switched on or installed names it in ``waits`` (one of ``WAITS``).
    """

    path: str
    reason: str
    detail: str = ""
    part: str = ""
    waits: str = ""
    pages: int = 0  # that wait


def reason_of(problems: Iterable[Problem]) -> str:
    """Why nothing of a file could be read, "" if something could."""
    return next((p.reason for p in problems if not p.part), "")


PROBLEM_REASONS: Mapping[str, str] = {
    "empty": "the file has no content",
    "no-text": "no text in it (a scan or a picture?)",
    "encrypted": "encrypted, needs a password",
    "malformed": "damaged or cut short",
    "binary": "not text, though its name says so",
    "unsupported": "a kind of file that is not read",
    "too-large": "larger than the limit for its kind",
    "unreadable": "no permission, or an I/O error",
    "special": "not a regular file",
    "vanished": "gone before it could be read",
    "busy": "locked by another program",
    "timeout": "reading it took too long",
    "memory": "reading it took too much memory",
    "crash": "the reader crashed on it",
    "limit": "too deep, too many parts, or expands too much",
    "secret": "looks like a key or a password store",
    "extra": "needs an optional extra",
    "forgotten": "taken out by `gsearch forget`",
}
WAITS = ("ocr", "archives", "office")  # two settings and an extra


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage: ``Document.text[start:end]``. The chunks of a document are in order, do not overlap and cover
    its text without gaps, so that the document's text is their concatenation."""

    ordinal: int
    start: int
    end: int
    text: str
    headings: tuple[str, ...] = ()
    page: int | None = None
    label: str = ""
    line: int = 1  # 1-based line of the document's text where the passage's first word stands
    tokens: int = 0  # as counted by the splitter
    quoted: bool = False  # a quoted reply or signature: findable by words, not embedded


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter of a search, as the query line gave it: ``from:dana`` is ``Condition("from", "has", "dana")``.

    ``op`` is "has" (contains these words), "is" (equals), ">=" or "<" (dates as epoch seconds, sizes in bytes).
    ``branches`` are alternatives of which one must hold, each several conditions that must all hold.
    """

    field: str
    op: str
    value: str | float
    negated: bool = False
    branches: tuple[tuple[Condition, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a passage on one line; ``marks`` are the spans of the matched words in ``text``, ``at`` is where the
    first of them stands in the passage, or without any the piece itself."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()
    at: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """One ranked passage, with all that is needed to show, open and cite it."""

    id: str  # "c123": a handle for `gsearch show`
    chunk_id: int
    document_id: int
    path: str
    part: str
    kind: str
    title: str  # real title, or the file's name
    score: float  # 0..1: the chance that this is what was asked for (retrieval.calibration)
    snippet: Snippet
    text: str  # the whole passage
    start: int
    end: int
    headings: tuple[str, ...] = ()
    page: int | None = None
    label: str = ""
    line: int | None = None
    date: float | None = None
    sender: str = ""
    recipients: str = ""
    language: str = ""
    words: float | None = None  # what the words gave to its place in this ranking, whose best has 1 in all
    meaning: float | None = None  # what the meaning gave to it
    also_in: tuple[str, ...] = ()  # other places that hold the same passage or message
    quoted: bool = False  # somebody else's words in a reply, or a signature
    thread: str = ""  # Message-ID of the oldest message of its conversation, "" = it belongs to none
    messages: int = 0  # of that conversation
    meta: Mapping[str, str] = field(default_factory=dict)
    mtime: float | None = None  # of the file
    unavailable: str = ""  # why the folder that it was indexed from cannot be looked at now; "" = it can
    match_line: int | None = None  # where the snippet's first matched word stands, or without any the snippet


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered source of an answer."""

    number: int
    hit: Hit
    quote: str = ""  # the sentence of the source that supports the claim
    line: int | None = None  # where the quote begins in its document


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer with the sources it stands on; ``support`` is 0..1 as the check measured it."""

    text: str
    citations: tuple[int, ...] = ()
    support: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence (or list item, or table row) of a hit that may answer the question.

    ``span`` is the answering span within ``text`` (a date, number or name), if one was found.
    """

    text: str
    hit: Hit
    score: float
    span: tuple[int, int] | None = None
    line: int | None = None  # where it begins in its document


CODE_INDENT = "    "  # what the lines of a block of code in the text of an answer begin with


@dataclass(frozen=True, slots=True)
class Answer:
    question: str
    text: str
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    generator: str = ""  # "" = extractive: the words are the sources' own
    found: bool = True  # False = nothing in the files answers this
    notes: tuple[str, ...] = ()  # for people: why it is extractive, how to get a generator, …
    timings: Mapping[str, float] = field(default_factory=dict)  # seconds per step
    unsupported: tuple[str, ...] = ()  # what the generator said and no source supports: no part of the answer


@dataclass(frozen=True, slots=True)
class SyncEvent:
    """Progress of a run. ``step`` is "crawl", "read" or "embed"; ``total`` 0 = not known yet."""

    step: str
    done: int
    total: int
    path: str = ""
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one run did. Files are counted once: new + changed + moved + unchanged + skipped = files seen."""

    new: int = 0
    changed: int = 0
    moved: int = 0
    unchanged: int = 0
    gone: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)  # reason -> files not indexed in this run's view
    problems: tuple[Problem, ...] = ()  # met in this run (files and parts of files)
    unavailable: tuple[str, ...] = ()  # roots that could not be looked at; nothing of them was removed
    documents: int = 0  # written in this run
    chunks: int = 0  # written in this run
    embedded: int = 0  # vectors made in this run
    pending: int = 0  # chunks that still wait for a vector
    unsettled: int = 0  # files that were still being written: left for the next run
    seconds: float = 0.0
    interrupted: bool = False


def on_calendar(seconds: float, kind: str = "") -> datetime:
    """Local time of the date of a document. A mere day is kept as its midnight UTC, and is that day everywhere.

    :raises OverflowError, ValueError, OSError: no calendar has it.
    """
    from datetime import UTC, datetime

    if seconds % 86400 == 0 and kind not in TIMED:
        midnight = datetime.fromtimestamp(seconds, UTC)
        return datetime(midnight.year, midnight.month, midnight.day).astimezone()
    return datetime.fromtimestamp(seconds).astimezone()
