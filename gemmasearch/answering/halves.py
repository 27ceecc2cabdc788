"""Two questions in one: "when was the boiler serviced and who did it" is answered by two sentences, each of which
says little of the whole."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gemmasearch.answering import spans, words
from gemmasearch.answering.question import Question, understand
from gemmasearch.answering.reference import SPEAKS_BACK
from gemmasearch.documents import Evidence

_ASKS = (
    r"(?:how|when|what|who|whom|whose|where|why|which|wie|wieviel|wann|was|wer|wem|wen|wo|woher|wohin|warum|wieso"
    r"|welche[mnrs]?|combien|quand|qui|où|pourquoi|quel(?:le)?s?|cuándo|cuánt[oa]s?|quién(?:es)?|dónde|cuál(?:es)?"
    r"|(?:by|from|since|until|bis|seit|von|depuis|desde) (?:when|whom|what|wann|wem|quand|cuándo))"
)
_TWO = re.compile(
    rf"\s*(¿?{_ASKS}\b.+?),? (?:and|und|et|y) (?:also |auch |aussi )?(¿?{_ASKS}\b.+)", re.I | re.S
)
_SHORT = 2  # content words: "how many for the cellar" leaves its topic to the one before


def of(question: Question) -> tuple[Question, Question] | None:
    """Both questions of one that asks twice, each with words to look for; None where it asks once.

    >>> [half.text for half in of(understand("Who painted the shed and when was the gate oiled?"))]
    ['Who painted the shed?', 'when was the gate oiled?']
    """
    if (found := _TWO.fullmatch(question.text)) is None:
        return None
    first, second = (understand(part.strip(" ,;?") + "?") for part in found.groups())
    if not (first.says_something and second.says_something) or of(second) is not None:
        return None
    return first, second


def readings(first: Question, second: Question) -> list[Question]:
    """What the second question may mean in a document that answers the first, likeliest first: with the words of the
    first where it leans on them, and as it stands where it says by itself what it is about ("what did it cost" does
    not)."""
    leans = SPEAKS_BACK.search(second.text) or len(second.stems) < _SHORT
    alone = [second] if _own(second) else []
    missing = [word for stem, word in first.surface.items() if stem not in second.surface]
    if not leans or not missing:
        return alone
    return [understand(f"{second.text.rstrip('?')} ({' '.join(missing)})?"), *alone]


def of_the_second(second: Question, found: Sequence[Evidence]) -> Evidence | None:
    """The best sentence, if it holds what the second question asks beyond the first: the answer of one is often the
    nearest to both."""
    own = _own(second)
    best = next(iter(found), None)
    return best if best and (not own or own & set(words.stems(best.text, best.hit.language))) else None


def _own(question: Question) -> set[str]:
    """Its words but the everyday ones and what an amount or a number says by itself."""
    return spans.told(question) - question.everyday
