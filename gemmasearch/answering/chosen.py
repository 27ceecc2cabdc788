"""Which of several offers was taken: the table of offers does not say so, the sentence beside it does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gemmasearch import light
from gemmasearch.answering import spans, words
from gemmasearch.answering.candidates import Candidate
from gemmasearch.answering.evidence import telling
from gemmasearch.answering.question import Question

_CHOSE = light.pattern(
    r"\b(?:took|taken|chose|chosen|picked|hired|booked|went (?:with|for)|decided (?:for|on)|settled (?:on|for)"
    r"|opted for|accepted|ordered (?:from|at)|commissioned|awarded"
    r"|entschieden|genommen|nahmen|beauftragt|gewählt|ausgewählt|angenommen|pris|choisi|retenu|élu|accepté"
    r"|elegimos|elegid[oa]|escogimos|escogid[oa]|contratamos|contratad[oa]|aceptamos)\b",
    re.I,
)


# About all offers, or about the highest of them: no matter which was taken.
_EACH = light.pattern(
    r"\b(?:\w+est|most|least|all|each|every|offers?|quotes?|quoted|offered|other|alle|jede\w*|angebote?)\b"
)


def first(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked``, led by the sentence that says which row of a table was taken, where the best is one of its rows and
    the question names none; where an amount is asked for, by the row itself. [] where that is not so."""
    best = next(telling(question, ranked), None)
    asked = words.fold(question.text)
    if (
        _EACH.search(asked)
        or best is None
        or not best.is_row
        or question.kind not in ("who", "what", "money")
    ):
        return []
    rows = [c for c in ranked if c.is_row and c.hit.document_id == best.hit.document_id]
    if len(rows) < 2 or not set(question.names).isdisjoint(set[str]().union(*(row.held for row in rows))):
        return []
    for said in ranked:
        if said.hit.document_id != best.hit.document_id or said.is_row:
            continue
        if not _CHOSE.search(said.text) or words.negated(said.text):
            continue
        named = _named(said)
        taken = [row for row in rows if not named.isdisjoint(row.stems)]
        if len(taken) == 1:
            lead = taken[0] if question.kind == "money" else said
            return [lead, *(c for c in ranked if c is not lead)]
    return []


def _named(candidate: Candidate) -> set[str]:
    """The stems of the names in a sentence."""
    named = (candidate.text[span.start : span.end] for span in spans.names(candidate.text))
    return {stem for name in named for stem in words.stems(name, candidate.language)}
