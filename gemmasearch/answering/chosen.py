"""Which of several offers was taken: the table of offers does not say so, the sentence beside it does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gemmasearch import light
from gemmasearch.answering import awaited, spans, words
from gemmasearch.answering.candidates import Candidate, led_by
from gemmasearch.answering.evidence import telling
from gemmasearch.answering.question import Question

_CHOSE = light.pattern(
    r"\b(?:took|taken|chose|chosen|picked|hired|booked|went (?:with|for)|decided (?:for|on)|settled (?:on|for)"
    r"|opted for|accepted|ordered (?:from|at)|commissioned|awarded"
    r"|entschieden|genommen|nahmen|beauftragt|gewählt|ausgewählt|angenommen|pris|choisi|retenu|élu|accepté"
    r"|elegimos|elegid[oa]|escogimos|escogid[oa]|contratamos|contratad[oa]|aceptamos)\b",
    re.I,
)


_CLAUSE = light.pattern(r"[,;:] | (?:and|but|und|aber|et|mais|y|pero) ")
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
        taken = _taken(said.text, said, rows)
        if len(taken) > 1:  # "Huth does the gutter, Reimers does the roof"
            told = awaited.topic(question)
            of_this = [
                part for part in _CLAUSE.split(said.text) if told & set(words.stems(part, said.language))
            ]
            taken = _taken(" ".join(of_this), said, rows) if len(of_this) == 1 else taken
        if len(taken) == 1:
            lead = taken[0] if question.kind == "money" else said
            return led_by(lead, ranked)
    return []


def _taken(text: str, said: Candidate, rows: Sequence[Candidate]) -> list[Candidate]:
    """The rows that hold a name of a text."""
    names = (text[span.start : span.end] for span in spans.names(text))
    named = {stem for name in names for stem in words.stems(name, said.language)}
    return [row for row in rows if not named.isdisjoint(row.stems)]
