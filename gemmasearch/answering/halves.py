"""Two questions in one: "when was the boiler serviced and who did it" is answered by two sentences, each of which
says little of the whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from gemmasearch import light
from gemmasearch.answering import awaited, secrets, words
from gemmasearch.answering.holding import held_by
from gemmasearch.answering.question import Question, understand
from gemmasearch.answering.reference import SPEAKS_BACK
from gemmasearch.documents import Evidence

_ASKS = (
    r"(?:how|when|what|who|whom|whose|where|why|which|wie|wieviel|wann|was|wer|wem|wen|wo|woher|wohin|warum|wieso"
    r"|welche[mnrs]?|combien|quand|qui|où|pourquoi|quel(?:le)?s?|cuándo|cuánt[oa]s?|quién(?:es)?|dónde|cuál(?:es)?"
    r"|(?:by|from|since|until|bis|seit|von|depuis|desde) (?:when|whom|what|wann|wem|quand|cuándo))"
)
_TWO = light.pattern(
    rf"\s*(¿?{_ASKS}\b.+?)(?:,? (?:and|und|et|y|&) |\?\s+(?:(?:and|und|et|y) )?)(?:also |auch |aussi )?"
    rf"(¿?{_ASKS}\b.*)",
    re.I | re.S,
)
_YEAR = r"(?:(?:in|im|en)(?: (?:jahr|the year))? )?(?:19|20)\d\d"
_TWO_YEARS = light.pattern(
    rf"(?<!between )(?<!zwischen )(?<!entre )\b({_YEAR})\b,? (?:and|or|und|oder|et|ou|y|o|than|as|als|wie|que)"
    rf" ({_YEAR})\b",
    re.I,
)
_BARE = ("when", "where", "who", "why", "money")  # kinds that a lone "and when" has
_NEARLY = 0.95  # of the worth of the first question's answer, for the second
_SHORT = 2  # content words: "how many for the cellar" leaves its topic to the one before


def of(question: Question) -> tuple[Question, Question] | None:
    """Both questions of one that asks twice, each with words to look for; None where it asks once.

    >>> [half.text for half in of(understand("Who painted the shed and when was the gate oiled?"))]
    ['Who painted the shed?', 'when was the gate oiled?']
    """
    if found := _TWO_YEARS.search(question.text):
        before, behind = question.text[: found.start()], question.text[found.end() :]
        if not re.search(r"(?:19|20)\d\d", before + behind):
            one, other = (understand(f"{before}{year}{behind}") for year in found.groups())
            return one, other
    if (found := _TWO.fullmatch(question.text)) is None:
        return None
    first, second = (understand(part.strip(" ,;?") + "?") for part in found.groups())
    if not first.says_something or of(second) is not None:
        return None
    return (first, second) if second.says_something or second.kind in _BARE else None


def readings(first: Question, second: Question) -> list[Question]:
    """What the second question may mean in a document that answers the first, likeliest first: with the words of the
    first where it leans on them, and as it stands where it says by itself what it is about ("what did it cost" does
    not)."""
    if not second.says_something:  # "and when"
        return [understand(f"{second.text.rstrip('?')} {' '.join(first.surface.values())}?")]
    leans = SPEAKS_BACK.search(second.text) or len(second.stems) < _SHORT
    alone = [second] if _own(second) else []
    missing = {stem: word for stem, word in first.surface.items() if stem not in second.surface}
    if not leans or not missing:
        return alone
    named = [word for stem, word in missing.items() if stem in first.names]
    whole = [*missing.values()]
    added = [named, whole] if 0 < len(named) < len(whole) else [whole]
    whole_ones = (understand(f"{second.text.rstrip('?')} ({' '.join(more)})?") for more in added)
    return [*(replace(reading, kind=second.kind) for reading in whole_ones), *alone]


def of_the_second(
    second: Question, found: Sequence[Evidence], first: Evidence | None = None
) -> Evidence | None:
    """The best sentence, if it holds what the second question asks beyond the first: the answer of one is often the
    nearest to both, so one nearly as good comes before it."""
    own = _own(second)
    best = next(iter(found), None)
    if best is not None and first is not None and best.text == first.text:
        best = next((e for e in found[1:2] if e.score >= _NEARLY * best.score and _holds(own, e)), best)
    return best if best and (not own or _holds(own, best) or _is_code(second, best)) else None


def _holds(own: set[str], item: Evidence) -> bool:
    return not own.isdisjoint(words.stems(item.text, item.hit.language))


def _is_code(second: Question, item: Evidence) -> bool:
    """Whether a sentence holds the telephone number or password that is asked for: it need not say that it is one."""
    return secrets.asked_for(second) and awaited.has_wanted(second, item.text, item.hit.language)


def _own(question: Question) -> set[str]:
    """Its words but the everyday ones and what an amount or a number says by itself."""
    return awaited.topic(question) if question.says_something else set()


def untold(half: Question, other: Question, told: Sequence[Evidence]) -> bool:
    """Whether none of what is told answers one half of a question: it has nothing of the kind that is asked for, or
    none of the words that neither the other half nor its title has."""
    own = _own(half) - set(other.stems) or _own(half)
    return not any(
        awaited.has_wanted(half, item.text, item.hit.language) and _speaks_of(own, half, item)
        for item in told
    )


def _speaks_of(own: set[str], half: Question, item: Evidence) -> bool:
    hit = item.hit
    about, said = (
        held_by(half, text, words.stems(text, hit.language), hit.language or half.language)
        for text in (" ".join((hit.title, *hit.headings)), item.text)
    )
    return own <= about or not (own - about).isdisjoint(said)
