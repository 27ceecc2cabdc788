"""What somebody is asked to have done: a sentence that leaves the deed out says nothing of it.

Of "when did I hear back from the fund" the fund's amount and its end are near, and are no answer. English, where the
deed stands behind an auxiliary and whoever did it, so that it is known for a verb.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from functools import cache

from gemmasearch import light
from gemmasearch.answering import words
from gemmasearch.answering.candidates import Candidate, led_by
from gemmasearch.answering.question import Question
from gemmasearch.answering.reference import points_back
from gemmasearch.answering.surroundings import RECORDS

_NAME = rf"(?:{words.CAPITAL}[\w'’-]*\.?)(?: {words.CAPITAL}[\w'’-]*)*"
_DEED = light.pattern(
    rf"\b(?:[Dd]id|[Dd]o|[Dd]oes|[Hh]as|[Hh]ave|[Hh]ad|[Ww]ill|[Ww]ould|[Ss]hould|[Mm]ust|[Cc]an|[Cc]ould|[Ss]hall)"
    rf" (?P<who>I|i|we|{_NAME})"
    r" (?:(?:still|ever|already|usually|always|last|first|actually|also|just|never|recently|finally) )*"
    r"(?:(?:have|need|want|plan|get|like|hope|promise|agree) to )?(?P<deed>[a-z]+)\b"
)
_OF_THE_ASKER = light.pattern(r"\b(?:I|i|we|me|us|my|our)\b")
# What a day, an amount or a place says by itself, and what is said in many ways.
_LIGHT = words.listed(
    "do have has had be been get got go make take need want use put keep give come know see meet visit attend"
    " talk feel call called say tell think mean start begin like try set pay spend cost charge turn watch"
)
_PLACING = words.listed("leave left hide hidden hid store stored park parked stash place placed")
_TOLD_OTHERWISE = ("why", "how", "yesno", "summary")  # a reason need not say of what it is one
_YIELDING = words.listed("harvest collect gather produce pick")  # "Honey 2024: 27 kg"
_SAID_BY = {"where": _PLACING, "number": _YIELDING}  # what a place or an amount says by itself
_SAME_BEGINNING = 4  # letters that a verb and its noun share at least: defend, defence
_DONE_TO = light.pattern(
    r"\W*when (?:was|were|is|are) (?:(?:(?!and\b)\S+) )*?"
    r"(?P<deed>[a-z]+(?:ed|[^aeiou]en|ght|wn|de|ld|pt|nt))\W*$",
    re.I,
)
_WAS_DONE = light.pattern(r"\W*when (?:did|was|were|has|have|had)\b", re.I)
_STANDS_FOR_IT = light.pattern(r"\b(?:it|them|they|this|that|these|those|both|one|same)\b", re.I)
_OBJECT = light.pattern(r" (?:the|an?|my|our|your|his|her|their|its|some|another) ", re.I)
_NOT_YET = light.pattern(r"\bnot yet\b|(?:\bnot|n['’]t) (?:been )?\w+ yet\b|\bstill (?:not|un\w+)\b", re.I)
_NEXT_BEST = 3  # candidates of which one may say that it is not done yet
_FEW = 4  # words of a question
_AMONG = 8  # best candidates of which one may come first
_NEARLY = 0.6  # of what the best covers of the question
_ENDING = 2  # letters of the verb in which its noun may differ


def asked(question: Question) -> str:
    """The stem of the verb of what the asker did, or of what somebody did to the asker; "" where it is not asked for,
    or where the verb says little.

    >>> from gemmasearch.answering.question import understand
    >>> asked(understand("When did I hear back from the fund?"))
    'hear'
    """
    if (
        question.language != "en"
        or question.kind in _TOLD_OTHERWISE
        or not _OF_THE_ASKER.search(question.text)
    ):
        return ""
    found = _DEED.search(question.text)
    if found is None:
        return ""
    verb = words.fold(found["deed"])
    stem = next(iter(words.stems(verb, "en")), "")
    light_ = stem in _light() or verb in _SAID_BY.get(question.kind, ())
    return "" if light_ or stem not in question.stems or stem in question.everyday else stem


@cache
def _light() -> frozenset[str]:
    return frozenset(words.stems(" ".join(sorted(_LIGHT)), "en"))


def without(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked`` without what leaves out the deed, or whom it concerned where the files know them."""
    deed = asked(question)
    if not deed:
        return list(ranked)
    known = set(question.names) & set[str]().union(*(c.spoken for c in ranked))
    return [c for c in ranked if not _leaves_out(deed, c) and (not known or not known.isdisjoint(c.spoken))]


def first(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked``, led by the best that tells the deed of somebody who is named, where the best of all leaves it out:
    "Matteo moved out on 28 September" before "let to Matteo Brandl from 1 October"."""
    found = _DEED.search(question.text)
    if question.language != "en" or question.kind in _TOLD_OTHERWISE or found is None or not ranked:
        return list(ranked)
    stem = next(iter(words.stems(words.fold(found["deed"]), "en")), "")
    best = ranked[0]
    if stem not in question.stems or stem in _light() | question.everyday or told(stem, best):
        return list(ranked)
    names = set(question.names) & set(words.stems(found["who"], "en"))
    telling = (
        c
        for c in ranked[:_AMONG]
        if _itself(stem, c)
        and c.features["kind"] >= best.features["kind"]
        and (not names or not names.isdisjoint(c.held))
        and c.covered >= _NEARLY * best.covered
    )
    lead = next(telling, None)
    return led_by(lead, ranked)


def done_first(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked``, led by what tells that something was done, where one of the best says that it is not done yet: the
    day in "not paid yet, rang on 2 April" is no day of paying."""
    if question.kind != "when" or question.language != "en" or question.denies or not ranked:
        return list(ranked)
    if not _WAS_DONE.match(question.text) or not any(_NOT_YET.search(c.text) for c in ranked[:_NEXT_BEST]):
        return list(ranked)
    topic = set(question.stems) - set(question.names)
    lead = next(
        (
            c
            for c in ranked[:_AMONG]
            if topic <= c.held | c.about
            and not topic.isdisjoint(c.held)
            and c.features["kind"]
            and not words.negated(c.text)
            and (not question.names or not set(question.names).isdisjoint(c.spoken))
        ),
        None,
    )
    return led_by(lead, ranked)


def _leaves_out(deed: str, candidate: Candidate) -> bool:
    if candidate.language != "en" or candidate.hit.kind in RECORDS:
        return False  # an entry of a calendar holds no verb
    return not told(deed, candidate)


def tells_what_was_done(question: Question, near: Sequence[Candidate], ranked: Sequence[Candidate]) -> bool:
    """Whether any of ``near`` tells the deed of which it is asked when it was done to something: of when the coffee
    machine was serviced nothing is said by when it was bought. True for a long question, which may be told in other
    words."""
    deed = _done(question)
    return not deed or any(
        c.language != "en" or c.hit.kind in RECORDS or _tells_of_it(question, deed, c, ranked) for c in near
    )


def alone(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked`` without the days of other deeds, where one of the best tells that of which it is asked: when the
    boiler was installed stands beside when it was serviced."""
    deed = _done(question) if _WAS_DONE.match(question.text) else ""  # what is to be done may be moved
    if not deed or not any(
        c.features["kind"] and _itself(deed, c) and _tells_of_it(question, deed, c, ranked)
        for c in ranked[:_AMONG]
    ):
        return list(ranked)
    return [c for c in ranked if not c.features["kind"] or c.hit.kind in RECORDS or _itself(deed, c)]


def _itself(deed: str, candidate: Candidate) -> bool:
    return deed in candidate.held or any(_noun_of(deed, other) for other in candidate.held)


def _done(question: Question) -> str:
    """The stem of what was done to something, where it is asked when; "" where it is not, or says little."""
    found = _DONE_TO.match(question.text) if question.language == "en" else None
    stem = next(iter(words.stems(words.fold(found["deed"]), "en")), "") if found else ""
    plain = stem not in question.stems or stem in _light() or stem in question.everyday
    return "" if plain or len(question.stems) > _FEW else stem


def _tells_of_it(question: Question, deed: str, candidate: Candidate, ranked: Sequence[Candidate]) -> bool:
    things = set(question.stems) - {deed} - question.everyday
    known = things & set[str]().union(*(c.spoken for c in ranked))
    return told(deed, candidate) and (not known or _done_to(known, deed, candidate, ranked))


def _done_to(things: Set[str], deed: str, candidate: Candidate, ranked: Sequence[Candidate]) -> bool:
    """Whether a sentence, or what stands above it, names anything to which a deed was done, or leaves it to what
    stands before it: "It was stolen", "Somebody stole it", "Stolen on 2 July". That the chain was stolen says nothing
    of the cassette, of which another sentence tells something else."""
    if candidate.is_row or candidate.posed or not things.isdisjoint(candidate.held | candidate.about):
        return True
    hit, unit = candidate.hit, candidate.unit
    if _STANDS_FOR_IT.search(candidate.text):
        paragraph = hit.text[: unit.start].rpartition("\n\n")[2]
        return not things.isdisjoint(words.stems(paragraph, candidate.language))
    done = (token for token in words.tokens(candidate.text, "en") if token.stem == deed)
    if any(_OBJECT.match(candidate.text, token.end) for token in done):
        return False  # "We replaced the latch" behind a hose
    return any(
        not things.isdisjoint(c.held & candidate.context)
        for c in ranked
        if c.hit.chunk_id == hit.chunk_id and c.unit.start < unit.start
    )


def told(stem: str, candidate: Candidate) -> bool:
    """Whether a sentence speaks of a deed, be it by its noun, or in the column or the sentence that it points to."""
    said = candidate.held | candidate.about
    if candidate.unit.kind == "row" or candidate.posed or points_back(candidate.text, candidate.language):
        said = said | candidate.context
    return stem in said or any(_noun_of(stem, other) for other in said)


def _noun_of(verb: str, stem: str) -> bool:
    """Whether a word may be the noun of a verb.

    >>> _noun_of("defend", "defenc")
    True
    """
    least = max(_SAME_BEGINNING, len(verb) - _ENDING)
    return len(stem) <= len(verb) + 5 and stem[:least] == verb[:least]
