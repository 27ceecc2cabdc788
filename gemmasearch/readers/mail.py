"""One message becomes one document: its text, who wrote it to whom and when, and what is attached."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from gemmasearch.documents import Document, Problem
from gemmasearch.readers import attachments, body, headers, mailbox, mime, quoting
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.textual import is_text
from gemmasearch.settings import Settings

_FIELD = re.compile(rb"([!-9;-~]{1,80})[ \t]*:")
_STRONG = {b"message-id", b"received", b"return-path", b"delivered-to", b"mime-version", b"x-mozilla-status"}
_MIME = {b"content-type", b"content-transfer-encoding", b"content-disposition"}
_USUAL = {
    b"from", b"to", b"cc", b"bcc", b"subject", b"date", b"sender", b"reply-to", b"newsgroups", b"path", b"references",
    b"in-reply-to", b"organization", b"x-mailer", b"list-id", b"errors-to", b"lines", b"xref", b"resent-from",
    b"importance", b"priority",
}  # fmt: skip
_WEB = {b"server", b"host", b"etag", b"set-cookie", b"cache-control", b"accept", b"connection", b"location"}
_WEEKDAY = re.compile(rb"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?[ \t].*", re.DOTALL)
_STATES = {"opened", "unread", "archived"}  # labels that say nothing of what is in it
# How Apple Mail's .emlx begins: with the length of the message.
_COUNTED = re.compile(rb"\A(\d{1,10})[ \t]*\r?\n")
_DELETED = re.compile(rb"<key>flags</key>\s{0,20}<integer>(\d{1,18})</integer>")
_LEADING = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:[ \t]{0,1000}\r?\n){0,100}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands."""

    source: Source
    part: str = ""
    offset: int | None = None
    length: int | None = None
    cut: bool = False  # only its head was read
    envelope: bytes = b""  # the mbox line before it


def sniff(head: bytes, path: str) -> bool:
    """A header block that only a mail has; less is asked for where the name or folder says that it is mail.

    Printed mail ("Date: May 3, 2014 at 9:12 AM") and the header of a web server's answer are none.
    """
    emlx = path.lower().endswith(".emlx")
    found, ended = _first_fields(_COUNTED.sub(b"", head) if emlx else head)
    names = found.keys()
    strong = len(names & _STRONG) + (len(names & _MIME) if not names & _WEB else 0)
    usual = len(names & _USUAL)
    if path.lower().endswith((".eml", ".msg")):
        return is_text(head) and (path.lower().endswith(".eml") or strong + usual > 0)
    if emlx or _in_maildir(path):
        return strong + usual > 0
    if strong:
        return ended and (strong + usual >= 2 or b"multipart/" in found.get(b"content-type", b""))
    dated = headers.moment(found[b"date"]) is not None if b"date" in names else b"to" in names
    return ended and usual >= 3 and b"from" in names and dated


def _in_maildir(path: str) -> bool:
    folder, _ = os.path.split(path)
    return os.path.basename(folder) in ("cur", "new") and os.path.isdir(
        os.path.join(os.path.dirname(folder), "tmp")
    )


def _first_fields(head: bytes) -> tuple[dict[bytes, bytes], bool]:
    """The fields in the header at the start, and whether it was a header all through."""
    found: dict[bytes, bytes] = {}
    lines = _LEADING.sub(b"", head, count=1).split(b"\n")
    for i, line in enumerate(lines[:400]):
        if not line.strip():
            break
        if line[:1] in b" \t":
            if not i:
                return {}, False
        elif match := _FIELD.match(line):
            found.setdefault(match[1].lower(), line[match.end() :].strip())
        elif not (line.startswith((b"From ", b">From ")) and i < 2):
            return found, bool(found.keys() & (_STRONG | _MIME)) or len(found.keys() & _USUAL) >= 3
    return found, bool(found)


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
    raw = _LEADING.sub(b"", raw, count=1)
    yield from read_message(raw, Place(source, cut=source.size > settings.max_message_bytes), settings)


def _of_apple(raw: bytes) -> bytes:
    """The message in an .emlx file, which stands between its length and a list of what Apple Mail knows of it.

    :raises CannotRead: "unsupported": it is deleted.
    """
    counted = _COUNTED.match(raw)
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
        yield Problem(path, "encrypted", "only its headers were read", part)
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
        meta=_meta(root, found),
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


def _meta(root: mime.Part, found: body.Content) -> dict[str, str]:
    values = {
        "list": headers.text_of(root.get("list-id")),
        "reply-to": headers.text_of(root.get("reply-to")),
        "encrypted": "yes" if found.encrypted else "",
        "hidden": str(found.hidden or ""),  # spans of HTML that nobody sees and that were left out
    }
    return {name: value[:500] for name, value in values.items() if value}
