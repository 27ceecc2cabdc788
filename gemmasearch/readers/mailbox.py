"""The mbox family (mboxo, mboxrd, mboxcl, Thunderbird, pipermail): one file, many messages.

A line that begins with "From " starts a message only where it has the weekday, month, time and year of an
envelope line and a header follows: any header line below an empty line, two of which the first is a usual one
where the empty line is missing (pipermail writes such boxes). Python's ``mailbox.mbox`` asks for none of this and
cuts messages in two. Within what a ``Content-Length`` covers (mboxcl2 quotes nothing) no message starts, provided
that it leads to the next envelope line or to the end.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from gemmasearch import light
from gemmasearch.documents import Document, Problem
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.settings import Settings

_DAY = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_MONTH = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DATE = (
    _DAY + rb",?[ \t]+(?:" + _MONTH + rb"[ \t]+\d{1,2}|\d{1,2}[ \t]+" + _MONTH + rb")"
    rb"(?=[ \t])[^\r\n]{0,80}?\b(?:\d{1,2}:\d{2}[^\r\n]{0,40}?\b\d{4}\b|\d{4}[ \t]+\d{1,2}:\d{2})"
)
_ENVELOPE_REST = rb"(?:[^\r\n]{0,998}?[ \t])??" + _DATE + rb"[^\r\n]{0,200}\r?\n"
_HEADER = rb"(?:>?From [^\r\n]*\r?\n)?[!-9;-~]{1,200}[ \t]*:"
_START = re.compile(rb"\s*From " + _ENVELOPE_REST + rb"(?=" + _HEADER + rb")")
_TWO_HEADERS = (
    rb"(?i:From|Date|Message-ID|Received|Return-Path|Delivered-To|X-Mozilla-Status):[^\r\n]*\r?\n"
    rb"(?:[ \t][^\r\n]*\r?\n){0,20}[!-9;-~]{1,200}[ \t]*:"
)
_NEXT = re.compile(
    rb"(?<=\n)From " + _ENVELOPE_REST + rb"(?=" + _TWO_HEADERS + rb")"
    rb"|(?:(?<=\n\n)|(?<=\n\r\n))From " + _ENVELOPE_REST + rb"(?=" + _HEADER + rb")"
)
_WINDOW = 1 << 20  # bytes read at a time
_LONGEST_START = 4096  # no envelope line with what must follow is longer

_LENGTH = re.compile(rb"^Content-Length:[ \t]*(\d{1,15})[ \t]*\r?$", re.MULTILINE)
_LONGEST_HEAD = 65_536  # bytes of a message in which its Content-Length is looked for
# What follows from the last byte of a message on.
_END = re.compile(rb"(?:\n|[^\n](?:\r?\n|\Z))(?:\r?\n)*(?:\Z|From " + _ENVELOPE_REST + rb")")

_UNQUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_UNQUOTED_BYTES = 16 * 1024 * 1024
_EXPUNGED = re.compile(rb"^X-Mozilla-Status:[ \t]*([0-9A-Fa-f]{4})\b", re.MULTILINE | re.IGNORECASE)
_INTERNAL = re.compile(
    rb"^Subject:[ \t]*DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA[ \t]*\r?$", re.MULTILINE
)
# At the end of a maildir's names; not every system allows a colon.
_FLAGS = light.pattern(r"[:;!]2,([A-Za-z]*)\Z")
_BLANK = re.compile(rb"\r?\n\r?\n")
# What mail programs rewrite in place: without it a message keeps its name when it is read or tagged.
VOLATILE = re.compile(
    rb"^(?:Status|X-Status|X-Keywords|X-UID|X-Mozilla-[\w-]+|Content-Length|Lines):[^\n]*\n(?:[ \t][^\n]*\n)*",
    re.MULTILINE | re.IGNORECASE,
)


def begins(head: bytes) -> bool:
    """Whether a file that begins so is of the family."""
    return _START.match(head) is not None


def split_mbox(
    stream: BinaryIO, max_bytes: int = 100_000_000, start: int = 0
) -> Iterator[tuple[int, int, bytes]]:
    """Each message as (offset, length, raw), envelope line included; memory stays below ``max_bytes`` and a bit.

    Of a message longer than ``max_bytes`` ``raw`` is the head; ``length`` is always that of the whole.
    ``start`` is where a message begins, the first one to be read.
    """
    raw, offset, length = bytearray(), 0, 0
    for place, piece, starts in _pieces(stream, start):
        if starts:
            whole, raw = [bytes(raw)], bytearray()
            if length:
                yield offset, length, whole.pop()  # a message may be large: it is the caller's alone
            offset, length = place, 0
        raw += piece[: max(0, max_bytes - len(raw))]
        length += len(piece)
    if length:
        yield offset, length, bytes(raw)


def _pieces(stream: BinaryIO, start: int = 0) -> Iterator[tuple[int, bytes, bool]]:
    """The stream as (offset, bytes, whether a message starts here)."""
    stream.seek(start)
    buffer = stream.read(_WINDOW)
    base, done, starts = start, len(buffer) - len(buffer.lstrip()), True
    message = base + done  # where the present one begins
    while True:
        stream.seek(base + len(buffer))
        more = stream.read(_WINDOW)
        # The tail may hold the beginning of an envelope line: it waits for the next window.
        settled = max(done, len(buffer) - (_LONGEST_START if more else 0))
        for begin in _beginnings(buffer, done + starts, settled):
            head = (
                buffer[message - base : min(begin, message - base + _LONGEST_HEAD)]
                if message >= base
                else None
            )
            if _is_within(stream, message, base + begin, head):
                continue
            yield base + done, buffer[done:begin], starts
            done, starts, message = begin, True, base + begin
        yield base + done, buffer[done:settled], starts
        if not more:
            return
        # What was looked at stays in sight of the look-behind at the empty line.
        kept = max(0, settled - 4)
        base, buffer, done, starts = base + kept, buffer[kept:] + more, settled - kept, False


def _beginnings(buffer: bytes, start: int, stop: int) -> Iterator[int]:
    """Where messages begin; ``find`` runs over the rest at memory speed."""
    place = max(0, start - 1)
    while (place := buffer.find(b"\nFrom ", place, stop + 5)) >= 0:
        place += 1
        if start <= place < stop and _NEXT.match(buffer, place):
            yield place


def _is_within(stream: BinaryIO, message: int, place: int, head: bytes | None) -> bool:
    """Whether the Content-Length of the message that begins at ``message`` goes beyond ``place``, and is right."""
    if head is None:
        stream.seek(message)
        head = stream.read(_LONGEST_HEAD)
    if b"\nContent-Length:" not in head or not (blank := _BLANK.search(head)):
        return False
    length = _LENGTH.search(head, 0, blank.end())
    end = message + blank.end() + int(length[1]) if length else 0
    if end <= place:
        return False
    stream.seek(end - 1)
    return _END.match(stream.read(_LONGEST_START)) is not None


def read(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    from gemmasearch.readers import mail

    seen: Counter[str] = Counter()
    boxes = split_mbox(source.stream, settings.max_message_bytes, source.start)
    unit = -1
    for offset, length, raw in boxes:  # enumerate would hold on to the last message
        unit += 1
        if not source.depth:
            source.unit = unit
        envelope, _, message = raw.partition(b"\n")
        cut = length > len(raw)
        del raw
        if is_expunged(message) or (not offset and is_internal(message)):
            continue
        part = part_of(message)
        seen[part] += 1
        part += f"-{seen[part]}" if seen[part] > 1 else ""
        if unit < source.resume_at or not source.begins(part):
            continue
        message = unquoted(message)
        place = mail.Place(source, part, offset, length, cut=cut, envelope=envelope.strip())
        yield from mail.read_message(message, place, settings)
    if not seen and not source.size:
        raise CannotRead("empty")


def unquoted(message: bytes) -> bytes:
    """Lines that were quoted because they begin with "From " as they were; in the part of it that text is read of."""
    if message.find(b">From ", 0, _UNQUOTED_BYTES) < 0:
        return message
    head = _UNQUOTED.sub(rb"\1", message[:_UNQUOTED_BYTES])
    return b"".join((head, memoryview(message)[_UNQUOTED_BYTES:]))


def is_expunged(message: bytes) -> bool:
    """Deleted in Thunderbird, waiting for the folder to be compacted: gone for its owner."""
    blank = _BLANK.search(message)
    found = _EXPUNGED.search(message, 0, blank.start() if blank else len(message))
    return bool(found and int(found[1], 16) & 0x0008)


def is_internal(message: bytes) -> bool:
    """No message: what UW-IMAP, Dovecot and Alpine note at the beginning of a box."""
    blank = _BLANK.search(message)
    return bool(blank and _INTERNAL.search(message, 0, blank.start()))


def is_trashed(path: str) -> bool:
    """Deleted in a maildir or an MH folder, waiting to be expunged: gone for its owner, too."""
    folder, name = os.path.split(path)
    if name.startswith((",", "#")) and name[1:].isdigit():  # so MH's rmm calls it
        return True
    flags = _FLAGS.search(name)
    return flags is not None and "T" in flags[1] and os.path.basename(folder) in ("cur", "new")


def part_of(message: bytes) -> str:
    """A name for a message made of its bytes, so that it survives messages being removed before it."""
    blank = _BLANK.search(message)
    end = blank.end() if blank else len(message)
    digest = hashlib.blake2b(VOLATILE.sub(b"", message[:end]), digest_size=8)
    digest.update(memoryview(message)[end : _end_of_text(message, end)])
    return digest.hexdigest()


def _end_of_text(message: bytes, start: int) -> int:
    """Where the white space at the end begins; without a copy of the whole."""
    end = len(message)
    while end > start:
        piece = message[max(start, end - 65_536) : end]
        if stripped := piece.rstrip():
            return end - len(piece) + len(stripped)
        end -= len(piece)
    return start
