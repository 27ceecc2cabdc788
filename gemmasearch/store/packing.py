"""Texts as they are kept: deflated where that saves something, which is half of most passages."""

from __future__ import annotations

import zlib
from typing import Any

WORTH = 0.9  # of the bytes: a text that shrinks less is kept as it is
# Most of deflating a passage is clearing the tables for a window of 32 KB: with a window of its own length it takes a
# third of the time, at the highest level and to the same size.
_BITS, _MEMORY, _LEVEL = 12, 6, 9
_SHORT = (1 << _BITS) - 262  # bytes that the window reaches back over


def packed(text: str) -> str | bytes:
    """What is stored for a text: a BLOB of zlib, or the text itself where it is short or does not shrink."""
    raw = text.encode("utf-8", "replace")
    made = _short(raw) if len(raw) <= _SHORT else zlib.compress(raw)
    return made if len(made) < WORTH * len(raw) else text


def _short(raw: bytes) -> bytes:
    deflating = zlib.compressobj(_LEVEL, zlib.DEFLATED, _BITS, _MEMORY)
    return deflating.compress(raw) + deflating.flush()


def plain(stored: Any) -> str:
    """The text of what was stored. Of damaged bytes "": whether they are what was written tells their seal."""
    if not isinstance(stored, bytes):
        return stored if isinstance(stored, str) else ""
    try:
        return zlib.decompress(stored).decode("utf-8", "replace")
    except zlib.error:
        return ""
