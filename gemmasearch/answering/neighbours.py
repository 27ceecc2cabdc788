"""What stands beside what was asked about: other rows, items, sections and lines of the same passage or document."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gemmasearch import light
from gemmasearch.answering import (
    awaited,
    spans,
    words,
)
from gemmasearch.answering.candidates import Candidate
from gemmasearch.answering.question import COUNTED, GATHERED, SEVERAL, Question
from gemmasearch.answering.reference import points_back
from gemmasearch.answering.surroundings import RECORDS, head_name

_HEADING = light.pattern(r"^(#{1,6}|\*{1,8})[ \t]+(\S.*)$", re.M)


def of_another_row(question: Question, candidate: Candidate) -> bool:
    """A row of which no cell holds a word of the question, where the head of its table, its title and its headings do
    not hold all of them: "the serial number of the oven" is not that of any row."""
    if not candidate.is_row or question.kind in GATHERED:
        return False
    asked = awaited.topic(question)
    if asked.isdisjoint(candidate.held) and not asked <= candidate.context:
        return True
    things = asked - set(question.names)  # a row of Greta's says nothing of her becoming chair
    by_name = not asked.isdisjoint(set(question.names) & candidate.held)
    columns = candidate.context | candidate.about
    return (
        by_name and question.kind in COUNTED and bool(things) and things.isdisjoint(candidate.held | columns)
    )


def beside_their_rows(question: Question, ranked: Sequence[Candidate]) -> set[int]:
    """Rows that lack a word of the question which another row of their table holds: of "the taxi in Jena" neither the
    taxi in Lyon nor the hotel in Jena tells the price."""
    if question.kind in (*GATHERED, "yesno") or SEVERAL.search(question.text):
        return set()
    asked = awaited.topic(question)
    rows = [c for c in ranked if c.is_row]
    beside: dict[int, set[str]] = {}  # document -> of these words, those that any of its rows holds
    for row in rows:
        beside.setdefault(row.hit.document_id, set()).update(asked & row.held)
    found = set()
    for row in rows:
        holds = asked & row.held
        lacks = asked - row.held - row.about
        if holds and len(holds) <= len(lacks) and not lacks.isdisjoint(beside[row.hit.document_id]):
            found.add(id(row))
    return found


def beside_their_items(question: Question, ranked: Sequence[Candidate]) -> set[int]:
    """Items of a list, or lines with labels, each of which begins with a name, where one of them begins with the name
    that the question holds: of Rory's shoe size nothing is said by the item that begins with Isla."""
    names = set(question.names)
    if not names or question.kind in (*GATHERED, "yesno") or SEVERAL.search(question.text):
        return set()
    heads = {id(c): head_name(c.unit, c.text, c.language) for c in ranked}
    lists = {(c.hit.chunk_id, c.unit.kind) for c in ranked if not names.isdisjoint(heads[id(c)])}
    return {
        id(c)
        for c in ranked
        if heads[id(c)] and (c.hit.chunk_id, c.unit.kind) in lists and names.isdisjoint(c.held | c.about)
    }


def coded_beside(question: Question, ranked: Sequence[Candidate]) -> set[int]:
    """Sentences with a code that name somebody else than the question does, where another sentence of their passage
    names whom it asks about: the policy number of one insurer is not that of the other on the next line."""
    names = set(question.names) - question.everyday
    if not question.asks_code or not names:
        return set()
    naming = {c.hit.chunk_id for c in ranked if not names.isdisjoint(c.held)}
    return {
        id(c)
        for c in ranked
        if c.hit.chunk_id in naming
        and c.features["kind"]
        and names.isdisjoint(c.held | c.about)
        and c.hit.kind not in RECORDS
        and not points_back(c.text, c.language)
        and any(
            span.start > 0 and not any(map(str.isdigit, c.text[span.start : span.end]))
            for span in spans.names(c.text)
        )
    }


def of_other_sections(question: Question, ranked: Sequence[Candidate]) -> set[int]:
    """What stands in another section than the one that the question names, where a note has one of each: below "Nora"
    is not Leon's blood group."""
    if question.kind in GATHERED:
        return set()
    asked = set(question.stems) - question.everyday
    sections = {id(c): _sections(c) for c in ranked}
    named = {
        (c.hit.document_id, depth, heading)
        for c in ranked
        for depth, heading in sections[id(c)].items()
        if heading and heading <= asked
    }
    return {
        id(c)
        for c in ranked
        for document, depth, heading in named
        if document == c.hit.document_id
        and depth in (own := sections[id(c)])
        and all(asked.isdisjoint(stems) for at, stems in own.items() if at >= depth)
        and heading.isdisjoint(c.held)
    }


def _sections(candidate: Candidate) -> Mapping[int, frozenset[str]]:
    """The stems of the headings above a sentence, by their depth."""
    hit = candidate.hit
    above = dict(enumerate(hit.headings, 1))
    for match in _HEADING.finditer(hit.text, 0, candidate.unit.start):
        depth = len(match[1])
        above = {at: heading for at, heading in above.items() if at < depth} | {depth: match[2]}
    return {at: frozenset(words.stems(heading, candidate.language)) for at, heading in above.items()}
