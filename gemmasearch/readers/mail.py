"""One message becomes one document: its text, who wrote it to whom and when, and what is attached."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from gemmasearch.documents import Document, Problem
from gemmasearch.readers import headers, mime, quoting
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.textual import clean, is_text
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
_MESSAGES = ("message/rfc822", "message/news", "message/global")
_LEADING = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:[ \t]{0,1000}\r?\n){0,100}")
_UUENCODED = re.compile(
    r"^begin [0-7]{3,4} (\S[^\n]{0,200})\n(?:[ -`]{1,90}\n)*?(?:`|[ \t]*)\nend[ \t]*$", re.MULTILINE
)
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){3,}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands."""

    path: str
    part: str = ""
    offset: int | None = None
    length: int | None = None
    cut: bool = False  # only its head was read
    envelope: bytes = b""  # the mbox line before it


def sniff(head: bytes, path: str) -> bool:
    """A header block that only a mail has; less is asked for where the name or folder says that it is mail.

    Printed mail ("Date: May 3, 2014 at 9:12 AM") and the header of a web server's answer are none.
    """
    found, ended = _first_fields(head)
    names = found.keys()
    strong = len(names & _STRONG) + (len(names & _MIME) if not names & _WEB else 0)
    usual = len(names & _USUAL)
    if path.lower().endswith((".eml", ".msg")):
        return is_text(head) and (path.lower().endswith(".eml") or strong + usual > 0)
    if _in_maildir(path):
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
    raw = _LEADING.sub(b"", source.head(settings.max_message_bytes), count=1)
    yield from read_message(raw, Place(source.path, cut=source.size > settings.max_message_bytes), settings)


def read_message(raw: bytes, place: Place, settings: Settings) -> Iterator[Document | Problem]:
    """The document of one message, or the Problem that it is."""
    root = mime.parse(raw)
    text, attachments = _content(root)
    if not root.fields and not text.strip():
        yield Problem(place.path, "malformed", "a message without header and text", place.part)
        return
    yield _document(root, text, attachments, place)
    if place.cut:
        yield Problem(place.path, "too-large", f"only its first {len(raw)} bytes were read", place.part)
    if any(part.cut for part in root.walk()):
        yield Problem(place.path, "limit", "more or deeper parts than are looked at", place.part)


def _document(root: mime.Part, text: str, attachments: list[str], place: Place) -> Document:
    charset = root.charset
    subject = headers.text_of(root.get("subject"), charset)
    ids = headers.identifiers(root.get("message-id"))
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
        attachments=tuple(attachments),
        offset=place.offset,
        length=place.length,
        meta=_meta(root),
    )


def _people(root: mime.Part, name: str, charset: str) -> str:
    return ", ".join(each for raw in root.all(name) for each in headers.addresses(raw, charset))


def _references(root: mime.Part) -> tuple[str, ...]:
    found = [*headers.identifiers(root.get("references")), *headers.identifiers(root.get("in-reply-to"))]
    return tuple(dict.fromkeys(found))


def _date(root: mime.Part, place: Place) -> float | None:
    """Its Date; without a sane one the time it was received, or what the mbox line says."""
    received = root.get("received").rpartition(b";")[2]
    dates = (root.get("date"), root.get("delivery-date"), received, place.envelope.partition(b"  ")[2])
    return next((when for raw in dates if raw and (when := headers.moment(raw)) is not None), None)


def _meta(root: mime.Part) -> dict[str, str]:
    found = {"list": headers.text_of(root.get("list-id")), "reply-to": headers.text_of(root.get("reply-to"))}
    if _is_encrypted(root):
        found["encrypted"] = "yes"
    return {name: value[:500] for name, value in found.items() if value}


def _is_encrypted(root: mime.Part) -> bool:
    kind = root.parameters.get("smime-type", "").lower()
    return root.type == "multipart/encrypted" or (
        root.type.endswith("pkcs7-mime") and kind in ("", "enveloped-data")
    )


def _content(root: mime.Part) -> tuple[str, list[str]]:
    """The text to read and the names of what is attached."""
    texts: list[str] = []
    names: list[str] = []
    waiting = [root]
    while waiting:
        part = waiting.pop()
        if part.depth and (part.disposition == "attachment" or part.filename):
            names.append(part.filename or part.type)
            if part.type in _MESSAGES:
                waiting.extend(reversed(part.children))
        elif part.type == "multipart/alternative" and part.children:
            waiting.append(_best(part))
        elif part.type in _MESSAGES:
            texts.append(_forwarded(part))
            waiting.extend(reversed(part.children))
        elif part.children:
            waiting.extend(reversed(part.children))
        else:
            texts.append(_leaf_text(part))
    text, more = _without_uuencoded("\n\n".join(each for each in texts if each.strip()))
    return _BLANK_LINES.sub("\n\n\n", text).strip("\n"), names + more


def _best(part: mime.Part) -> mime.Part:
    """Of the alternatives the plain one, unless it says much less than the HTML one ("see the web version")."""
    plain = next((each for each in part.children if each.type == "text/plain"), None)
    rich = next((each for each in reversed(part.children) if each is not plain and _readable(each)), None)
    if plain is None or rich is None:
        return plain or rich or part.children[0]
    size = len(_leaf_text(plain).strip())
    if size >= 200 or rich.type != "text/html":
        return plain if size else rich
    return rich if len(_leaf_text(rich)) > 4 * size else plain


def _readable(part: mime.Part) -> bool:
    return part.type.startswith(("text/", "multipart/"))


def _forwarded(part: mime.Part) -> str:
    """The lines that a mail program shows above a message inside a message."""
    if not part.children:
        return ""
    inner = part.children[0]
    shown = (
        (name.title(), headers.text_of(inner.get(name), inner.charset))
        for name in ("from", "date", "to", "subject")
    )
    lines = [f"{name}: {value}" for name, value in shown if value]
    return "\n".join(["---------- Forwarded message ----------", *lines])


def _leaf_text(part: mime.Part) -> str:
    if part.type == "text/html":
        from gemmasearch.readers import html

        return html.to_page(html.decode_page(part.body(), part.charset)).text
    if part.type.startswith("text/"):
        return headers.bytes_to_text(part.body(), part.charset)
    if part.type.startswith("multipart/") and not part.cut:  # no boundary, or none found: what there is
        body = part.body()
        return headers.bytes_to_text(body, part.charset) if is_text(body[:4096]) else ""
    return ""


def _without_uuencoded(text: str) -> tuple[str, list[str]]:
    """Files that old mail carries within its text are attachments."""
    if "begin " not in text:
        return text, []
    names = [clean(name).strip() for name in _UUENCODED.findall(text)]
    return (_UUENCODED.sub("", text) if names else text), names
