"""Somebody or something that a question names, beyond English, and of whom what would be told does not speak:
when one cancelled Sosh is not said by when one cancelled Orange, nor Theo's blood group by that of Julien.

Only a name that the files know: of what they do not know, :mod:`gemmasearch.answering.refusal` sees to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from gemmasearch import light
from gemmasearch.answering import awaited, spans, tongues, words
from gemmasearch.answering.candidates import Candidate
from gemmasearch.answering.question import Question
from gemmasearch.answering.reference import points_back, speaks_of_somebody
from gemmasearch.answering.sentences import units_of
from gemmasearch.answering.surroundings import RECORDS
from gemmasearch.letters import unspaced

_KINDS = ("what", "when", "number", "money")
# German writes every noun like a name; behind one of these, without an article, stands that of a firm or a person.
_GERMAN_NAME = light.pattern(rf"\b(?:mit|bei|von|für) ({words.CAPITAL}[\w-]+)(?=\W*$| [a-zäöüß])")

_LABELLED = light.pattern(r"\W*[^\W\d_][^:;.,\n]{1,40}?\s?:\s+(\S.*)", re.S)
_MANY = 4  # words of a value that is no name alone


def alone(question: Question, ranked: Sequence[Candidate], near: Sequence[Candidate]) -> bool:
    """Whether all of ``near`` speaks of others than those whom the question names, and the files know."""
    if question.language == "en" or question.kind not in _KINDS or not near:
        return False
    known = {name for name in _names(question) if any(name in _passage(question, c) for c in ranked)}
    known -= {
        stem for c in ranked for stem in words.stems(c.hit.recipients, question.language)
    }  # the files' owner
    telling = [c for c in near if c.features["kind"]] or near
    return bool(known) and all(_of_others(question, c, known) for c in telling)


def of_its_day_alone(question: Question, near: Sequence[Candidate]) -> bool:
    """Whether all amounts of ``near`` share with a question nothing but its time: what a roof costs in a mail of
    March 2026 is not what electricity cost then."""
    if question.language == "en" or question.kind not in ("money", "number"):
        return False
    timely = {s for s in question.stems if tongues.holds("when", question.surface[s], question.language)}
    things = awaited.topic(question) - timely
    if not timely or not things or unspaced(question.text):
        return False
    return all(things.isdisjoint(c.spoken) for c in near)


def _names(question: Question) -> set[str]:
    if question.language == "de":
        behind = {stem for m in _GERMAN_NAME.finditer(question.text) for stem in words.stems(m[1], "de")}
        return behind & set(question.names)
    return {name for name in question.names if name.isalpha()}


def _of_others(question: Question, candidate: Candidate, known: Iterable[str]) -> bool:
    """Whether nothing of its passage holds any of the names, or only rows beside it, where it names another."""
    hit, text = candidate.hit, candidate.text
    above = " ".join((hit.title, *hit.headings, hit.path, hit.sender))
    if not (candidate.held | candidate.about | _stems(question, candidate, above)).isdisjoint(known):
        return False
    if _passage(question, candidate).isdisjoint(known) or _in_other_values(question, candidate, known):
        return True
    leans = points_back(text, candidate.language) or speaks_of_somebody(text)
    if candidate.unit.kind != "sentence" or hit.kind in RECORDS or leans:
        return False
    told = " ".join(unit.of(hit.text) for unit in units_of(hit) if unit.kind == "sentence")
    return _stems(question, candidate, told).isdisjoint(known) and _names_another(question, candidate)


def _in_other_values(question: Question, candidate: Candidate, known: Iterable[str]) -> bool:
    """Whether a line with a label says it, and only such lines beside it hold a name, among other words: "Last
    tetanus shot: 5 May" is not Julien's below "Blood group: O+ for me, AB- for Julien"."""
    if not _LABELLED.match(candidate.text):
        return False
    lines = [
        line
        for line in candidate.hit.text.splitlines()
        if not _stems(question, candidate, line).isdisjoint(known)
    ]
    values = [found[1] for line in lines if (found := _LABELLED.match(line))]
    return len(values) == len(lines) and all(len(value.split()) >= _MANY for value in values)


def _passage(question: Question, candidate: Candidate) -> set[str]:
    return {*candidate.spoken, *_stems(question, candidate, candidate.hit.text)}


def _stems(question: Question, candidate: Candidate, text: str) -> set[str]:
    """The words of a text as its own language and that of the question have them: few words are guessed wrong."""
    return {s for language in (candidate.language, question.language) for s in words.stems(text, language)}


def _names_another(question: Question, candidate: Candidate) -> bool:
    if question.language == "de":
        return _GERMAN_NAME.search(candidate.text) is not None
    found = (candidate.text[span.start : span.end] for span in spans.names(candidate.text) if span.start > 0)
    return any(_stems(question, candidate, name).isdisjoint(question.stems) for name in found)
