"""Mail as it lies on disks, made by hand."""

from __future__ import annotations

import base64
import struct
from collections.abc import Sequence

ENVELOPE = "From dana@example.org Wed May  1 12:00:00 2024"


def message(
    body: str = "The walnut table.\n", *, number: int = 1, headers: Sequence[str] = (), subject: str = "Table"
) -> str:
    fields = [
        "From: Dana Bell <dana@example.org>",
        "To: Kim Ono <kim@example.org>",
        f"Subject: {subject}",
        "Date: Wed, 01 May 2024 12:00:00 +0000",
        f"Message-ID: <{number}@example.org>",
        *headers,
    ]
    return "\n".join(fields) + "\n\n" + body


def mbox(messages: Sequence[str], *, envelope: str = ENVELOPE) -> bytes:
    return "".join(f"{envelope}\n{each.rstrip()}\n\n" for each in messages).encode("utf-8", "surrogateescape")


def multipart(*parts: str, kind: str = "mixed", boundary: str = "BOUND", **more: int) -> str:
    body = "".join(f"--{boundary}\n{part}\n" for part in parts) + f"--{boundary}--\n"
    headers = ("MIME-Version: 1.0", f'Content-Type: multipart/{kind}; boundary="{boundary}"')
    return message(body, headers=headers, **more)


def attached(raw: bytes, name: str, kind: str = "application/octet-stream") -> str:
    code = base64.encodebytes(raw).decode()
    return f'Content-Type: {kind}\nContent-Disposition: attachment; filename="{name}"\nContent-Transfer-Encoding: base64\n\n{code}'


def plain(text: str) -> str:
    return f"Content-Type: text/plain\n\n{text}\n"


def forwarded(mail: str) -> str:
    return f"Content-Type: message/rfc822\n\n{mail}"


def tnef(*files: tuple[str, bytes], nameless: bool = False) -> bytes:
    """winmail.dat with files under their short names and, unless ``nameless``, their long ones."""
    out = b"\x78\x9f\x3e\x22\x01\x00" + _attribute(1, 0x69007, struct.pack("<II", 1252, 0))
    for name, raw in files:
        short = name[:6].upper().encode("cp1252") + b"~1.X\0"
        wide = name.encode("utf-16-le") + b"\0\0"
        named = struct.pack("<HH", 3, 0x8005) + bytes(16) + struct.pack("<II", 0, 7) + struct.pack("<I", 9)
        long = struct.pack("<HHII", 0x1F, 0x3707, 1, len(wide)) + wide + bytes(-len(wide) % 4)
        out += _attribute(2, 0x69002, bytes(14)) + _attribute(2, 0x18010, short) + _attribute(2, 0x6800F, raw)
        if not nameless:
            out += _attribute(2, 0x69005, struct.pack("<I", 2) + named + long)
    return out


def _attribute(level: int, attribute: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, attribute, len(data)) + data + struct.pack("<H", sum(data) % 65536)
