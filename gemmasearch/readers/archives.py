"""Files inside zip, tar and gz archives (also bz2 and xz), where archives are switched on.

Each member is read like an attachment of a mail, by its own content, and may be an archive itself. What an archive
may cost is limited by depth, members, size of one and of all members, and by how much it expands; nothing is ever
written to the disk. What a crawl leaves out of folders by its name is left out here, too.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO, cast

from gemmasearch.documents import Document, Problem
from gemmasearch.leftout import is_left_out
from gemmasearch.readers import attachments
from gemmasearch.readers.formats import Budget, CannotRead, Source, unique
from gemmasearch.readers.textual import clean
from gemmasearch.secrets import is_secret_part
from gemmasearch.settings import Settings

MEMBERS = 10_000
MEMBER_BYTES = 128 * 1024 * 1024  # unpacked
TOTAL_BYTES = 2 * 1024 * 1024 * 1024  # unpacked, over all levels
RATIO = 200  # unpacked to packed, above the first megabytes
FREE = 16 * 1024 * 1024
_DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    OSError,
    ValueError,
    RuntimeError,  # zipfile's word for "encrypted"
)
_LITTER = ("__MACOSX/", ".DS_Store", "._")
Member = tuple[str, bytes | CannotRead]


def read(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    if settings.archives != "on":
        raise CannotRead("unsupported", "an archive; it is not opened", waits="archives")
    if source.budget is None:
        source = replace(source, budget=budget(source.size))
    held: list[Problem] = []
    found = source.depth > 0
    for item in _items(source, settings):
        if not found and isinstance(item, Problem):
            held.append(item)
            continue
        if not found:
            yield from held
        found = True
        yield item
    if not found:
        raise _why(held)


def budget(size: int, members: int = MEMBERS) -> Budget:
    """What is inside a file of so many bytes may cost so much, over all levels."""
    return Budget(min(TOTAL_BYTES, max(FREE, size * RATIO)), members)


def _why(held: list[Problem]) -> CannotRead:
    """The one reason why nothing of an archive could be read."""
    if not held:
        return CannotRead("no-text", "nothing in it is of a kind that is read")
    most = next((p for p in held if p.reason in ("limit", "encrypted")), held[0])
    return CannotRead(
        most.reason,
        f"{most.part}: {most.detail}".strip(": "),
        waits=most.waits,
        pages=sum(p.pages for p in held),
    )


def _items(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    names: set[str] = set()
    members = _members(source)
    while True:
        try:
            name, raw = next(members)
        except StopIteration:
            return
        except CannotRead as e:
            yield e.problem(source.path, "rest")
            return
        except _DAMAGE as e:
            yield Problem(source.path, "malformed", f"{type(e).__name__}: {e}"[:300], "rest")
            return
        part = _part(name, names)
        if part.startswith(_LITTER) or os.path.basename(part).startswith(_LITTER):
            continue
        if isinstance(raw, CannotRead):
            yield raw.problem(source.path, part)
        elif source.depth >= attachments.DEPTH:
            detail = f"more than {attachments.DEPTH} files inside each other"
            yield Problem(source.path, "limit", detail, part)
        elif not raw:
            continue
        elif source.begins(part):
            for item in attachments.inside(raw, part, name, source, settings):
                yield placed(item, part) if isinstance(item, Document) else item


def placed(document: Document, part: str) -> Document:
    """With the place within the archive or PDF, for people: ``part`` may go on within the member. A mail says itself
    what is attached to it."""
    if "attached_to" in document.meta:
        return document
    inner = document.meta.get("member")
    return replace(document, meta={**document.meta, "member": f"{part}/{inner}" if inner else part})


def _members(source: Source) -> Iterator[Member]:
    """Name and bytes of each file, or what keeps this one from being read: the others are none the worse.

    :raises CannotRead: "encrypted" or "limit".
    """
    head = source.head(6)
    if head.startswith(b"PK"):
        yield from _zip(source)
        return
    opened = _unpacked(source.stream, head)
    stream = _Counted(opened, source)
    start = stream.read(512)
    stream.give_back(start)
    if start[257:262] == b"ustar" or (opened is source.stream and start):
        yield from _tar(stream, source)
        return
    yield _bare_name(source.path), _taken(stream, source, "it")


def _unpacked(stream: BinaryIO, head: bytes) -> BinaryIO:
    """The stream without its compression, itself if it has none."""
    stream.seek(0)
    if head.startswith(b"\x1f\x8b"):
        return cast(BinaryIO, gzip.GzipFile(fileobj=stream, mode="rb"))
    if head.startswith(b"BZh"):
        return cast(BinaryIO, bz2.BZ2File(stream))
    return cast(BinaryIO, lzma.LZMAFile(stream)) if head.startswith(b"\xfd7zXZ") else stream


def _zip(source: Source) -> Iterator[Member]:
    source.stream.seek(0)
    locked = False
    with zipfile.ZipFile(source.stream) as archive:
        for info in archive.infolist():
            if info.is_dir() or _is_left_out(info.filename):
                continue
            if info.flag_bits & 0x1:
                locked = True
                continue
            _budget(source).member()
            yield clean(info.filename), _too_large(info.file_size) or _unzipped(archive, info, source)
    if locked:
        raise CannotRead("encrypted")


def _unzipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo, source: Source) -> bytes | CannotRead:
    """Each member of a zip file is packed for itself: one that is damaged says nothing of the next."""
    try:
        with archive.open(info) as member:
            return _taken(member, source, info.filename, spend=True)
    except _DAMAGE as e:
        return CannotRead("malformed", f"{type(e).__name__}: {e}"[:300])


def _too_large(size: int) -> CannotRead | None:
    """Said before a member is unpacked. A video among letters keeps nobody from the letters."""
    if size <= MEMBER_BYTES:
        return None
    return CannotRead("limit", f"{size} bytes, the limit inside archives is {MEMBER_BYTES}")


def _tar(stream: _Counted, source: Source) -> Iterator[Member]:
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for info in archive:
            _budget(source).member()
            if not info.isreg() or _is_left_out(info.name):
                continue
            if large := _too_large(info.size):
                yield clean(info.name), large
            elif (member := archive.extractfile(info)) is not None:
                yield clean(info.name), _taken(member, source, info.name)


def _taken(stream: object, source: Source, name: str, *, spend: bool = False) -> bytes:
    """A whole member; ``spend`` where what it unpacks is not counted on the way.

    :raises CannotRead: "limit".
    """
    budget = _budget(source)
    allowed = min(MEMBER_BYTES, budget.bytes) if spend else MEMBER_BYTES
    raw = cast(BinaryIO, stream).read(allowed + 1)
    if len(raw) > allowed:
        raise CannotRead("limit", f"{clean(name)} expands too much")
    if spend:
        budget.spend(len(raw))
    return raw


def _budget(source: Source) -> Budget:
    if source.budget is None:
        raise ValueError("an archive without limits")
    return source.budget


class _Counted(io.RawIOBase):
    """A decompressed stream that ends with "limit" where it has given more than it may."""

    def __init__(self, stream: BinaryIO, source: Source) -> None:
        self._stream = stream
        self._source = source
        self._given_back = b""

    def give_back(self, piece: bytes) -> None:
        self._given_back = piece + self._given_back

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        size = MEMBER_BYTES + 1 if size < 0 else size
        taken, self._given_back = bytearray(self._given_back[:size]), self._given_back[size:]
        while len(taken) < size:
            piece = self._stream.read(min(size - len(taken), 1 << 20))
            if not piece:
                break
            _budget(self._source).spend(len(piece))
            self._source.progress()
            taken += piece
        return bytes(taken)


def _bare_name(path: str) -> str:
    """``notes.mbox.gz`` holds ``notes.mbox``."""
    name = os.path.basename(path)
    stem, suffix = os.path.splitext(name)
    return stem if suffix.lower() in (".gz", ".bz2", ".xz") and stem else name


def _part(name: str, names: set[str]) -> str:
    """The member's path within the archive, made of harmless pieces, that no other member has."""
    return unique(_harmless(name)[:400] or "file", names)


def _harmless(name: str) -> str:
    pieces = [each for each in name.replace("\\", "/").split("/") if each.strip() not in ("", ".", "..")]
    return "/".join(pieces)


def _is_left_out(name: str) -> bool:
    """Whether a crawl would not look at a member, were it unpacked. A key is handed on, to be named as one."""
    member = _harmless(clean(name))
    return is_left_out(member) and not is_secret_part(member, "")
