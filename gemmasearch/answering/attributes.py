"""What a short question asks of a thing: its excess, its landlord, the diameter of it. Where no file says a word for
that, what is told of the thing is something else.

It speaks against an answer only where the word makes up much of the question, by rarity: a long one may be answered
without it. So may one of which an amount, a unit, a day or a place says by itself what it is. English, where what is
asked for stands behind "what is the" or "who is the".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from gemmasearch import light
from gemmasearch.answering import awaited, spans, words
from gemmasearch.answering.candidates import Candidate, Weights
from gemmasearch.answering.numbers import months_in
from gemmasearch.answering.question import Question

_BEHIND = r"(?:of|for|at|in|on|from|to|with|by|per|under|between|after|before|during)\b"
_WORD = rf"(?!{_BEHIND}|(?:most|least)\b)[\w'’-]+"
# Who is incapable of doing something, or what a thing is made of, is asked of no attribute.
_ASKED = light.pattern(
    r"\W*(?:(?:what|who)(?:['’]s| is| was| are| were| will)|how (?:high|much|large|big|long) (?:is|was|are|were))"
    rf" (?:(?:the|my|our|your|his|her|their|its) |(?={_WORD}(?: {_WORD})?(?:['’]s|s['’]) ))"
    rf"(?P<phrase>(?:{_WORD} ){{0,5}}?{_WORD})(?<!ed)(?: {_BEHIND} (?!\w+ing\b)\w|\W*$)",
    re.I,
)
_BOUND = light.pattern(
    r"\W*what(?:['’]s| is| was| are| were) (?:the |my |our )?(?P<bound>max(?:imum)?|min(?:imum)?|default"
    r"|(?:highest|largest|longest) possible) (?:[\w-]+ )?"
    r"(?P<head>sizes?|lengths?|timeouts?|limits?|numbers?|capacity|durations?"
    r"|widths?|heights?|depths?|speeds?|rates?|weights?|loads?|memory|temperatures?|pressures?|ages?|amounts?|ports?"
    r"|intervals?|retention)\b",
    re.I,
)
_MOST = light.pattern(
    r"\b(?:max\w*|at most|up to|no more than|not more than|limit\w*|cap(?:ped)?|ceiling|largest|longest|highest"
    r"|greatest|only"
    r"|can(?:not| be| hold| take| have)|may be|less than|under|within|below|allow\w*|exceed\w*)\b",
    re.I,
)
_LEAST_SAID = light.pattern(
    r"\b(?:min\w*|at least|no less than|not less than|or more|above|over|from|smallest|lowest|shortest|least)\b",
    re.I,
)
# How each is told; None = by the quantity's own name.
_BOUNDS = (("max", _MOST), ("largest", _MOST), ("longest", _MOST), ("highest", _MOST), ("min", _LEAST_SAID))
_NO_BOUND = light.pattern(r"\b(?:no (?:limit|maximum|minimum|timeout)|unlimited|infinite|never)\b", re.I)
_HOUSE = light.pattern(rf"{words.CAPITAL}[\w.-]+ \d{{1,3}}[a-z]?\b|\b\d{{1,3}}[a-z]? {words.CAPITAL}")
_LEAST = 1 / 3  # of a question's words, by rarity, that one is without which nothing is told
_AS_NEAR = 0.75  # of the best one's share of the question's words: a candidate that speaks of the same
_SHORTEST = 4  # letters that a word and another of its family share at least: trainer, training
_ENDS = r"(?![^\W\d_])"
_ENDING = 3  # and letters in which it may differ from it


def _in(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.search(text) is not None


def _placed(text: str) -> bool:
    return awaited.kept_somewhere(text) or any(spans.behind_place(text, span) for span in spans.names(text))


def _dated(text: str) -> bool:
    return any(spans.dates(text))


def _addressed(text: str) -> bool:
    return any(not months_in(found.group()) for found in _HOUSE.finditer(text))


# What says by itself what it is, with the words for it.
_TELLING: tuple[tuple[str, Callable[[str], bool]], ...] = (
    (
        "rent fee fees rate tariff premium bill charge fare amount total sum value balance income revenue salary wage"
        " wages pay budget",
        spans.moneyed,
    ),
    ("date day time hour hours start end beginning opening", _dated),
    ("place location venue destination site town city", _placed),
    ("address", _addressed),
    ("email mail", lambda text: "@" in text),
    ("area size surface", _in(light.pattern(r"\d ?(?:m²|m2|sqm|ha|hectares?|acres?|square|by)" + _ENDS, re.I))),
    ("capacity volume contents", _in(light.pattern(
        r"\d ?(?:l|ml|lit(?:er|re)s?|gallons?|people|seats?|persons?|guests?)" + _ENDS, re.I))),
    ("weight mass", _in(light.pattern(r"\d ?(?:kg|g|kilos?|kilograms?|grams?|lbs?|tons?|tonnes?)" + _ENDS, re.I))),
    ("temperature", _in(light.pattern(r"\d ?(?:°|degrees?|k)" + _ENDS, re.I))),
    ("speed", _in(light.pattern(r"\d ?(?:km/h|mph|knots|m/s|rpm)" + _ENDS, re.I))),
    ("power horsepower output", _in(light.pattern(r"\d ?(?:kw|hp|w|watts?|mw|bhp)" + _ENDS, re.I))),
    ("age", _in(light.pattern(r"\d ?(?:years?|months?|weeks?)" + _ENDS, re.I))),
)  # fmt: skip


def asked(question: Question) -> str:
    """The stem of what is asked of something; "" where nothing is, or where a number or a name says it by itself.

    >>> from gemmasearch.answering.question import understand
    >>> asked(understand("What is the excess of the house insurance?"))
    'excess'
    """
    found = _ASKED.match(question.text) if question.language == "en" and not question.asks_code else None
    stems = words.stems(found["phrase"], "en") if found else []
    head = stems[-1] if stems else ""
    return head if head in awaited.topic(question) - set(question.names) and question.stems[1:] else ""


def unbounded(question: Question, best: Sequence[Candidate]) -> bool:
    """Whether a bound or a default of a quantity is asked for, and no sentence of ``best`` tells one: of the maximum
    size of a database nothing is said by how small it can be made, nor by the size of its pages."""
    tells = _bound(question)
    return tells is not None and not any(c.language != "en" or tells(c) for c in best)


def bounds_alone(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked`` with nothing but what tells the bound or the default that is asked for, if any of it does."""
    tells = _bound(question)
    kept = [c for c in ranked if tells(c)] if tells is not None else []
    return kept or list(ranked)


def _bound(question: Question) -> Callable[[Candidate], bool] | None:
    """Whether a sentence tells the bound that a question asks for; None where it asks for none."""
    found = _BOUND.match(question.text) if question.language == "en" else None
    if found is None:
        return None
    head = next(iter(words.stems(found["head"], "en")), "")
    said = next((says for word, says in _BOUNDS if found["bound"].lower().startswith(word)), None)
    thing = set(words.stems(question.text[found.end() :], "en")) & set(question.stems)
    thing = thing & set(question.names) or thing  # a function has other bounds than a Lambda function
    return lambda c: (not thing or not thing.isdisjoint(c.spoken)) and _tells_bound(c, head, said)


def _tells_bound(candidate: Candidate, head: str, said: re.Pattern[str] | None) -> bool:
    text = f"{candidate.posed} {candidate.text}"
    if not any(spans.numbers(candidate.text)) and not _NO_BOUND.search(text):
        return False
    told = candidate.spoken if candidate.is_row else candidate.held | candidate.about
    named = any(head == each or akin(head, each) for each in told)
    return named if said is None else bool(said.search(text)) or (candidate.is_row and named)


def untold(
    question: Question, best: Sequence[Candidate], every: Sequence[Candidate], weights: Weights
) -> bool:
    """Whether no file says a word for what is asked of a thing, and no document of ``best`` one of its family.

    :param every: all candidates, among them the others of the same documents.
    """
    head = asked(question)
    if not head or not best or weights.frequency.get(head) or weights.share(question, {head}) < _LEAST:
        return False
    most = max(c.covered for c in best)
    near = [c for c in best if c.covered >= _AS_NEAR * most]
    if any(_tells_itself(words.fold(question.surface[head]), c.text) for c in near):
        return False
    documents = {c.hit.document_id for c in near}
    return not any(_says(head, c) for c in every if c.hit.document_id in documents)


def _tells_itself(word: str, text: str) -> bool:
    return any(word in listed.split() and tells(text) for listed, tells in _TELLING)


def _says(head: str, candidate: Candidate) -> bool:
    return head in candidate.spoken or any(akin(head, said) for said in candidate.stems)


def akin(one: str, other: str) -> bool:
    """Whether two stems may be of one family, or one is a part of the other.

    >>> akin("trainer", "train"), akin("tenant", "tent")
    (True, False)
    """
    least = max(_SHORTEST, len(one) - _ENDING)
    return one[:least] == other[:least] or (len(one) >= _SHORTEST and other.endswith(one))
