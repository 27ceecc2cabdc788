"""Of which relative something is told: mother's weight is not father's, though one diary holds both."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set

from gemmasearch import light
from gemmasearch.answering import awaited, words
from gemmasearch.answering.candidates import Candidate
from gemmasearch.answering.question import GATHERED, SEVERAL, Question
from gemmasearch.answering.reference import points_back, speaks_of_somebody
from gemmasearch.answering.surroundings import RECORDS

_CALLED = {
    words.fold(name): names.split()[0]
    for names in (
        "father dad daddy papa vater vati", "mother mum mom mama mutter mutti", "brother bruder", "sister schwester",
        "son sohn", "daughter tochter", "wife ehefrau", "husband ehemann",
        "grandfather grandpa granddad opa großvater",
        "grandmother grandma granny oma großmutter", "aunt tante", "uncle onkel", "cousin", "nephew neffe",
        "niece nichte",
    )
    for name in names.split()
}  # fmt: skip
_SEVERAL = 2  # words that are a topic by themselves
_KIN = light.pattern(rf"\b({'|'.join((*_CALLED, 'großvater', 'großmutter'))})(?=['’]?s?\b)", re.I)


def without(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked`` without what is told of another relative than the one that the question names."""
    asked = {who for _, who in _named(question.text)}
    if len(asked) != 1 or question.kind in GATHERED or SEVERAL.search(question.text):
        return list(ranked)
    who = next(iter(asked))
    known = any(who in _all(c.hit.text) for c in ranked)
    topic = _topic(question)
    return [c for c in ranked if not _of_another(who, c, known=known and not _says_all(topic, c))]


def of_them(question: Question, near: Sequence[Candidate]) -> bool:
    """Whether any of ``near`` says of the relative whom the question names what is asked, and not just anything; True
    where it names none."""
    if len({who for _, who in _named(question.text)}) != 1 or question.kind in (
        *GATHERED,
        "yesno",
        "why",
        "how",
    ):
        return True
    told = _topic(question)
    return not told or any(
        not told.isdisjoint(c.held | c.about) or c.unit.kind == "row" or points_back(c.text, c.language)
        for c in near
    )


def _topic(question: Question) -> set[str]:
    """What is asked of a relative."""
    return {
        s
        for s in awaited.topic(question)
        if words.fold(question.surface[s]).removesuffix("'s") not in _CALLED
    }


def _says_all(topic: Set[str], candidate: Candidate) -> bool:
    """Whether a sentence says all that is asked, in several words: in the papers of one family a letter on the
    attendance allowance need not say whose it is, as one on the weight must."""
    return len(topic) >= _SEVERAL and topic <= candidate.held and bool(candidate.features["kind"])


def _of_another(who: str, candidate: Candidate, *, known: bool) -> bool:
    """Whether a sentence, or the last one before it that names a relative, names another; where the files know the
    one asked for, also whether its passage names none before it."""
    hit, unit = candidate.hit, candidate.unit
    if hit.kind in RECORDS:
        return False
    own = _all(candidate.text)
    above = _all(" ".join((hit.title, *hit.headings)))
    if who in own or who in above:
        return False
    if own or above:
        return True
    before = [each for at, each in _named(hit.text) if at < unit.start]
    if not before:
        return known and not (
            points_back(candidate.text, candidate.language) or speaks_of_somebody(candidate.text)
        )
    return before[-1] != who


def _all(text: str) -> set[str]:
    return {who for _, who in _named(text)}


def _named(text: str) -> Iterator[tuple[int, str]]:
    """Where a text names a relative, and which."""
    return (
        (m.start(), _CALLED[words.fold(m[1])]) for m in _KIN.finditer(text) if words.fold(m[1]) in _CALLED
    )
