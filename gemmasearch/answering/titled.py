"""The day of what a heading names: "# Annual General Meeting, 10 October 2024" tells when it was, and nothing under
it does."""

from __future__ import annotations

from collections.abc import Sequence

from gemmasearch import light
from gemmasearch.answering import awaited, words
from gemmasearch.answering.candidates import Candidate
from gemmasearch.answering.question import Question
from gemmasearch.answering.surroundings import day_above

_WAS = light.pattern(r"\W*when (?:was|were|did (?:we|i|you|they) (?:have|hold)|had)\b")  # folded
_LEAST = 2  # words of a question, or one that is written like a name


def lead(question: Question, ranked: Sequence[Candidate]) -> Candidate | None:
    """The first sentence under the only heading that holds all of a question for a past day, and a day; None where
    there is none, or several on different days: the heading is shown before the sentence."""
    topic = awaited.topic(question)
    if not _WAS.match(words.fold(question.text)) or not (len(topic) >= _LEAST or topic & set(question.names)):
        return None
    under = [(heading, c) for c in ranked if (heading := day_above(c.text, c.hit))]
    told = [(h, c) for h, c in under if topic <= set(words.stems(h, c.language))]
    if len({heading for heading, _ in told}) != 1:
        return None
    return min((c for _, c in told), key=lambda c: (c.hit.start, c.unit.start))
