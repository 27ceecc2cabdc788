"""Follow-up questions: each turn is a fresh search, with the topic of the turns before where the turn lacks one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from gemmasearch import light
from gemmasearch.answering.asking import answer
from gemmasearch.answering.question import understand
from gemmasearch.answering.reference import SPEAKS_BACK
from gemmasearch.documents import Answer, Citation
from gemmasearch.settings import Settings

if TYPE_CHECKING:
    from gemmasearch.models import Embedder, Generator
    from gemmasearch.store import Store

_GOES_ON = light.pattern(r"^\W*(?:and|but|so|what about|how about|und|aber|et|mais|y|pero)\b", re.I)
_SHORT = 2  # content words: "since when?" has no topic of its own
_KEPT = 6  # words of the topic that are carried on


class Conversation:
    """A chat about the files. Nothing of it is kept when the object goes.

    The generator keeps the unchanged head of its prompt in its cache from turn to turn.
    """

    def __init__(
        self,
        store: Store,
        embedder: Embedder | None,
        generator: Generator | None,
        *,
        settings: Settings = Settings(),
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._generator = generator
        self._settings = settings
        self._topic: tuple[str, ...] = ()
        self.turns: list[Answer] = []

    @property
    def sources(self) -> tuple[Citation, ...]:
        """What the last answer cites; ``/open 2`` opens the one numbered 2."""
        return self.turns[-1].citations if self.turns else ()

    def source(self, number: int) -> Citation | None:
        return next((c for c in self.sources if c.number == number), None)

    def ask(self, question: str, *, on_text: Callable[[str], None] | None = None) -> Answer:
        """Answer one turn. ``Answer.question`` is what was asked, ``notes`` say what it was taken to mean."""
        lines = self.readings(question)
        for line in lines:
            found = answer(
                self._store, self._embedder, self._generator, line, settings=self._settings, on_text=on_text
            )
            if found.found:
                break
        if found.found or line == question:
            self._topic = _topic(line)
        self.turns.append(found)
        return found

    def readings(self, question: str) -> list[str]:
        """What the question may mean, likeliest first: itself, or with the words of the topic that it points at. One
        that is only short may be about something else, so it is first asked as it stands."""
        asked = understand(question)
        own = {word.lower() for word in asked.surface.values()}
        missing = [word for word in self._topic if word.lower() not in own]
        if not missing:
            return [question]
        in_full = f"{question} ({' '.join(missing)})"
        if SPEAKS_BACK.search(question) or not asked.says_something:
            return [in_full]
        if _GOES_ON.search(question):  # "and the deposit?" may begin another topic
            return [in_full, question]
        return [question, in_full] if len(asked.stems) < _SHORT else [question]


def _topic(line: str) -> tuple[str, ...]:
    """The words that a follow-up may lean on: names first, then the others, in their order."""
    asked = understand(line)
    ordered = [*asked.names, *(stem for stem in asked.stems if stem not in asked.names)]
    return tuple(asked.surface[stem] for stem in ordered[:_KEPT])
