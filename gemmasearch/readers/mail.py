"""One message becomes one document: its text, who wrote it to whom and when, and what is attached."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from gemmasearch.documents import Document, Problem
from gemmasearch.readers import attachments, body, headers, mailbox, mime, quoting
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.mail_head import COUNTED, LEADING
from gemmasearch.settings import Settings

_WEEKDAY = re.compile(rb"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?[ \t].*", re.DOTALL)
_STATES = {"opened", "unread", "archived"}  # labels that say nothing of what is in it
_DELETED = re.compile(rb"<key>flags</key>\s{0,20}<integer>(\d{1,18})</integer>")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands."""

    source: Source
    part: str = ""
    offset: int | None = None
    length: int | None = None
    cut: bool = False  # only its head was read
    envelope: bytes = b""  # the mbox line before it


def read(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    if not source.size:
        raise CannotRead("empty")
    if not source.depth and mailbox.is_trashed(source.path):
        how = "as MH does" if os.path.basename(source.path)[1:].isdigit() else "flag T"
        raise CannotRead("unsupported", f"a message that is marked as deleted ({how})")
    raw = source.head(settings.max_message_bytes)
    if source.path.lower().endswith(".emlx"):
        raw = _of_apple(raw)
    if b"\n" not in raw:  # as old Macs end lines
        raw = raw.replace(b"\r", b"\n")
    raw = LEADING.sub(b"", raw, count=1)
    yield from read_message(raw, Place(source, cut=source.size > settings.max_message_bytes), settings)


def _of_apple(raw: bytes) -> bytes:
    """The message in an .emlx file, which stands between its length and a list of what Apple Mail knows of it.

    :raises CannotRead: "unsupported": it is deleted.
    """
    counted = COUNTED.match(raw)
    if not counted:
        return raw
    end = counted.end() + int(counted[1])
    flags = _DELETED.search(raw, end)
    if flags and int(flags[1]) & 2:
        raise CannotRead("unsupported", "a message that is marked as deleted")
    return raw[counted.end() : end]


def read_message(raw: bytes, place: Place, settings: Settings) -> Iterator[Document | Problem]:
    """The document of one message, or the Problem that it is, and those of what is attached to it."""
    root = mime.parse(raw)
    found = body.content(root)
    path = place.source.path
    if not root.fields and not found.text.strip():
        yield Problem(path, "malformed", "a message without header and text", place.part)
        return
    document = _document(root, found, place)
    yield document
    part = place.part or "message"  # "" would say that nothing of the file was read
    if place.cut:
        yield Problem(path, "too-large", f"only its first {len(raw)} bytes were read", part)
    if body.is_cut(root):
        yield Problem(path, "limit", "more, deeper or longer parts than are looked at", part)
    if found.encrypted:
        said = "what is encrypted in it was left out" if found.text.strip() else "only its headers were read"
        yield Problem(path, "encrypted", said, part)
    yield from attachments.read(document, found.attachments, place.source, settings)


def _document(root: mime.Part, found: body.Content, place: Place) -> Document:
    charset = next((part.charset for part in root.walk() if part.charset), "")  # of raw bytes in the header
    subject = headers.text_of(root.get("subject"), charset)
    ids = headers.identifiers(root.get("message-id"))
    names = tuple(_named(each) for each in found.attachments)
    text = found.text or "\n".join(
        each for each in (subject, *names) if each
    )  # a mail of a subject only is found by it
    return Document(
        kind="mail",
        text=text,
        part=place.part,
        title=subject,
        quoted=quoting.spans(text, subject),
        date=_date(root, place),
        sender=", ".join(headers.addresses(root.get("from") or root.get("sender"), charset)),
        recipients=_people(root, "to", charset),
        copies=_people(root, "cc", charset),
        message_id=ids[0] if ids else "",
        references=_references(root),
        attachments=names,
        tags=_labels(root),
        offset=place.offset,
        length=place.length,
        meta=_meta(root, found, charset),
    )


def _named(attached: body.Attachment) -> str:
    """A forwarded message without a name goes by its subject."""
    inner = attached.part.children[0] if attached.part and attached.part.children else None
    subject = headers.text_of(inner.get("subject"), inner.charset) if inner else ""
    return attached.name or subject or attached.type


def _people(root: mime.Part, name: str, charset: str) -> str:
    return ", ".join(each for raw in root.all(name) for each in headers.addresses(raw, charset))


def _references(root: mime.Part) -> tuple[str, ...]:
    found = [*headers.identifiers(root.get("references")), *headers.identifiers(root.get("in-reply-to"))]
    return tuple(dict.fromkeys(found))


def _labels(root: mime.Part) -> tuple[str, ...]:
    """What its owner filed it under, in Gmail (as Takeout has it) or mutt."""
    found = [
        label.strip(' "')
        for name in ("x-gmail-labels", "x-label")
        for raw in root.all(name)
        for label in headers.text_of(raw).split(",")
    ]
    return tuple(dict.fromkeys(each[:100] for each in found if each and each.lower() not in _STATES))[:50]


def _date(root: mime.Part, place: Place) -> float | None:
    """Its Date; without a sane one the time it was received, or what the mbox line says."""
    received = root.get("received").rpartition(b";")[2]
    posted = _WEEKDAY.search(place.envelope)
    dates = (root.get("date"), root.get("delivery-date"), received, posted[0] if posted else b"")
    return next((when for raw in dates if raw and (when := headers.moment(raw)) is not None), None)


def _meta(root: mime.Part, found: body.Content, charset: str) -> dict[str, str]:
    values = {
        "list": headers.text_of(root.get("list-id")),
        "reply-to": headers.text_of(root.get("reply-to")),
        "encrypted": "yes" if found.encrypted else "",
        "hidden": str(found.hidden or ""),  # spans of HTML that nobody sees and that were left out
    }
    kept = {name: value[:500] for name, value in values.items() if value}
    hidden = _people(root, "bcc", charset)  # in the mail that its sender keeps
    return {**kept, "bcc": hidden} if hidden else kept
