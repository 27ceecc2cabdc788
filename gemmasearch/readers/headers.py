"""Mail headers as people wrote them: RFC 5322 fields, RFC 2047 words, RFC 2231 parameters, addresses, dates.

Everything here is linear in its input and never raises: anybody may send a mail.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import mktime_tz, parsedate_tz
from urllib.parse import unquote_to_bytes

from gemmasearch import light
from gemmasearch.readers.charsets import bytes_to_text
from gemmasearch.readers.textual import clean

LONGEST = 65_536  # bytes kept of one field
MOST = 1_000  # fields kept of one header

Field = tuple[str, bytes]  # name in lower case, value as sent with the folding taken out

_LINE = re.compile(rb"([!-9;-~]{1,200})[ \t]*:[ \t]*(.*)", re.DOTALL)
_USUAL = re.compile(
    rb"(?:from|to|cc|subject|date|message-id|mime-version|content-(?:type|transfer-encoding)|received|return-path"
    rb"|reply-to|in-reply-to|references|x-[\w-]+)[ \t]*:",
    re.IGNORECASE,
)
_BROKEN = 4  # lines in a row that are no field, at most, within a header
_WORD = light.pattern(r"=\?([\w.:+-]{1,40})(?:\*[\w-]{0,20})?\?([bBqQ])\?([^?\r\n]*(?:\?(?!=)[^?\r\n]*)*)\?=")
_SPACE = light.pattern(r"\s+")
_PARAMETER = light.pattern(r';\s*([^\s=;"]{1,80})\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)', re.DOTALL)
_CONTINUED = light.pattern(r"(.+?)\*(\d{1,3})?(\*)?$")
_BEFORE_ZONE = light.pattern(r"\s+(?=[+-]\d{2}:?\d{2}$|Z$)")
_IDENTIFIER = light.pattern(r"<([^<>\s]{1,998})>")


def fields(raw: bytes, start: int, end: int) -> tuple[list[Field], int]:
    """The header at ``raw[start:end]`` and the offset where the body begins.

    A line that is no field ends the header, as does an empty one; envelope lines in front are skipped, and so is
    what a broken program left between fields: what was meant to go on a subject is kept as its end.
    """
    found: list[tuple[str, list[bytes]]] = []
    place = start
    while place < end:
        stop = raw.find(b"\n", place, end)
        following = end if stop < 0 else stop + 1
        line = raw[place : min(following, place + LONGEST)].rstrip(b"\r\n")
        if not line:
            return _joined(found), following
        if line[:1] in b" \t" and found:
            if len(found[-1][1]) < LONGEST // 16:
                found[-1][1].append(line)
        elif match := _LINE.match(line):
            if len(found) < MOST:
                found.append((match[1].decode("ascii").lower(), [match[2]]))
        elif found and _goes_on(raw, following, end):
            if found[-1][0] == "subject" and not line.startswith((b"From ", b">From ")):
                found[-1][1].append(b" " + line)
        elif found or not line.startswith((b"From ", b">From ")):
            return _joined(found), place
        place = following
    return _joined(found), end


def _goes_on(raw: bytes, place: int, end: int) -> bool:
    """Whether a field that mails have stands a few lines on at most, before an empty line."""
    for _ in range(_BROKEN):
        stop = raw.find(b"\n", place, end)
        line = raw[place : min(end if stop < 0 else stop, place + 200)].rstrip(b"\r")
        if not line:
            return False
        if _USUAL.match(line):
            return True
        if stop < 0:
            return False
        place = stop + 1
    return False


def _joined(found: list[tuple[str, list[bytes]]]) -> list[Field]:
    return [(name, b"\n".join(lines)[:LONGEST].replace(b"\n", b"")) for name, lines in found]


def text_of(raw: bytes, charset: str = "") -> str:
    """A header value for people: RFC 2047 words decoded, raw 8-bit bytes read, on one line."""
    text = bytes_to_text(raw, charset)
    return _SPACE.sub(" ", decode_words(text)).strip()


def decode_words(text: str) -> str:
    """Encoded words decoded. Neighbours of one charset are joined first: senders cut characters in two."""
    if "=?" not in text:
        return text
    pieces: list[str] = []
    place, charset, pending = 0, "", b""
    for found in _WORD.finditer(text):
        between = text[place : found.start()]
        if between.strip() or found[1].lower() != charset:
            pieces.append(bytes_to_text(pending, charset) if pending else "")
            pieces.append(between if between.strip() or not charset else "")
            pending, charset = b"", found[1].lower()
        pending += _word_bytes(found[2].lower(), found[3])
        place = found.end()
    pieces.append(bytes_to_text(pending, charset) if pending else "")
    return "".join(pieces) + text[place:]


def _word_bytes(encoding: str, body: str) -> bytes:
    raw = body.encode("utf-8", "replace")
    if encoding == "b":
        return lenient_base64(raw)
    return binascii.a2b_qp(raw.replace(b" ", b"_"), header=True)


def lenient_base64(raw: bytes) -> bytes:
    """Base64 with junk in it, or with its end cut off: what can be read of it."""
    letters = re.sub(
        rb"[^A-Za-z0-9+/]", b"", raw.partition(b"=")[0] if raw.find(b"=") >= len(raw) - 6 else raw
    )
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    try:
        return base64.b64decode(letters + b"=" * (-len(letters) % 4))
    except (binascii.Error, ValueError):
        return b""


def parameters(value: str) -> dict[str, str]:
    """The parameters after the first ``;``, with RFC 2231 continuations and charsets, and RFC 2047 words."""
    plain: dict[str, str] = {}
    parts: dict[str, dict[int, tuple[str, bool]]] = {}
    for found in _PARAMETER.finditer(value):
        name, text = found[1].lower(), _unquoted(found[2].strip())
        extended = _CONTINUED.match(name) if "*" in name else None
        if extended:
            index = int(extended[2] or 0)
            parts.setdefault(extended[1], {})[index] = (text, bool(extended[3]) or extended[2] is None)
        else:
            plain.setdefault(name, decode_words(text))
    return plain | {name: _continued(pieces) for name, pieces in parts.items()}


def _continued(pieces: dict[int, tuple[str, bool]]) -> str:
    charset, raw = "", b""
    for index in sorted(pieces):
        text, encoded = pieces[index]
        if encoded and not raw and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        raw += unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace")
    return bytes_to_text(raw, charset)


def _unquoted(text: str) -> str:
    if not text.startswith('"'):
        return text
    inner = text[1:-1] if text.endswith('"') and len(text) > 1 else text[1:]
    return re.sub(r"\\(.)", r"\1", inner, flags=re.DOTALL)


def addresses(raw: bytes, charset: str = "") -> list[str]:
    """The mailboxes of an address list as "Dana Bell <dana@example.org>", groups taken apart.

    An empty group ("undisclosed-recipients:;") stays as its name.
    """
    text = _SPACE.sub(" ", bytes_to_text(raw, charset))
    group, members, result = "", 0, []
    for token, end in _address_tokens(text):
        if end == ":":
            group, members = decode_words(token).strip(' "'), 0
            continue
        if shown := _mailbox(token):
            result.append(shown)
            members += 1
        if end == ";":
            if group and not members:
                result.append(group)
            group = ""
    return result


_LISTED = light.pattern(r"[,;:]")


def _address_tokens(text: str) -> Iterator[tuple[str, str]]:
    """The list cut at ``,``, ``;`` and the ``:`` of groups, outside quotes, comments and angle brackets."""
    if not _LISTED.search(text):
        yield text, ""
        return
    depth, quoted, angle, begin, i = 0, False, False, 0, 0
    while i < len(text):
        c = text[i]
        if c == "\\":
            i += 1
        elif c == '"' and not depth:
            quoted = not quoted
        elif quoted:
            pass
        elif c in "()":
            depth = max(0, depth + (1 if c == "(" else -1))
        elif not depth and c in "<>":
            angle = c == "<"
        elif not depth and not angle and c in ",;:":
            yield text[begin:i], c
            begin = i + 1
        i += 1
    yield text[begin:], ""


_ANGLE = light.pattern(r"^(.*)<([^<>]*)>?", re.DOTALL)
_COMMENT = light.pattern(r"^([^()]*)\(([^()]*)\)\s*$", re.DOTALL)


def _mailbox(token: str) -> str:
    token = token.strip()
    if angle := _ANGLE.match(token):
        name, address = angle[1], angle[2]
    elif comment := _COMMENT.match(token):
        name, address = comment[2], comment[1]
    else:
        return decode_words(_unquoted(token)).strip()
    name = decode_words(_unquoted(name.strip())).strip(" \"'")
    address = "".join(address.split()) if "@" in address else address.strip()
    return f"{name} <{address}>" if name and name != address else address or name


def identifiers(raw: bytes) -> tuple[str, ...]:
    """Message ids without their brackets; a bare one counts when nothing is in brackets."""
    text = raw.decode("utf-8", "replace")
    found = _IDENTIFIER.findall(text)
    bare = text.split()[:1] if "@" in text else []
    return tuple(dict.fromkeys(clean(each) for each in (found or bare)))[:200]


def moment(raw: bytes) -> float | None:
    """Epoch seconds of a Date field; None for nonsense and for years that no mail has."""
    try:
        if b" 0000 " in raw:  # read as 2000 otherwise
            return None
        text = raw[:200].decode("ascii", "replace").strip()
        parsed = parsedate_tz(text)
        when = float(mktime_tz(parsed)) if parsed else _iso(text)
        year = datetime.fromtimestamp(when, UTC).year if when is not None else 0
    except (ValueError, OverflowError, TypeError, IndexError, OSError):
        return None
    return when if 1970 <= year < 2100 else None


def _iso(text: str) -> float | None:
    """The same of "2024-05-06T07:08:09Z" and "2024-05-06 07:08 +0200", as programs write that are no mail programs;
    without a zone it is UTC. :raises ValueError: it is nothing like that."""
    if text[4:5] != "-":
        return None
    when = datetime.fromisoformat(_BEFORE_ZONE.sub("", text))
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
