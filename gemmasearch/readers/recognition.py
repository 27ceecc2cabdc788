"""What kind of file is this? By content; the suffix decides only between kinds of text.

libmagic takes 2.4 ms per file and takes notes for Python scripts and mail for diffs, so the exact tests that
formats bring (``Format.sniff``) come first, and text with a suffix of ours is not shown to it at all.
"""

from __future__ import annotations

import functools
import os
from importlib import import_module
from typing import Any

from gemmasearch.readers.formats import CannotRead, Format, Source
from gemmasearch.readers.table import by_mime, by_suffix, formats
from gemmasearch.readers.textual import is_text, is_zeroed_text

# What libmagic says of a package that it cannot tell from others, or that is encrypted.
_VAGUE = (
    "application/octet-stream",
    "application/zip",
    "application/encrypted",
    "application/CDFV2",
    "application/x-ole-storage",
    "application/vnd.ms-office",
)
_MORK = b"// <!-- <mdb:mork:z"  # Thunderbird's .msf files


def recognised(source: Source) -> Format:
    """The format of an opened file.

    :raises CannotRead: "empty", "binary" (a text suffix on something else) or "unsupported".
    """
    head = source.head()
    if not head.strip(b" \t\r\n\0") and len(head) == source.size:
        raise CannotRead("empty")
    for format in formats():
        if format.matches(head, source.path):
            return format
    named = by_suffix(os.path.splitext(source.path)[1])
    if head.startswith(_MORK):
        raise CannotRead("unsupported", "a mail program's summary of a mailbox")
    if is_text(head):
        return named if named and named.textual else _text_without_a_name(head)
    return _binary(head, named)


def _text_without_a_name(head: bytes) -> Format:
    mime = mime_of(head)
    if found := by_mime(mime) or (by_mime("text/plain") if mime == "application/octet-stream" else None):
        return found
    raise CannotRead("unsupported", mime)


def _binary(head: bytes, named: Format | None) -> Format:
    mime = mime_of(head)
    if named and not named.textual and mime in _VAGUE:
        return named
    found = by_mime(mime)
    if found and not found.textual:
        return found
    if named and named.textual:
        if mime == _VAGUE[0] and is_zeroed_text(head):
            return named
        raise CannotRead("binary", mime)
    raise CannotRead("unsupported", mime)


def mime_of(head: bytes) -> str:
    """libmagic's MIME type; ``application/octet-stream`` where it does not know."""
    return str(_magic().from_buffer(head))


def preload() -> None:
    """Load libmagic now: finding it takes a temporary folder and other programs, which a worker gives up."""
    _magic()


@functools.cache
def _magic() -> Any:
    import_module("pylibmagic")  # first: it puts libmagic where magic looks for it
    import magic

    return magic.Magic(mime=True)
