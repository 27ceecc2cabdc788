"""What a mail says and what it carries: the text of its part tree, and the rest as attachments."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from gemmasearch.readers import mime
from gemmasearch.readers.charsets import bytes_to_text
from gemmasearch.readers.textual import clean, is_text

MESSAGES = ("message/rfc822", "message/news", "message/global")
_CARDS = ("text/calendar", "text/vcard", "text/x-vcard", "text/directory")  # read by readers of their own
_SEALS = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_UUENCODED = re.compile(
    r"^begin [0-7]{3,4} (\S[^\n]{0,200})\n((?:[ -`]{1,90}\n)*?)(?:`|[ \t]*)\nend[ \t]*$", re.MULTILINE
)
_PGP = re.compile(
    r"^-----BEGIN PGP MESSAGE-----$.*?(?:^-----END PGP MESSAGE-----$|\Z)", re.MULTILINE | re.DOTALL
)
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){3,}")
_QUOTES = re.compile(r">*")


LONGEST = 8_000_000  # bytes read of one text part: nobody writes more


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file, or a whole message, inside a message."""

    name: str  # "" = it has none
    type: str
    part: mime.Part | None = None
    raw: bytes = b""

    def content(self) -> bytes:
        """Its bytes, decoded when asked for."""
        if self.part is None:
            return self.raw
        if self.part.children and self.type in MESSAGES:
            inner = self.part
            return inner.raw[inner.start : inner.end]
        return self.part.body()


@dataclass(slots=True)
class Content:
    text: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    encrypted: bool = False
    hidden: int = 0  # spans of HTML that no reader sees, left out


def is_cut(root: mime.Part) -> bool:
    """Whether not all of a part was looked at."""
    return any(p.cut or (p.type.startswith("text/") and p.end - p.start > LONGEST) for p in root.walk())


def content(root: mime.Part) -> Content:
    """Walk the tree: every text part is read, of alternatives the best one; the rest is attached."""
    found = Content(encrypted=_is_encrypted(root))
    texts: list[str] = []
    waiting = [] if found.encrypted else [root]
    while waiting:
        part = waiting.pop()
        if part.type in _SEALS:
            continue
        if _is_attachment(part):
            found.attachments.append(Attachment(part.filename, part.type, part))
        elif part.type == "multipart/alternative" and part.children:
            cards = [each for each in part.children if each.type in _CARDS]
            waiting += [*cards, _best([each for each in part.children if each not in cards] or cards)]
        elif part.children:
            waiting.extend(reversed(part.children))
        else:
            texts.append(leaf_text(part, found))
    text = _without_uuencoded("\n\n".join(each for each in texts if each.strip()), found)
    if "-----BEGIN PGP MESSAGE-----" in text:
        text, found.encrypted = _PGP.sub("", text), True
    found.text = _BLANK_LINES.sub("\n\n\n", text).strip("\n")
    return found


def _is_attachment(part: mime.Part) -> bool:
    if part.type in MESSAGES or part.type in _CARDS:
        return bool(part.depth) or part.type in _CARDS
    named = part.disposition == "attachment" or part.filename
    return bool(part.depth and named) or not part.type.startswith(("text/", "multipart/", "message/"))


def _is_encrypted(root: mime.Part) -> bool:
    kind = root.parameters.get("smime-type", "").lower()
    return root.type == "multipart/encrypted" or (
        root.type.endswith("pkcs7-mime") and kind in ("", "enveloped-data")
    )


def _best(parts: list[mime.Part]) -> mime.Part:
    """Of the alternatives the plain one, unless it says much less than the HTML one ("see the web version")."""
    plain = next((each for each in parts if each.type == "text/plain"), None)
    rich = next((each for each in reversed(parts) if each is not plain and _readable(each)), None)
    if plain is None or rich is None:
        return plain or rich or parts[0]
    size = len(leaf_text(plain).strip())
    if size >= 200 or rich.type != "text/html":
        return plain if size else rich
    return rich if len(leaf_text(rich)) > 4 * size else plain


def _readable(part: mime.Part) -> bool:
    return part.type.startswith(("text/", "multipart/"))


def leaf_text(part: mime.Part, found: Content | None = None) -> str:
    """The text of one part without children."""
    if part.type == "text/html":
        from gemmasearch.readers import html

        page = html.to_page(html.decode_page(part.body(LONGEST), part.charset), links=True)
        if found:
            found.hidden += page.hidden
        return page.text
    if part.type.startswith(("text/", "message/")):
        text = bytes_to_text(part.body(LONGEST), part.charset)
        return (
            unflowed(text, part.parameters) if part.parameters.get("format", "").lower() == "flowed" else text
        )
    if part.type.startswith("multipart/") and not part.cut:  # no boundary, or none found: what there is
        body = part.body(LONGEST)
        return bytes_to_text(body, part.charset) if is_text(body[:4096]) else ""
    return ""


def unflowed(text: str, parameters: dict[str, str]) -> str:
    """format=flowed (RFC 3676): lines that end in a space go on in the next one of the same quote depth."""
    space = "" if parameters.get("delsp", "").lower() == "yes" else " "
    paragraphs: list[list[str]] = []
    depth, open_ = 0, False
    for line in text.split("\n"):
        marks = _QUOTES.match(line)
        quotes = marks.end() if marks else 0
        body = line[quotes:].removeprefix(" ")
        flows = body.endswith(" ") and body != "-- "
        piece = body[:-1] + space if flows else body
        if open_ and quotes == depth and body != "-- ":
            paragraphs[-1].append(piece)
        else:
            paragraphs.append(["> " * quotes, piece])
        depth, open_ = quotes, flows
    lines = map("".join, paragraphs)
    return "\n".join(line if line == "-- " else line.rstrip() for line in lines)


def _without_uuencoded(text: str, found: Content) -> str:
    """Files that old mail carries within its text are attachments."""
    if "begin " not in text:
        return text
    for match in _UUENCODED.finditer(text):
        name = clean(match[1]).strip()
        found.attachments.append(Attachment(name, "application/octet-stream", raw=b"".join(_uu(match[2]))))
    return _UUENCODED.sub("", text)


def _uu(block: str) -> Iterator[bytes]:
    for line in filter(None, block.split("\n")):
        try:
            yield binascii.a2b_uu(line + "\n")
        except binascii.Error:
            continue
