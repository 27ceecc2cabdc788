"""Who gave and who got: of "which book did Ann lend me" nothing is told by what was lent to Ann."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gemmasearch import light
from gemmasearch.answering import words
from gemmasearch.answering.candidates import Candidate
from gemmasearch.answering.question import Question

_GIVES = (
    r"(?:lend(?:s|ing)?|lent|loan(?:s|ed)?|gives?|gave|given|giving|sells?|sold|sends?|sent|owes?|owed|pays?|paid|offer(?:s|ed)?"
    r"|promise[sd]?|hand(?:s|ed)?|show(?:s|ed|n)?|bring|brings|brought)"
)
_GETS = r"(?:borrow(?:s|ed|ing)?)"
_AUX = r"(?:did|does|do|has|have|had|will|would)"
_NAME = rf"(?P<name>{words.CAPITAL}[\w’-]+)(?: {words.CAPITAL}[\w’-]+)*"
_NAME_GIVES = light.pattern(
    rf"\b{_AUX} {_NAME} (?:still )?(?P<verb>{_GIVES}) (?:back )?(?:me|us)\b"
    rf"|\b{_AUX} (?:I|i|we) (?:still )?(?P<got>{_GETS})\b.* (?:from|of) (?P<from>{words.CAPITAL}[\w’-]+)"
)
_NAME_GETS = light.pattern(
    rf"\b{_AUX} (?:I|i|we) (?:still )?(?P<verb>{_GIVES}) (?:.* )?(?:(?:to|for) )?{_NAME}"
    rf"|\b{_AUX} (?P<borrower>{words.CAPITAL}[\w’-]+)(?: {words.CAPITAL}[\w’-]+)* (?:still )?{_GETS}\b.*"
    r"\b(?:me|us|my|our)\b"
)
_GOT_BY = light.pattern(
    r"\b(?:who has (?:it|them)|lent to|borrower|borrowed by|given to|sold to|paid to)\b", re.I
)  # a column


def without(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked`` without what was given the other way between the asker and somebody who is named."""
    if question.language != "en":
        return list(ranked)
    for pattern, gives in ((_NAME_GIVES, True), (_NAME_GETS, False)):
        if found := pattern.search(question.text):
            name = next(
                each for key, each in found.groupdict().items() if each and key not in ("verb", "got")
            )
            return [c for c in ranked if _gives(name, c) is not (not gives)]
    return list(ranked)


def _gives(name: str, candidate: Candidate) -> bool | None:
    """Whether somebody gave something, or got it, by a sentence; None where it says neither, or both."""
    text, own = candidate.text, re.escape(name)
    mine = words.fold(name) in words.fold(candidate.hit.sender).split()
    gave = re.search(
        rf"\b{own}(?: \w+ed| has| had| still| will)? {_GIVES}\b|\bfrom {own}\b|\b{_GETS} {own}['’]s", text
    )
    got = re.search(
        rf"\b(?:to|for) {own}\b|\b(?i:{_GIVES}) {own}\b|\b{own}(?: has| had| still)? {_GETS}\b", text
    )
    asker = re.search(rf"\bI (?:still |have |had )?(?:{_GIVES})\b", text)
    of_row = (
        candidate.unit.kind == "row" and re.search(rf"\b{own}\b", text) and _GOT_BY.search(candidate.hit.text)
    )
    giving = bool(gave) or bool(asker and mine)
    getting = bool(got or of_row) or bool(asker and not mine)
    return giving if giving != getting else None
