"""Attachments are documents of their own: mail -> lease.pdf -> page 3.

``part`` is the part of the message, a slash and the name ("8f3a.../lease.pdf"); sender, recipients and date are
those of the message unless the file has a date of its own; ``meta["attached_to"]`` is the message's part,
``meta["subject"]`` its subject, and ``references`` leads to its Message-ID. Files in files nest the same way. An
entry of a calendar or the like has in ``meta["entry_of"]`` the name of the file that it stands in.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from gemmasearch.documents import Document, Problem
from gemmasearch.readers import body
from gemmasearch.readers.formats import CannotRead, Format, Source, unique
from gemmasearch.settings import Settings

# Of parts that came without a name.
_NAMES = {"message/rfc822": "message.eml", "text/calendar": "invitation.ics", "text/vcard": "contact.vcf"}
DEPTH = 8  # messages and archives inside each other
# Not worth a line in the list of problems: nobody expects the text of a logo.
_UNSAID = ("unsupported", "empty", "binary")
_UNREAD = ("audio/", "video/", "font/", "image/svg")
_LOGO = 10_000  # bytes: a smaller picture holds no page


def read(
    message: Document, found: Iterable[body.Attachment], source: Source, settings: Settings
) -> Iterator[Document | Problem]:
    """The documents inside the attachments of a message."""
    names: set[str] = set()
    for each in found:
        if each.type.startswith(_UNREAD):
            continue
        part = _joined(
            message.part, named(each.name or _NAMES.get(each.type) or each.type.replace("/", "-"), names)
        )
        if not source.begins(part):
            continue
        for item in inside(
            each.content(), part, each.name, source, settings, mail=each.type in body.MESSAGES
        ):
            yield _belonging(item, message) if isinstance(item, Document) else item


def inside(
    raw: bytes, part: str, name: str, source: Source, settings: Settings, *, mail: bool = False
) -> Iterator[Document | Problem]:
    """What a file inside a file says, named below ``part``."""
    from gemmasearch.readers.recognition import recognised
    from gemmasearch.readers.run import items
    from gemmasearch.readers.table import by_name

    if source.depth >= DEPTH:
        yield Problem(source.path, "limit", f"more than {DEPTH} files inside each other", part)
        return
    inner = replace(
        source,
        path=name or "message",
        stream=io.BytesIO(raw),
        size=len(raw),
        start=0,
        resume_at=0,
        depth=source.depth + 1,
        prefix=_joined(source.prefix, part),
    )
    try:
        format: Format = by_name("mail") if mail else recognised(inner)
    except CannotRead as e:
        if e.reason not in _UNSAID or e.waits:
            yield e.problem(source.path, part)
        return
    if format.name == "picture" and len(raw) < _LOGO:
        return
    for item in items(format, inner, settings):
        if isinstance(item, Document):
            yield _below(part, _entry(item, part) if format.entries else item)
        elif item.reason not in _UNSAID or item.waits:
            yield replace(item, path=source.path, part=_joined(part, item.part))


def named(name: str, names: set[str]) -> str:
    """A name as part that is not among ``names`` yet, to which it is added."""
    return unique(re.sub(r"[/\\\x00-\x1f]", "_", name).strip(". ") or "attachment", names)


def _joined(above: str, below: str) -> str:
    return "/".join(each for each in (above, below) if each)


def _entry(item: Document, part: str) -> Document:
    """An event, contact or message of a file that holds many goes by that file's name, as its own part is a hash."""
    if not item.part or "attached_to" in item.meta:
        return item
    return replace(item, meta={**item.meta, "entry_of": part.rpartition("/")[2]})


def _below(part: str, item: Document) -> Document:
    """Offsets are into the file inside, not into the one on disk; names of messages are those within it."""
    meta = item.meta
    if "attached_to" in meta:
        meta = {**meta, "attached_to": _joined(part, meta["attached_to"])}
    return replace(item, part=_joined(part, item.part), offset=None, length=None, meta=meta)


def _belonging(item: Document, message: Document) -> Document:
    if "attached_to" in item.meta:
        return item  # to a message further inside
    meta = {**item.meta, "attached_to": message.part, "subject": message.title}
    if item.kind == "mail":
        return replace(item, meta=meta)
    if hidden := message.meta.get("bcc"):  # recipients like the others
        meta["bcc"] = hidden
    return replace(
        item,
        meta=meta,
        date=item.date if item.date is not None else message.date,
        sender=message.sender,
        recipients=message.recipients,
        copies=message.copies,
        references=(message.message_id,) if message.message_id else (),
    )
