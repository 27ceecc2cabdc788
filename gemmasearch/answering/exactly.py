"""The time of day, or the heat, that is asked for, where the sentence that holds most of the question tells none."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from gemmasearch import light
from gemmasearch.answering import awaited, spans, words
from gemmasearch.answering.candidates import Candidate, led_by
from gemmasearch.answering.evidence import telling
from gemmasearch.answering.question import Question

_AMONG = 12  # best candidates of which one may come first


def _timed(text: str) -> bool:
    return any(span.kind == "time" for span in spans.dates(text))


def _heated(text: str) -> bool:
    return spans.DEGREES.search(text) is not None


_TOLD: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (
        light.pattern(r"\b(?:what|which) time\b|\bum wie ?viel uhr\b|\ba quelle heure\b|\ba que hora\b"),
        _timed,
    ),
    (
        light.pattern(r"\b(?:what|which|welche) (?:\w+ )?temp(?:erature?)?\b|\bhow hot\b|\bwie heiss\b"),
        _heated,
    ),
)  # folded question -> what tells it


def first(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked``, led by the sentence that tells it in the document of the best one: of what time the coach leaves on
    the visit "The coach leaves at 8.15" says more than the line with the days of the visit."""
    asked = words.fold(question.text)
    tells = next((tells for pattern, tells in _TOLD if pattern.search(asked)), None)
    best = next(telling(question, ranked), None)
    if tells is None or best is None or tells(best.text):
        return list(ranked)
    topic = awaited.topic(question)
    there = [
        c
        for c in ranked[:_AMONG]
        if c.hit.document_id == best.hit.document_id
        and tells(c.text)
        and not topic.isdisjoint(c.held | c.about)
    ]
    return led_by(max(there, key=lambda c: (len(topic & c.held), c.score), default=None), ranked)
