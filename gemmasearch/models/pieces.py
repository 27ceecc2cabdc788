"""The tokens of a short text in the tokenizer of the static embedder, without loading that tokenizer.

Reading its file the ordinary way takes 70 ms, a third of a cold search, most of it for 61,249 merges. They follow
from the vocabulary: every split of a piece into two pieces is a merge, and merges rank by the ids of the whole, the
left and the right piece, except those of runs of spaces. So byte-pair encoding (https://arxiv.org/abs/1508.07909)
needs the vocabulary alone. This holds for one file, which is known by its checksum; whatever might differ is left to
the ``tokenizers`` library.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from zlib import crc32

KNOWN = (1_842_796, 1_068_455_936)  # bytes and CRC-32 of the tokenizer's file in wordllama 0.4
LONGEST = 200  # characters; the library is faster beyond
_SPACE = "▁"


def is_known(data: bytes) -> bool:
    """Whether a tokenizer's file is the known one."""
    return (len(data), crc32(data)) == KNOWN


def load(path: Path) -> Pieces | None:
    """The vocabulary in a tokenizer's file; None for any other file than the known one."""
    data = path.read_bytes()
    if not is_known(data):
        return None
    start, end = data.index(b'"vocab"'), data.index(b'"merges"')
    return Pieces(json.loads(data[data.index(b"{", start) : data.rindex(b"}", start, end) + 1]))


class Pieces:
    """``vocabulary``: the id of each piece."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._ids = vocabulary

    def ids(self, text: str) -> list[int] | None:
        """Token ids of a text, without special tokens; None where only the library can tell."""
        if len(text) > LONGEST or "<" in text:  # <s> and the like are tokens of their own
            return None
        spaced = _SPACE + text.replace(" ", _SPACE) if text else ""
        if _SPACE * 2 in spaced:
            return None
        found: list[int] = []
        for word in spaced.split(_SPACE)[1:]:  # no piece goes on behind a space
            found += self._merged(_SPACE + word)
        return found

    def holds(self, word: str) -> bool:
        """Whether a word is a piece by itself, as frequent ones are and misspelt ones are not."""
        return _SPACE + word in self._ids

    def _merged(self, word: str) -> list[int]:
        """Neighbours become one piece, those of the lowest rank first, until none are a piece together."""
        ids = self._ids
        parts: list[str] = []
        for character in word:
            known = character in ids
            parts += [character] if known else [f"<0x{byte:02X}>" for byte in character.encode()]
        while True:
            ranked = [
                (ids[left + right], ids[left], ids[right], at)
                for at, (left, right) in enumerate(pairwise(parts))
                if left + right in ids
            ]
            if not ranked:
                return [ids[part] for part in parts]
            at = min(ranked)[3]
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
