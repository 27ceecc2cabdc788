"""The tree of a mail's parts (RFC 2045-2049), read the way mail comes: broken.

Python's ``email`` recurses once per level and its feed parser is quadratic in places; here parts are spans of
the one buffer, found by searching, with limits for depth and number.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from gemmasearch.readers import headers
from gemmasearch.readers.charsets import bytes_to_text

DEPTH = 100
PARTS = 10_000


@dataclass(slots=True)
class Part:
    """One entity: its header and the span of its body in ``raw``."""

    raw: bytes = field(repr=False)
    fields: list[headers.Field]
    start: int
    end: int
    depth: int
    type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    filename: str = ""
    children: list[Part] = field(default_factory=list)
    cut: bool = False  # a limit was met: not everything below it was looked at

    def get(self, name: str) -> bytes:
        """The first field of that name, or b""."""
        for key, value in self.fields:
            if key == name:
                return value
        return b""

    def all(self, name: str) -> list[bytes]:
        return [value for key, value in self.fields if key == name]

    @property
    def charset(self) -> str:
        return self.parameters.get("charset", "")

    def body(self, most: int | None = None) -> bytes:
        """The bytes with the transfer encoding taken off; what cannot be decoded is left as it is.

        Of a body longer than ``most`` bytes (as sent) the beginning.
        """
        raw = self.raw[self.start : self.end if most is None else min(self.end, self.start + most)]
        encoding = headers.text_of(self.get("content-transfer-encoding")).lower().strip(" ;\"'")
        if encoding == "base64":
            return headers.lenient_base64(_up_to_padding(raw))
        if encoding == "quoted-printable":
            return binascii.a2b_qp(raw)
        return raw

    def walk(self) -> Iterator[Part]:
        """This part and all below it, in order."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.children))


def parse(raw: bytes) -> Part:
    """The part tree of a message. Never fails; ``cut`` marks a part where a limit was met."""
    root = _entity(raw, 0, len(raw), 0, "text/plain")
    waiting, count = [root], 1
    while waiting:
        part = waiting.pop()
        spans = _spans(part)
        if not spans:
            continue
        if part.depth >= DEPTH or count + len(spans) > PARTS:
            part.cut = True
            spans = spans[: max(0, PARTS - count)] if part.depth < DEPTH else []
        default = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
        part.children = [_entity(raw, start, end, part.depth + 1, default) for start, end in spans]
        count += len(spans)
        waiting.extend(part.children)
    return root


def _entity(raw: bytes, start: int, end: int, depth: int, default: str) -> Part:
    found, body = headers.fields(raw, start, end)
    part = Part(raw, found, body, end, depth, default)
    if declared := part.get("content-type"):
        value = bytes_to_text(declared)
        name = re.sub(r"[\s\"']+", "", value.partition(";")[0]).lower()
        part.parameters = headers.parameters(value)
        part.type = name if re.fullmatch(r"[\w.+-]+/[\w.+-]+", name) else _partial_type(name)
    disposition = bytes_to_text(part.get("content-disposition"))
    part.disposition = disposition.partition(";")[0].strip().lower()
    name = headers.parameters(disposition).get("filename") or part.parameters.get("name", "")
    part.filename = re.sub(r"\s+", " ", name).strip()[:255]
    return part


def _partial_type(name: str) -> str:
    """ "text" and "text/" are meant as plain text; any other nonsense as bytes that nobody can name."""
    return "text/plain" if name.rstrip("/") in ("text", "") else "application/octet-stream"


def _spans(part: Part) -> list[tuple[int, int]]:
    """Where the entities inside this one stand."""
    if part.type in ("message/rfc822", "message/news", "message/global") and part.start < part.end:
        encoded = part.get("content-transfer-encoding").strip().lower() in (b"base64", b"quoted-printable")
        return [] if encoded else [(part.start, part.end)]
    boundary = part.parameters.get("boundary", "")
    if not part.type.startswith("multipart/") or not boundary.strip():
        return []
    found = list(_between(part, boundary))
    return found or (list(_between(part, boundary.rstrip())) if boundary[-1:].isspace() else [])


def _between(part: Part, boundary: str) -> Iterator[tuple[int, int]]:
    encoded = boundary.encode("utf-8", "surrogateescape")
    line = re.compile(rb"^--" + re.escape(encoded) + rb"(--)?(?:[ \t][^\n]*)?(?:\r?\n|\Z)", re.MULTILINE)
    begin = None
    for mark in line.finditer(part.raw, part.start, part.end):
        if begin is not None:
            yield begin, _before_line_end(part.raw, begin, mark.start())
        begin = mark.end()
        if mark[1]:
            return
    if begin is not None:  # the closing line is missing
        yield begin, part.end


def _before_line_end(raw: bytes, begin: int, end: int) -> int:
    """The line end before a boundary belongs to the boundary."""
    if end - 2 >= begin and raw[end - 2 : end] == b"\r\n":
        return end - 2
    return max(begin, end - 1)


def _up_to_padding(raw: bytes) -> bytes:
    """Base64 ends at its padding; mailing lists add their footer behind it."""
    found = re.search(rb"=[ \t]*(?:\r?\n|$)", raw)
    return raw[: found.start() + 1] if found else raw
