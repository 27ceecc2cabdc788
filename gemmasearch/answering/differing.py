"""Evidence that does not agree: sentences of different documents with other numbers, days or codes."""

from __future__ import annotations

from collections.abc import Sequence

from gemmasearch.answering import spans, words
from gemmasearch.answering.numbers import days_in, numbers_in
from gemmasearch.answering.question import COUNTED, Question
from gemmasearch.documents import Evidence

# Words of the question that two sentences with different codes must share: many things have a number.
_TELLING = 2
_LIKE = 0.6  # of the words of two sentences that differ in an amount or a day: what they share
_SAME = 0.8  # the same where they differ in any other number: it may be that of a chapter


def pair(question: Question, found: Sequence[Evidence]) -> list[Evidence]:
    """Two sentences of different documents that answer alike but with different numbers, dates or codes, the newer
    document first; [] where the sources agree."""
    if not found or not (one := counted(question, found[0])):
        return []
    first = found[0]
    told = _shared(question, first)
    least = _TELLING if question.asks_code else 1
    for item in found[1:4]:
        if item.hit.document_id == first.hit.document_id or item.score < 0.85 * first.score:
            continue
        other = counted(question, item)
        alike = len(told) >= least and told == _shared(question, item) and _is_like(question, first, item)
        if alike and other and not one <= other and not other <= one:
            return sorted((first, item), key=_age, reverse=True)
    return []


def counted(question: Question, item: Evidence) -> frozenset[object]:
    """What two answers are compared by; where no kind of answer is asked for ("what is the budget"), amounts of money
    or days."""
    if _is_open(question):
        amounts = numbers_in(" ".join(m.group() for m in spans.MONEY.finditer(item.text)))
        return frozenset(amounts or days_in(item.text) or numbers_in(item.text))
    if item.span is None:
        return frozenset()
    span = item.text[slice(*item.span)]
    if question.asks_code:
        return frozenset({words.fold(span)} if any(spans.codes(span)) else ())
    return frozenset(numbers_in(span) if question.kind in COUNTED else ())


def _is_open(question: Question) -> bool:
    """Whether it says nothing of what kind of thing it asks for."""
    return question.kind == "what" and not question.asks_code


def _is_like(question: Question, one: Evidence, other: Evidence) -> bool:
    """Whether two sentences say the same of something, where the question does not say what kind of thing it is."""
    if not _is_open(question):
        return True
    first, second = (
        {stem for stem in words.stems(item.text, item.hit.language) if not stem[0].isdigit()}
        for item in (one, other)
    )
    dear = all(spans.MONEY.search(item.text) or days_in(item.text) for item in (one, other))
    return len(first & second) >= (_LIKE if dear else _SAME) * len(first | second)


def _age(item: Evidence) -> float:
    return item.hit.date if item.hit.date is not None else item.hit.mtime or 0.0


def _shared(question: Question, item: Evidence) -> set[str]:
    """The question's words that a sentence holds."""
    return set(question.stems) & set(words.stems(item.text, item.hit.language))
