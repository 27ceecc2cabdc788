"""Whether a file is a mail. Every file is asked, so that nothing is loaded here that only reading one needs."""

from __future__ import annotations

import os
import re

from gemmasearch.readers.textual import is_text

_FIELD = re.compile(rb"([!-9;-~]{1,80})[ \t]*:")
_STRONG = {b"message-id", b"received", b"return-path", b"delivered-to", b"mime-version", b"x-mozilla-status"}
_MIME = {b"content-type", b"content-transfer-encoding", b"content-disposition"}
_USUAL = {
    b"from", b"to", b"cc", b"bcc", b"subject", b"date", b"sender", b"reply-to", b"newsgroups", b"path", b"references",
    b"in-reply-to", b"organization", b"x-mailer", b"list-id", b"errors-to", b"lines", b"xref", b"resent-from",
    b"importance", b"priority",
}  # fmt: skip
_WEB = {b"server", b"host", b"etag", b"set-cookie", b"cache-control", b"accept", b"connection", b"location"}
# How Apple Mail's .emlx begins: with the length of the message.
COUNTED = re.compile(rb"\A(\d{1,10})[ \t]*\r?\n")
LEADING = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:[ \t]{0,1000}\r?\n){0,100}")


def sniff(head: bytes, path: str) -> bool:
    """A header block that only a mail has; less is asked for where the name or folder says that it is mail.

    Printed mail ("Date: May 3, 2014 at 9:12 AM") and the header of a web server's answer are none.
    """
    emlx = path.lower().endswith(".emlx")
    found, ended = _first_fields(COUNTED.sub(b"", head) if emlx else head)
    names = found.keys()
    strong = len(names & _STRONG) + (len(names & _MIME) if not names & _WEB else 0)
    usual = len(names & _USUAL)
    if path.lower().endswith((".eml", ".msg")):
        return is_text(head) and (path.lower().endswith(".eml") or strong + usual > 0)
    if emlx or _in_maildir(path):
        return strong + usual > 0
    if strong:
        return ended and (strong + usual >= 2 or b"multipart/" in found.get(b"content-type", b""))
    return ended and usual >= 3 and b"from" in names and _is_dated(found)


def _is_dated(fields: dict[bytes, bytes]) -> bool:
    if b"date" not in fields:
        return b"to" in fields
    from gemmasearch.readers.headers import moment

    return moment(fields[b"date"]) is not None


def _in_maildir(path: str) -> bool:
    folder, _ = os.path.split(path)
    return os.path.basename(folder) in ("cur", "new") and os.path.isdir(
        os.path.join(os.path.dirname(folder), "tmp")
    )


def _first_fields(head: bytes) -> tuple[dict[bytes, bytes], bool]:
    """The fields in the header at the start, and whether it was a header all through."""
    found: dict[bytes, bytes] = {}
    lines = LEADING.sub(b"", head, count=1).split(b"\n")
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
