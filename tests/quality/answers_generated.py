"""Generated answers under an eye that knows nothing of the check, with and without the check."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gemmasearch import answering, models
from gemmasearch.models import Embedder, Generator
from gemmasearch.settings import Settings
from tests.quality.eye import unsupported

if TYPE_CHECKING:
    from tests.quality.answers import Squad


def generator() -> Generator:
    found = models.open_generator(Settings(generator="smollm2-135m", threads=1))
    assert found is not None
    return found


class Recording:
    """A generator that keeps what it said, so that the answer without the check can be scored too."""

    def __init__(self, inner: Generator) -> None:
        self.inner = inner
        self.said = ""

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def context(self) -> int:
        return self.inner.context

    def count_tokens(self, text: str) -> int:
        return self.inner.count_tokens(text)

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
        self.said = ""
        for piece in self.inner.stream(
            instruction, untrusted, question, max_tokens=max_tokens, stop=stop, grammar=grammar
        ):
            self.said += piece
            yield piece

    def close(self) -> None:
        self.inner.close()


def figures(
    squad: Squad, embedder: Embedder, number: int, part: tuple[int, int] = (1, 1)
) -> dict[str, float]:
    """Over ``number`` questions that were not refused, each put to the generator: items that no cited source holds
    (``eye``), the share that fell back to the extract, and token-F1 of what was said before the check and of what
    was shown after it. What the eye finds is listed on stderr.

    :param part: K of N: only every N-th question from the K-th on, and that share of ``number``.
    """
    from tests.quality.answers import token_f1

    writer = Recording(generator())
    which, of = part
    number = number // of + (which <= number % of)
    counted = fell_back = wrong = 0
    before = after = 0.0
    with squad.store(embedder) as store:
        for asked in squad.sample(0, answerable=True)[which - 1 :: of]:
            found = answering.answer(store, embedder, writer, asked.text)
            if not found.found:
                continue
            counted += 1
            fell_back += not found.generator
            for item in (missing := unsupported(found)):
                print(f"unsupported {item}", file=sys.stderr, flush=True)
            wrong += len(missing)
            said, shown = bare_text(writer.said), bare_text(" ".join(s.text for s in found.sentences))
            before += max(token_f1(said, gold) for gold in asked.gold)
            after += max(token_f1(shown, gold) for gold in asked.gold)
            if counted % 50 == 0:
                print(f"{counted}: {wrong} unsupported, {fell_back} fell back", file=sys.stderr, flush=True)
            if counted == number:
                break
    return {
        "answers": counted,
        "by the generator": counted - fell_back,
        "unsupported items": wrong,
        "fell back": fell_back / counted,
        "F1 unchecked": before / counted,
        "F1 checked": after / counted,
    }


def bare_text(text: str) -> str:
    return re.sub(r"\s*\[\d+\]", "", text)
