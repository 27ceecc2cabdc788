"""The tokens of many texts in the tokenizer of the static embedder, in less time than the library alone takes.

That tokenizer takes a whole text for one word: it merges pieces all over it. But no piece of its vocabulary goes on
behind a space or holds a line break. So a text falls into segments there which do not touch each other, most of them
words met before: each is given to the library once. Known for one file by its checksum, as in
:mod:`gemmasearch.models.pieces`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

KEPT = 50_000  # segments whose tokens are remembered, some 8 MB …
LONGEST = 40  # … and characters of each
_TOGETHER = 500  # segments that the library is given as one text: it takes longer for each by itself
_SPECIAL = re.compile(r"<(?:unk|/?s)>")  # tokens of their own, told apart before anything else
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

    def ids(self, texts: Sequence[str]) -> list[bytes]:
        """The token ids of each text, without special tokens: 16 bits each, in this machine's order of bytes."""
        parts = [_segments(text) for text in texts]
        met: set[str] = set().union(*filter(None, parts))
        if new := met.difference(self._known):
            if len(self._known) + len(new) > KEPT:
                self._known = self._always.copy()
                new = met.difference(self._known)
            self._known.update(self._told(list(new)))
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

    def _told(self, segments: Sequence[str]) -> dict[str, bytes]:
        """By the library, as lines of a few texts."""
        import numpy as np

        some = [segments[at : at + _TOGETHER] for at in range(0, len(segments), _TOGETHER)]
        texts = ["\n".join(each).replace(" ", "▁") for each in some]
        found: dict[str, bytes] = {}
        for each, told in zip(
            some, self._bare.encode_batch_fast(texts, add_special_tokens=False), strict=True
        ):
            ids = np.array([*told.ids, self._line], np.uint16)
            ends = (2 * np.flatnonzero(ids == self._line)).tolist()
            starts = [0, *(end + 2 for end in ends)]
            raw = ids.tobytes()
            found.update(
                (segment, raw[start:end]) for segment, start, end in zip(each, starts, ends, strict=False)
            )
        return found


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
