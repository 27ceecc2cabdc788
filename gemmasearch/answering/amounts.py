"""What a number is of: a year of making is no weight, fifty copies are no tickets, and what is paid by the month is
no price of the thing. English, where a question says what is counted or measured."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gemmasearch import light
from gemmasearch.answering import awaited, spans, synonyms, words
from gemmasearch.answering.attributes import akin
from gemmasearch.answering.candidates import Candidate, led_by
from gemmasearch.answering.numbers import months_in
from gemmasearch.answering.question import SEVERAL, Question
from gemmasearch.answering.reference import points_back
from gemmasearch.answering.surroundings import RECORDS

_END = r"(?![^\W\d_])"
# How a question asks for a measure, how its columns or labels call it, and the units that say it by themselves.
_MEASURES = tuple(
    (light.pattern(asked, 0), light.pattern(called), light.pattern(units + _END))
    for asked, called, units in (
        (r"\bweigh(?:s|ed|t)?\b|\bhow heavy\b", r"\bweigh\w*|\bheavy\b|\b(?:kg|lbs?)\b",
         r"\d ?(?:kg|kilos?|kilograms?|g|grams?|lbs?|pounds?|stones?|st|oz|ounces?|tons?|tonnes?|t)"),
        (r"\bhow (?:tall|wide|thick|broad)\b", r"\b(?:tall|high|height|wid\w+|broad|thick\w*|size|by)\b",
         r"\d ?(?:[mck]?m|(?:centi|milli|kilo)?met(?:re|er)s?|ft|foot|feet|inch(?:es)?|in|yards?|[\"'′″])"),
        (r"\bhow (?:hot|cold|warm)\b|\btemperature\b",
         r"\b(?:temperatur\w*|degrees?|hot|cold|warm|heat|therm\w*|gas mark|bake|roast|oven)\b",
         r"\d ?(?:[°º].?|degrees?|grad|celsius|fahrenheit|[cf]|k)"),
    )
)  # fmt: skip
_HOW_MANY = light.pattern(r"\bhow many (?:[\w'’-]+ ){0,2}?(?P<noun>[a-z]{2,}[a-rt-z]s)\b")
# Of these a text tells how many there were without a word for them: "52 came", "three girls", "549" in a table.
_SAID_OTHERWISE = words.listed(
    "persons guests visitors members participants attendees kids students pupils players singers adults volunteers"
    " troops soldiers employees workers passengers residents inhabitants voters patients customers tenants boys girls"
    " helpers spectators friends siblings brothers sisters times hours minutes days weeks months years points pieces"
    " items things euros pounds dollars litres liters kilos kilograms grams kilometres kilometers miles metres meters"
    " tons tonnes inches pages units degrees"
)
_PERIODIC = light.pattern(
    r"\s*(?:(?:(?:/|a|an|per|each|every|p\.?)\s?(?:hour|day|night|week|month|quarter|year|annum|term)\b|pcm|pa|p\.a\.|monthly|yearly"
    r"|weekly|annually|quarterly)\b)"
)
_ONCE = light.pattern(
    r"^(?!.*\b(?:rent\w*|insur\w+|premium|subscription|membership|a (?:month|year|week|night|day)|per|monthly|yearly"
    r"|annual\w*|fees?)\b).*\b(?:did .+ cost|price|pa(?:y|id) for|was|were)\b"
)
_WITHOUT = light.pattern(  # what an amount leaves out
    r"\b(?:not|without|excluding|excl\.?|except|minus|less) "
    r"((?:(?:the|a|an|any|our|my|her|his|their) )?\w+(?: \w+)?)",
    re.I,
)
_AMONG = 8  # best candidates of which one may come first


def without(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked`` without numbers of something else than what is measured, counted or bought."""
    if question.language != "en":
        return list(ranked)
    asked = words.fold(question.text)
    kept = [c for c in ranked if not _of_other_measure(asked, c)]
    if question.kind == "money":
        kept = [c for c in kept if not _left_out(question, c)]
    if question.kind == "money" and _ONCE.search(asked):
        kept = [c for c in kept if not _paid_by_the_month(question, c)]
    noun = _counted(question, asked)
    if noun:
        kept = [c for c in kept if _counts(noun, question, c)]
        kept = _of_the_named(question, kept, ranked)
    return kept


def first(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked``, led by the line that begins with how many there are, where the best tells of a part of them: "64
    plates" before "at delivery of 32 plates"."""
    noun = _counted(question, words.fold(question.text)) if question.language == "en" else ""
    if not noun or not ranked or _begins(noun, ranked[0]):
        return list(ranked)
    best = ranked[0]
    lead = next(
        (
            c
            for c in ranked[1:_AMONG]
            if _begins(noun, c) and c.covered >= best.covered and c.hit.document_id == best.hit.document_id
        ),
        None,
    )
    return led_by(lead, ranked)


def _counted(question: Question, asked: str) -> str:
    """The stem of what is counted; "" where nothing is, or where an answer need not say it."""
    found = _HOW_MANY.search(asked) if question.kind == "number" else None
    if found is None or found["noun"] in _SAID_OTHERWISE or SEVERAL.search(question.text):
        return ""
    stem = next(iter(words.stems(found["noun"], "en")), "")
    return stem if stem in question.stems and stem not in question.everyday else ""


def _counts(noun: str, question: Question, candidate: Candidate) -> bool:
    """Whether a sentence speaks of what is counted, or what stands around it does."""
    if noun in candidate.spoken or points_back(candidate.text, candidate.language):
        return True
    same = synonyms.of(noun, "en")
    return any(akin(noun, said) or said in same for said in candidate.stems)


def _of_the_named(
    question: Question, kept: Sequence[Candidate], ranked: Sequence[Candidate]
) -> list[Candidate]:
    """What stands in documents that speak of whom or what the question names, where any does."""
    names = {name for name in question.names if name.isalpha()}
    names = {name for name in names if not months_in(question.surface[name].title())}
    naming = {c.hit.document_id for c in ranked if not names.isdisjoint(c.spoken)}
    return [c for c in kept if c.hit.document_id in naming] if names and naming else list(kept)


def _begins(noun: str, candidate: Candidate) -> bool:
    number, _, rest = candidate.text.partition(" ")
    return number.isdigit() and next(iter(words.stems(rest, candidate.language)), "") == noun


def _of_other_measure(asked: str, candidate: Candidate) -> bool:
    """Whether a text neither has a unit of what is measured nor a word for it."""
    for wanted, called, units in _MEASURES:
        if wanted.search(asked) and candidate.features["kind"] and candidate.hit.kind not in RECORDS:
            text = words.fold(candidate.text)
            said = called.search(text) or called.search(_around(candidate))
            return not (units.search(text) or said)
    return False


def _around(candidate: Candidate) -> str:
    """The columns of a row and the heading of an item, by their stems."""
    told = candidate.context if candidate.is_row else candidate.about
    return " ".join(sorted(told))


def _left_out(question: Question, candidate: Candidate) -> bool:
    """Whether an amount is said to be without what is asked about: "£379, the curtains, not the washing machine"."""
    left = _WITHOUT.findall(candidate.text)
    without_it = set(words.stems(" ".join(left), "en")) & awaited.topic(question) if left else set()
    if not without_it:
        return False
    rest = set(words.stems(_WITHOUT.sub(" ", candidate.text), "en"))
    return without_it.isdisjoint(rest | candidate.about)


def _paid_by_the_month(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence that leaves out a word of what was bought has no amount but what is paid again and again."""
    paid = list(spans.MONEY.finditer(candidate.text))
    if not paid or awaited.topic(question) <= candidate.held | candidate.about:
        return False
    return all(_PERIODIC.match(candidate.text, m.end()) for m in paid)
