"""A generator for tests of what is done with its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gemmasearch.models.fake import FakeGenerator


class Says(FakeGenerator):
    """A generator that says what it is told to, piece by piece, and remembers what it was shown."""

    def __init__(self, *pieces: str) -> None:
        super().__init__()
        self.pieces = pieces
        self.told = self.shown = ""

    def stream(
        self,
        instruction: str,
        untrusted: str,
        question: str,
        *,
        max_tokens: int = 256,
        stop: Sequence[str] = (),
        grammar: str | None = None,
    ) -> Iterator[str]:
        self.told, self.shown = instruction, untrusted
        yield from self.pieces
