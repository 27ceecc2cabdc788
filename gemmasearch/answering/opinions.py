"""What somebody thinks of something: a sentence that judges it, "she liked chapter 2", need not say "think"."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from gemmasearch import light
from gemmasearch.answering import words
from gemmasearch.answering.candidates import Candidate
from gemmasearch.answering.question import Question

_ASKS = light.pattern(
    r"\b(?:what (?:did|does|do|had) (?P<who>[\w.’' -]{1,40}?) (?:think|make|reckon) (?:of|about) (?P<what>.+)"
    r"|how did (?P<who2>[\w.’' -]{1,40}?) (?:like|find) (?P<what2>.+)"
    r"|what (?:was|is) (?P<who3>[\w.’' -]{1,40}?)['’]s? (?:opinion|view|verdict) (?:of|on|about) (?P<what3>.+))",
    re.I,
)
_JUDGES = light.pattern(
    r"\b(?:lik(?:e[sd]?|ing)|lov(?:e[sd]?|ing)|hate[sd]?|enjoy\w*|prefer\w*|dislike[sd]?|adore[sd]?|thinks?|thought|finds?"
    r"|found|feels?|felt|reckons?|considers?|believes?|opinion|happy|unhappy|pleased|impressed|disappoint\w*"
    r"|excited|bored|boring|keen|fond|good|bad|great|best|worst|better|worse|nice|lovely|wonderful|excellent|terrible"
    r"|awful|fine|perfect|beautiful|ugly|delicious|tasty|bland|funny|brilliant|superb|poor|weak|strong|ok|okay"
    r"|too \w+|not \w+ enough|favou?rite|amazing|fantastic|dull|clear|confusing|not sure|doubts?)\b",
    re.I,
)
_IT = light.pattern(r"\b(?:it|them)\b", re.I)


def without(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked`` without what judges nothing, or another thing than the one that is asked about."""
    found = _ASKS.search(question.text) if question.language == "en" else None
    if found is None:
        return list(ranked)
    what, who = (
        set(words.stems(next(filter(None, found.group(*names))), "en")) & set(question.stems)
        for names in (("what", "what2", "what3"), ("who", "who2", "who3"))
    )
    return [c for c in ranked if _JUDGES.search(c.text) and _speaks_of(what, c) and who <= c.spoken]


def _speaks_of(what: Set[str], candidate: Candidate) -> bool:
    """Whether a sentence speaks of a thing, be it by a pronoun."""
    there = candidate.spoken if _IT.search(candidate.text) else candidate.held | candidate.about
    return what <= there
