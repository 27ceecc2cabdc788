"""Sentences that say what was asked of something else: of another owner, another row of a table, another unit."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gemmasearch import light
from gemmasearch.answering import (
    amounts,
    bounds,
    cells,
    deeds,
    doers,
    former,
    identified,
    kin,
    neighbours,
    opinions,
    opposed,
    owners,
    roles,
    spans,
    subjects,
    things,
    words,
)
from gemmasearch.answering.candidates import Candidate
from gemmasearch.answering.numbers import months_in
from gemmasearch.answering.question import Question
from gemmasearch.answering.reference import points_back
from gemmasearch.answering.surroundings import RECORDS
from gemmasearch.answering.years import of_other_month

_OPEN_TASK = light.pattern(r"\W*\[ \]|\W*(?:TODO|NEXT|WAIT(?:ING)?|HOLD)\b")


_ASKS_WHAT_WAS_DONE = light.pattern(
    r"^(?!.*\b(?:say|said|agree\w*|plan\w*|want\w*|promis\w*|decide\w*|suppose\w*|due)\b)"
    r"\W*(?:who (?!is\b|are\b|will\b|does\b|should\b|must\b|can\b|wants?\b)|(?:when|where|why|how much|how many|what)"
    r" (?:did|was|were|has|have|had)\b)",
    re.I | re.S,
)


_LABELLED = light.pattern(r"[^\W\d_][\w /()-]{0,40}:[ \t]")


_OF_MODIFIED = light.pattern(
    r"\b([a-z]{3,}) (?:of|for|to) (?:the|my|our|your|his|her|their) ([a-z]{3,}) ([a-z]{3,})\b", re.I
)


_OVER = light.pattern(r"over|above|more than|from|at least|über|ab|mehr als|plus de|más de", re.I)


_BOUND = light.pattern(
    r"\b(over|above|more than|from|at least|under|below|up to|less than|at most|until|über|ab|mehr als|unter"
    r"|bis(?: zu)?|weniger als|plus de|moins de|jusqu['’]à|más de|menos de|hasta) (\d+)\b",
    re.I,
)


_HOW_MANY_OF = light.pattern(
    r"\W*how many (hours|lit(?:er|re)s|kilos|kilograms|grams|kilomet(?:er|re)s|miles|met(?:er|re)s|tons|tonnes)\b",
    re.I,
)


_UNITS = tuple(
    light.pattern(rf"(?<![^\W\d_])(?:{unit})(?![^\W\d_])", re.I)
    for unit in (
        r"hours?|hrs?|h|hourly|stunden?|heures?|horas?|days?|min(?:ute)?s?|\d+[:.]\d\d|\d+h\d*",
        r"lit(?:er|re)s?|l", r"kilos?|kilograms?|kg", r"grams?|g", r"kilomet(?:er|re)s?|km", r"miles?|mi",
        r"met(?:er|re)s?|m", r"tons?|tonnes?|t",
    )
)  # fmt: skip


_QUESTION = light.pattern(
    r"\W*(?:(?:q|f|question|frage)\W+)?(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|can|has"
    r"|have|should|must|could|would|will|shall|may|might|wer|wen|wem|was|welche[rnms]?|wann|wo|warum|wieso|wie|ist|sind|hat|haben|kann|muss|qui|que|quel\w*"
    r"|quand|où|pourquoi|comment|combien|est-ce|quién|qué|cuál\w*|cuándo|dónde|cómo|cuánt\w+)\b",
    re.I,
)


_ASKED_BY = light.pattern(
    r"\b(?:ask\w*|want\w*|question\w*|wonder\w*|frag\w*|gefragt|will|wollte|demand\w*|veut|voulait|pregunt\w*|quiere)\b",
    re.I,
)


_TELLING_OF_THIS = (
    amounts,
    bounds,
    cells,
    deeds,
    former,
    identified,
    kin,
    opinions,
    opposed,
    roles,
    subjects,
    things,
)  # each takes out what tells of something else


def without(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked`` without what is about something else, and without the head of a table of which no row is left."""
    dropped = {id(c) for c in ranked if of_another(question, c)}
    dropped |= neighbours.of_other_sections(question, ranked) | neighbours.beside_their_rows(question, ranked)
    dropped |= neighbours.beside_their_items(question, ranked) | neighbours.coded_beside(question, ranked)
    kept_by = [telling.without(question, ranked) for telling in _TELLING_OF_THIS]
    if question.kind == "who" and (named := doers.with_doer(question, ranked)):
        kept_by.append(named)
    every = {id(c) for c in ranked}
    for left in kept_by:
        dropped |= every - {id(c) for c in left}
    if not dropped:
        return list(ranked)
    kept = [c for c in ranked if id(c) not in dropped]
    rows = {c.hit.chunk_id for c in kept if c.is_row}
    emptied = {c.hit.chunk_id for c in ranked if id(c) in dropped and c.is_row} - rows
    return [c for c in kept if not (c.is_head and c.hit.chunk_id in emptied)]


def of_another(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence is about something else than what was asked about, of which it says the same."""
    return (
        neighbours.of_another_row(question, candidate)
        or owners.of_another(question, candidate)
        or owners.of_another_unit(question, candidate)
        or _has_no_place(question, candidate)
        or _asks_the_same(question, candidate)
        or _is_still_to_do(question, candidate)
        or of_other_month(question, candidate)
        or _in_other_units(question, candidate)
        or _of_another_modified(question, candidate)
        or _of_who_comes_later(question, candidate)
        or _beyond_the_bound(question, candidate)
        or (question.asks_case and question.denies and not words.denies(candidate.text))
    )


def _of_who_comes_later(question: Question, candidate: Candidate) -> bool:
    """Whether an amount stands before the first mention of whom the question names, and under no other: what is said
    of the next insurer is not said yet."""
    if (
        question.kind not in ("money", "number")
        or question.language == "de"
        or candidate.unit.kind != "sentence"
    ):
        return False
    names = [question.surface[stem] for stem in question.names if question.surface[stem].isalpha()]
    names = [name for name in names if not months_in(name.title())]
    hit, unit = candidate.hit, candidate.unit
    if not names or hit.kind != "note" or not candidate.features["kind"] or _LABELLED.match(candidate.text):
        return False
    if not set(question.names).isdisjoint(candidate.held | candidate.about):
        return False
    said = words.fold(hit.text)
    first = [at for name in names if (at := said.find(words.fold(name))) >= 0]
    return bool(first) and min(first) >= unit.end


def _in_other_units(question: Question, candidate: Candidate) -> bool:
    """Whether no litre is spoken of where it is asked how many litres; the columns of a table may do so."""
    asked = _HOW_MANY_OF.match(question.text)
    if asked is None or candidate.is_row or candidate.language != "en":
        return False
    unit = next(unit for unit in _UNITS if unit.fullmatch(asked[1]))
    return unit.search(candidate.text) is None


def _of_another_modified(question: Question, candidate: Candidate) -> bool:
    """ "The key for the helium room", where that of the clean room was asked for."""
    wanted = _OF_MODIFIED.search(question.text)
    if wanted is None or question.language != "en":
        return False
    thing, which, head = (next(iter(words.stems(part, "en")), "") for part in wanted.groups())
    if not which or which in candidate.held | candidate.about:
        return False
    for told in _OF_MODIFIED.finditer(candidate.text):
        said = [next(iter(words.stems(part, "en")), "") for part in told.groups()]
        if said[0] == thing and said[2] == head and said[1] not in question.stems:
            return True
    return False


def _beyond_the_bound(question: Question, candidate: Candidate) -> bool:
    """Whether a row is of what goes up to a number, where what is over it is asked for."""
    if not candidate.is_row:
        return False
    asked, told = (
        {(m[2], bool(_OVER.fullmatch(m[1]))) for m in _BOUND.finditer(t)}
        for t in (question.text, candidate.text)
    )
    return any((number, not over) in told for number, over in asked) and asked.isdisjoint(told)


def _is_still_to_do(question: Question, candidate: Candidate) -> bool:
    """Whether it is a task that is not ticked off, where it is asked what was done."""
    return bool(_OPEN_TASK.match(candidate.text) and _ASKS_WHAT_WAS_DONE.match(question.text))


def _asks_the_same(question: Question, candidate: Candidate) -> bool:
    """Whether it is itself a question, and so no answer but to what somebody asked."""
    return (
        candidate.text.endswith("?")
        and _QUESTION.match(candidate.text) is not None
        and _ASKED_BY.search(question.text) is None
    )


def _has_no_place(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence names somebody of whom it is asked where he does something, and tells neither that nor a
    place: where Pavel works is not said by a table in which he signs."""
    if question.kind != "where" or not question.names or candidate.hit.kind in RECORDS:
        return False
    told = set(question.stems) - set(question.names) - question.everyday
    if not told or not told.isdisjoint(candidate.held | candidate.about):
        return False
    label, colon, _ = candidate.text.partition(": ")  # "Pavel: Brno office" may
    if colon and set(words.stems(label, question.language)) & set(question.names):
        return False
    return not spans.placed(candidate.text) and not points_back(candidate.text, candidate.language)
