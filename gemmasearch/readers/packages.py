"""Zip packages with XML inside (OOXML, OpenDocument, EPUB), opened so that a bomb is noticed while it unpacks."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Protocol

from gemmasearch.readers.formats import CannotRead, Source

MEMBERS = 10_000
MEMBER_BYTES = 128 * 1024 * 1024  # unpacked
TOTAL_BYTES = 512 * 1024 * 1024
RATIO = 200  # unpacked to packed, above the first megabytes
FREE = 8 * 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def is_package(head: bytes) -> bool:
    return head.startswith(b"PK\x03\x04")


def is_called(head: bytes, kind: bytes) -> bool:
    """Whether a package names this media type in its first member, as OpenDocument and EPUB want it."""
    return is_package(head) and b"mimetype" + kind in head[:110]


def refuse_encrypted(source: Source) -> None:
    """:raises CannotRead: "encrypted": Office wraps what it encrypts into a file of the old binary kind."""
    if _ENCRYPTED in source.read():
        raise CannotRead("encrypted")


class Package:
    """A zip file whose members are read whole, within limits.

    :raises CannotRead: "malformed", "encrypted" or "limit".
    """

    def __init__(self, source: Source) -> None:
        if source.head(8) == _OLE:
            refuse_encrypted(source)
            raise CannotRead("malformed", "no zip file")
        source.stream.seek(0)
        try:
            self._zip = zipfile.ZipFile(source.stream)
        except (zipfile.BadZipFile, ValueError, EOFError, OSError, struct.error) as e:
            raise CannotRead("malformed", str(e)) from e
        self.names = self._zip.namelist()
        self._left = TOTAL_BYTES
        if len(self.names) > MEMBERS:
            raise CannotRead("limit", f"{len(self.names)} members")

    def read(self, name: str) -> bytes:
        """The bytes of a member; b"" where there is none of that name."""
        try:
            info = self._zip.getinfo(name)
        except KeyError:
            return b""
        if info.flag_bits & 0x1:
            raise CannotRead("encrypted")
        allowed = min(MEMBER_BYTES, self._left, max(FREE, info.compress_size * RATIO))
        try:
            with self._zip.open(info) as member:
                found = member.read(allowed + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as e:
            raise CannotRead("malformed", f"{name}: {e}") from e
        if len(found) > allowed:
            raise CannotRead("limit", f"{name} expands too much")
        self._left -= len(found)
        return found


class Handler(Protocol):
    """Hears of elements by their local names: namespaces are left out."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None: ...
    def end(self, name: str) -> None: ...
    def text(self, text: str) -> None: ...


class Attributes:
    """A handler of which only :meth:`start` does something: what it looks for stands in attributes."""

    def end(self, name: str) -> None:
        return

    def text(self, text: str) -> None:
        return


def parse(raw: bytes, handler: Handler, what: str = "") -> None:
    """Feed XML to a handler, without a tree. A document type is refused: entities are how XML explodes.

    :raises CannotRead: "malformed" or "limit".
    """
    from xml.parsers import expat

    if not raw:
        return
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise CannotRead("limit", f"{what} declares a document type")

    parser.StartElementHandler = lambda name, found: handler.start(
        local(name), {local(key): value for key, value in found.items()}
    )
    parser.EndElementHandler = lambda name: handler.end(local(name))
    parser.CharacterDataHandler = handler.text
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as e:
        raise CannotRead("malformed", f"{what}: {e}") from e


def local(name: str) -> str:
    return name.rpartition(" ")[2]


class Values:
    """A handler that keeps the text of chosen elements, such as titles and dates: the first of each, but all of
    ``SEVERAL``."""

    SEVERAL = ("author", "keywords")

    def __init__(self, wanted: Mapping[str, str]) -> None:
        self.found: dict[str, str] = {}
        self._wanted = wanted
        self._open = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._open = self._wanted.get(name, "")
        if self._open in self.found and self._open not in self.SEVERAL:
            self._open = ""
        elif self._open:
            before = self.found.get(self._open, "").strip()
            self.found[self._open] = f"{before}, " if before else ""

    def end(self, name: str) -> None:
        self._open = ""

    def text(self, text: str) -> None:
        if self._open:
            self.found[self._open] += text
