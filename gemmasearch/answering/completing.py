"""The word that a question hangs on: what was *chosen*, when it was *paid*, which *journal*.

A sentence may hold most of a question and leave out just that word, while another one says it and leaves the rest to
what stands around it: "We looked at the three boards. Harbour was chosen."
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from gemmasearch import light
from gemmasearch.answering import awaited, evidence, words
from gemmasearch.answering.candidates import Candidate, led_by
from gemmasearch.answering.question import Question

# What was done to something, at the end of the question or before a preposition.
_DONE = light.pattern(
    r"\b(?:was|were|is|are|been|got|gets?)\b (?:(?!and\b|or\b)\S+ ){0,6}?"
    r"(?P<deed>[a-z]{2,}(?:ed|[^aeiou]en|ght|wn|sen|ld|pt|nt)|paid|made|put|cut|hung|won|lost)"
    r"(?=\W*$| (?:for|in|on|by|at|to|from|with|as|of|last|this)\b)"
)
# Of what kind the answer is: "which journal will …", "what was the budget for …".
_KIND = light.pattern(
    r"^(?:and |so )?(?:what|which) (?:[a-z-]+ )?(?P<kind>[a-z]{3,})"
    r" (?:will|is|was|did|do|does|has|have|are|were|should|can)\b"
    r"|^(?:and |so )?(?:what|which) (?:is|was|are|were) (?:the|our|my|his|her|their) (?P<of>[a-z]{3,})"
    r" (?:of|for|at|in)\b"
)
_NO_KIND = words.listed(
    "one day date time year month kind type sort name thing person people way much many else"
)
_AMONG = 8  # best candidates of which one may come first
_AS_MUCH = 0.97  # of what the best covers of the question
_NEARLY = 0.7  # of the best one's score


def first(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked``, led by the best that says the word which the question hangs on, where the best of all leaves it
    out, and which covers as much of the question with what stands around it.

    Nothing changes where the best says it, or where no passage of the same document does.
    """
    best = next(evidence.telling(question, ranked), None)
    if question.language != "en" or best is None or question.kind in ("yesno", "why", "how", "summary"):
        return list(ranked)
    for asked, anywhere in ((_done(question), False), (_kind(question), True)):
        if not asked or not asked.isdisjoint(best.held):
            continue
        lead = next((c for c in ranked[:_AMONG] if _says(question, asked, c, best, anywhere=anywhere)), None)
        if lead is not None:
            return led_by(lead, ranked)
    return list(ranked)


def _says(
    question: Question, asked: Set[str], candidate: Candidate, best: Candidate, *, anywhere: bool
) -> bool:
    near = anywhere or candidate.hit.chunk_id == best.hit.chunk_id
    return (
        near
        and not asked.isdisjoint(candidate.held)
        and candidate.features["kind"] >= best.features["kind"]
        and candidate.covered >= _AS_MUCH * best.covered
        and candidate.score >= _NEARLY * best.score
        and not evidence.says_nothing(question, candidate)
        and not candidate.text.endswith("?")
        and awaited.has_wanted(question, candidate.text, candidate.language)
    )


def _done(question: Question) -> set[str]:
    found = _DONE.search(words.fold(question.text))
    return set(words.stems(found["deed"], "en")) & set(question.stems) if found else set()


def _kind(question: Question) -> set[str]:
    found = _KIND.match(words.fold(question.text)) if question.kind == "what" else None
    word = (found["kind"] or found["of"]) if found else ""
    return (
        set()
        if not word or word in _NO_KIND
        else (set(words.stems(word, "en")) & set(question.stems)) - question.everyday
    )
