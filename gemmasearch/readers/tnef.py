"""winmail.dat: what Outlook wraps the attachments of a mail in (TNEF). Each of them is a document of its own.

The format is a list of attributes, of which four matter; no library for it had a release in recent years. The text of
the message is not taken from here: the mail that carries the file has it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from gemmasearch.documents import Document, Problem
from gemmasearch.readers import attachments
from gemmasearch.readers.charsets import bytes_to_text
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.heads import TNEF
from gemmasearch.settings import Settings

MOST = 1_000  # attachments of one message

_CODE_PAGE, _BEGIN, _TITLE, _DATA, _PROPERTIES = 0x69007, 0x69002, 0x18010, 0x6800F, 0x69005
_LONG_NAME = 0x3707
# Sizes of the values of MAPI types, as they are padded.
_FIXED = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 64: 8, 72: 16}
_COUNTED = (0x0D, 0x1E, 0x1F, 0x102)  # object, string, wide string, bytes


@dataclass(slots=True)
class _File:
    title: bytes = b""
    name: str = ""
    data: bytes = b""


def read(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    names: set[str] = set()
    found, charset, whole = _files(source.read())
    for each in found:
        name = each.name or bytes_to_text(each.title.partition(b"\0")[0], charset) or "attachment"
        part = attachments.named(name, names)
        if each.data and source.begins(part):
            source.progress()
            yield from attachments.inside(each.data, part, name, source, settings)
    if not whole:
        yield Problem(source.path, "malformed", "it ends in the middle", "the rest")
    if not found:
        raise CannotRead("no-text")


def _files(raw: bytes) -> tuple[list[_File], str, bool]:
    """The files in it, the charset of their names, and whether it was read to its end."""
    found: list[_File] = []
    charset, place = "", len(TNEF) + 2
    while place + 9 <= len(raw) and len(found) <= MOST:
        attribute, length = struct.unpack_from("<II", raw, place + 1)
        data = raw[place + 9 : place + 9 + length]
        place += 9 + length + 2
        if attribute == _CODE_PAGE and len(data) >= 4:
            charset = f"cp{struct.unpack_from('<I', data)[0]}"
        elif attribute == _BEGIN:
            found.append(_File())
        elif found and attribute == _TITLE:
            found[-1].title = data
        elif found and attribute == _DATA and not found[-1].data:
            found[-1].data = data
        elif found and attribute == _PROPERTIES:
            found[-1].name = _long_name(data, charset)
    return found[:MOST], charset, place >= len(raw) and len(found) <= MOST


def _long_name(data: bytes, charset: str) -> str:
    """The name in full; the title has eight letters and three."""
    try:
        for tag, type, value in _properties(data):
            if tag == _LONG_NAME:
                text = value.decode("utf-16-le", "replace") if type == 0x1F else bytes_to_text(value, charset)
                return text.partition("\0")[0].strip()
    except (struct.error, IndexError):
        pass
    return ""


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(id, type, the first value) of each MAPI property.

    :raises struct.error: it breaks off, or has a type whose size nobody knows.
    """
    (count,) = struct.unpack_from("<I", data)
    place = 4
    for _ in range(count):
        type, tag = struct.unpack_from("<HH", data, place)
        place += 4
        if tag >= 0x8000:  # it has a name
            kind, size = struct.unpack_from("<16xII", data, place)
            place += 24 + (size + -size % 4 if kind else 0)
        values = 1
        if type & 0x1000 or type in _COUNTED:
            (values,) = struct.unpack_from("<I", data, place)
            place += 4
        first = b""
        for i in range(values):
            if type & 0xFFF in _COUNTED:
                (size,) = struct.unpack_from("<I", data, place)
                place += 4
            elif (size := _FIXED.get(type & 0xFFF, 0)) == 0:
                raise struct.error(f"type {type:#x}")
            first = first if i else data[place : place + size]
            place += size + -size % 4
        yield tag, type, first
