"""The tokens of many texts in the tokenizer of the static embedder, in less time than the library alone takes.

That tokenizer takes a whole text for one word: it merges pieces all over it. But no piece of its vocabulary goes on
behind a space or holds a line break. So a text falls into segments there which do not touch each other, most of them
words met before. Nor does a piece hold an ASCII letter beside another ASCII sign, or a digit beside anything, so that
a new segment falls into parts (``(boiler),`` into three), again most of them met before: each part is given to the
library once. Known for one file by its checksum, as in :mod:`gemmasearch.models.pieces`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

KEPT = 50_000  # segments whose tokens are remembered, some 8 MB, and as many parts …
LONGEST = 40  # … and characters of each
_TOGETHER = 500  # parts that the library is given as one text: it takes longer for each by itself
_SPECIAL = re.compile(r"<(?:unk|/?s)>")  # tokens of their own, told apart before anything else
_PART = re.compile(r" *(?:[A-Za-z]+|[0-9]|[^A-Za-z0-9 \n]+)| +|\n")  # of ASCII segments, and what parts them
_BORDER = "\x01"


class Segments:
    """Remembers the tokens of segments. Ids are kept as bytes of unsigned 16-bit numbers: joining them is all that is
    left to do for a text of known words."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """:param tokenizer: the whole one; its model alone, without what is done to a text first, is used here."""
        from tokenizers import Tokenizer

        self._whole, self._bare = tokenizer, Tokenizer(tokenizer.model)
        (self._line,) = self._bare.encode("\n", add_special_tokens=False).ids
        self._always = {"\n": _packed([self._line])}
        self._known = self._always.copy()
        self._parts = self._always.copy()

    def ids(self, texts: Sequence[str]) -> list[bytes]:
        """The token ids of each text, without special tokens: 16 bits each, in this machine's order of bytes."""
        parts = [_segments(text) for text in texts]
        met: set[str] = set().union(*filter(None, parts))
        if new := met.difference(self._known):
            if len(self._known) + len(new) > KEPT:
                self._known = self._always.copy()
                new = met.difference(self._known)
            self._learn(new)
        known = self._known.__getitem__
        found = [
            _packed(self._whole.encode(text, add_special_tokens=False).ids)
            if part is None
            else b"".join(map(known, part))
            for text, part in zip(texts, parts, strict=True)
        ]
        for segment in filter(_is_long, new):
            del self._known[segment]
        return found

    def _learn(self, segments: Set[str]) -> None:
        """By their parts, found in all of them at once."""
        plain = [segment for segment in segments if segment.isascii()]
        others = [segment for segment in segments if not segment.isascii()]
        parts = _PART.findall("\n".join(plain))
        new = {*parts, *others}.difference(self._parts)
        if len(self._parts) + len(new) > KEPT:
            self._parts = self._always.copy()
            new = {*parts, *others}.difference(self._parts)
        self._parts.update(self._told(list(new)))
        told = self._parts.__getitem__
        self._known.update(self._by_line(plain, b"".join(map(told, parts))))
        self._known.update((other, told(other)) for other in others)
        for part in filter(_is_long, new):
            del self._parts[part]

    def _told(self, parts: Sequence[str]) -> dict[str, bytes]:
        """By the library, as lines of a few texts."""
        some = [parts[at : at + _TOGETHER] for at in range(0, len(parts), _TOGETHER)]
        texts = ["\n".join(each).replace(" ", "▁") for each in some]
        told = self._bare.encode_batch_fast(texts, add_special_tokens=False)
        found: dict[str, bytes] = {}
        for each, encoding in zip(some, told, strict=True):
            found.update(self._by_line(each, _packed(encoding.ids)))
        return found

    def _by_line(self, lines: Sequence[str], raw: bytes) -> Iterator[tuple[str, bytes]]:
        """Each line with its part of the tokens of all of them."""
        import numpy as np

        ends = (2 * np.flatnonzero(np.frombuffer(raw, np.uint16) == self._line)).tolist()
        starts = [0, *(end + 2 for end in ends)]
        for line, start, end in zip(lines, starts, [*ends, len(raw)], strict=False):
            yield line, raw[start:end]


def _is_long(segment: str) -> bool:
    return len(segment) > LONGEST


def _packed(ids: Sequence[int]) -> bytes:
    from array import array

    return array("H", ids).tobytes()


def _segments(text: str) -> list[str] | None:
    """What a text falls into: spaces with what follows up to the next one, and line breaks; None where only the
    library can tell."""
    if _BORDER in text or ("<" in text and _SPECIAL.search(text)):
        return None
    if not text:
        return []
    spaced = " " + text.replace("▁", " ")  # the sign that pieces have for a space is one
    marked = spaced.replace(" ", _BORDER + " ").replace(" " + _BORDER, " ")  # a run of spaces stays together
    return marked.replace("\n", f"{_BORDER}\n{_BORDER}").split(_BORDER)
