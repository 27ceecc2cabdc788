"""Bytes of tokens -> clean pieces of text: whole characters, no control characters, an end at stop strings."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

# C0 (but tab and newline), DEL, C1, and the bidirectional controls that can hide or reorder text on a terminal.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class TextStream:
    """Feed it the bytes of one token after the other; it gives back the text that is safe to show."""

    def __init__(self, stop: Sequence[str] = ()) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stop = [word for word in stop if word]
        self._pending = ""
        self.ended = False

    def feed(self, data: bytes) -> str:
        return self._release(self._decoder.decode(data), final=False)

    def finish(self) -> str:
        """What was held back because it might have been the beginning of a stop string."""
        return self._release(self._decoder.decode(b"", True), final=True)

    def _release(self, text: str, *, final: bool) -> str:
        if self.ended:
            return ""
        self._pending += _UNWANTED.sub("", text)
        cuts = [at for word in self._stop if (at := self._pending.find(word)) >= 0]
        if cuts:
            self.ended = True
            out, self._pending = self._pending[: min(cuts)], ""
            return out
        hold = 0 if final else self._held_back()
        cut = len(self._pending) - hold
        out, self._pending = self._pending[:cut], self._pending[cut:]
        return out

    def _held_back(self) -> int:
        """Length of the longest end of the pending text that begins a stop string."""
        longest = max((len(word) for word in self._stop), default=1) - 1
        for length in range(min(longest, len(self._pending)), 0, -1):
            end = self._pending[-length:]
            if any(word.startswith(end) for word in self._stop):
                return length
        return 0
