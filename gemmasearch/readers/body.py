"""What a mail says and what it carries: the text of its part tree, and the rest as attachments."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from gemmasearch import light
from gemmasearch.readers import mime, signed
from gemmasearch.readers.charsets import bytes_to_text
from gemmasearch.readers.textual import clean, is_text

MESSAGES = ("message/rfc822", "message/news", "message/global")
_CARDS = ("text/calendar", "text/vcard", "text/x-vcard", "text/directory")  # read by readers of their own
_SEALED = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_SEALS = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_UUENCODED = light.pattern(
    r"^begin [0-7]{3,4} (\S[^\n]{0,200})\n((?:[ -`]{1,90}\n)*?)(?:`|[ \t]*)\nend[ \t]*$", re.MULTILINE
)
_PGP = light.pattern(
    r"^-----BEGIN PGP MESSAGE-----$.*?(?:^-----END PGP MESSAGE-----$|\Z)", re.MULTILINE | re.DOTALL
)
_SIGNED = light.pattern(
    r"^[> ]*-----BEGIN PGP SIGNED MESSAGE-----\n(?:[> ]*[A-Z][\w-]{0,30}: [^\n]*\n){0,9}", re.MULTILINE
)
_SIGNATURE = light.pattern(
    r"^[> ]*-----BEGIN PGP SIGNATURE-----\n(?:[^\n]{0,100}\n){0,99}?[> ]*-----END PGP SIGNATURE-----$",
    re.MULTILINE,
)
_DASHED = light.pattern(r"^([> ]*)- (?=-)", re.MULTILINE)
_BLANK_LINES = light.pattern(r"\n(?:[ \t]*\n){3,}")
_QUOTES = light.pattern(r">*")
_ADDRESS = light.pattern(r"https?://\S+")
_WORDS = light.pattern(r"[^\W\d_]{3,}")

LONGEST = 8_000_000  # bytes read of one text part: nobody writes more
STUB = 400  # characters: a plain alternative that says more is no mere hint at the HTML one


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
    root = _opened(root)
    found = Content(encrypted=_is_encrypted(root))
    texts: list[str] = []
    waiting = [] if found.encrypted else [root]
    while waiting:
        part = _opened(waiting.pop())
        if part.type in _SEALS:
            continue
        if _is_attachment(part):
            found.attachments.append(Attachment(part.filename, part.type, part))
        elif part.type == "multipart/alternative" and part.children:
            cards = [each for each in part.children if each.type in _CARDS]
            others = [each for each in part.children if each.type not in _CARDS]
            best = [_best(others)] if others else []
            unread = [p for each in others if each not in best and each.children for p in _enclosed(each)]
            waiting += [*reversed(unread), *cards, *best]
        elif part.children:
            waiting.extend(reversed(part.children))
        else:
            texts.append(leaf_text(part, found))
    text = _without_uuencoded("\n\n".join(each for each in texts if each.strip()), found)
    if "-----BEGIN PGP MESSAGE-----" in text:
        text, found.encrypted = _PGP.sub("", text), True
    text = _unsigned(text)
    found.text = _BLANK_LINES.sub("\n\n\n", text).strip("\n")
    return found


def _unsigned(text: str) -> str:
    """A text that is signed within itself (RFC 9580, 7), without the signature."""
    if "-----BEGIN PGP SIGNATURE-----" not in text:
        return text
    return _DASHED.sub(r"\1", _SIGNATURE.sub("", _SIGNED.sub("", text)))


def _is_attachment(part: mime.Part) -> bool:
    if part.type in MESSAGES or part.type in _CARDS:
        return bool(part.depth) or part.type in _CARDS
    named = part.disposition == "attachment" or part.filename
    return bool(part.depth and named) or not part.type.startswith(("text/", "multipart/", "message/"))


def _opened(part: mime.Part) -> mime.Part:
    """The message that a signature is wrapped around; any other part as it is."""
    for _ in range(4):
        inner = signed.content(part.body()) if part.type in _SEALED else None
        if inner is None:
            break
        part = mime.parse(inner)
    return part


def _is_encrypted(root: mime.Part) -> bool:
    kind = root.parameters.get("smime-type", "").lower()
    return root.type == "multipart/encrypted" or (
        root.type.endswith("pkcs7-mime") and kind in ("", "enveloped-data")
    )


def _best(parts: list[mime.Part]) -> mime.Part:
    """Of the alternatives the plain one, unless it says much less than the HTML one ("see the web version"), or is
    short and says something else ("your program cannot show this message")."""
    plain = next((each for each in parts if each.type == "text/plain"), None)
    rich = next((each for each in reversed(parts) if each is not plain and _readable(each)), None)
    if plain is None or rich is None:
        return plain or rich or parts[0]
    # The address of a web version may be of any length.
    said = _ADDRESS.sub("", leaf_text(plain)).strip()
    if len(said) > STUB:
        return plain
    other = _rich_text(rich)
    more = len(other) > 4 * len(said)
    return rich if more or (len(other) > len(said) and _differs(said, other)) else plain


def _readable(part: mime.Part) -> bool:
    return part.type.startswith(("text/", "multipart/"))


def _rich_text(part: mime.Part) -> str:
    """The HTML of an alternative: with its pictures it is a tree of its own."""
    leaves = (each for each in part.walk() if not each.children and not _is_attachment(each))
    return "".join(leaf_text(each) for each in leaves if each.type == "text/html")


def _differs(said: str, other: str) -> bool:
    """Whether each of two texts says mostly what the other one does not."""
    one, two = (set(_WORDS.findall(each.lower())) for each in (said, other))
    return 5 * len(one & two) < 2 * min(len(one), len(two))


def _enclosed(part: mime.Part) -> Iterator[mime.Part]:
    """The attachments of an alternative that is not read (Apple Mail puts them below the HTML one), but for the
    pictures that its text shows."""
    waiting = [part]
    while waiting:
        each = waiting.pop()
        if each.type in _SEALS:
            continue
        if _is_attachment(each):
            if each.disposition == "attachment" or not each.type.startswith("image/"):
                yield each
        else:
            waiting.extend(reversed(each.children))


def leaf_text(part: mime.Part, found: Content | None = None) -> str:
    """The text of one part without children."""
    if part.type == "text/html":
        from gemmasearch.readers import html

        page = html.to_page(html.decode_page(part.body(LONGEST), part.charset), links=True)
        if found:
            found.hidden += page.hidden
        return page.text
    if part.type == "text/enriched":
        return _unenriched(bytes_to_text(part.body(LONGEST), part.charset))
    if part.type.startswith(("text/", "message/")):
        text = bytes_to_text(part.body(LONGEST), part.charset)
        return (
            unflowed(text, part.parameters) if part.parameters.get("format", "").lower() == "flowed" else text
        )
    if part.type.startswith("multipart/") and not part.cut:  # no boundary, or none found: what there is
        body = part.body(LONGEST)
        return bytes_to_text(body, part.charset) if is_text(body[:4096]) else ""
    return ""


def _unenriched(text: str) -> str:
    """text/enriched (RFC 1896) without its commands; a line end alone is a space, ``<<`` a bracket."""
    text = re.sub(r"(?i)<param>.{0,1000}?</param>", "", text)
    text = re.sub(r"(?<!<)((?:<<)*)</?[A-Za-z][\w-]{0,60}>", r"\1", text).replace("<<", "<")
    return re.sub(r"\n(\n*)", lambda m: m[1] or " ", text).strip()


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
