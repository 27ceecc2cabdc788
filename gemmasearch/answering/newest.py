"""Which of several sources is asked, where a question is about how things stand now: the newest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from gemmasearch.answering.evidence import FEATURES, Candidate, says_nothing
from gemmasearch.answering.question import Question
from gemmasearch.answering.reference import in_context

_FROM_YEAR = re.compile(
    r"\b(?:from|as of|starting|beginning|ab|dès|à partir d[eu]|desde|a partir de)\b[^,.;]{0,20}?\b(20\d\d)\b",
    re.I,
)
_AMONG = 8  # best candidates of which one may come first
_NEARLY = 0.8  # of the best one's worth, and of what it covers of the question


def first(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked``, led by the newest of those that answer a question about the present nearly as well as the best.

    Nothing changes where the question is not about the present, or where the best has no date of its own.
    """
    if not question.asks_now:
        return list(ranked)
    near = [c for c in ranked[:_AMONG] if not says_nothing(question, c)]
    if question.kind != "when":
        near = _present(near)
        ranked = [*near[:1], *(c for c in ranked if c is not near[0])] if near else ranked
    since = near[0].hit.date if near else None
    if since is None:
        return list(ranked)
    best = near[0]
    worth = {id(c): _worth(question, c) for c in near}
    newer = [
        c
        for c in near
        if (c.hit.date or 0.0) > since
        and worth[id(c)] >= _NEARLY * worth[id(best)]
        and _covered(c) >= _NEARLY * _covered(best)
    ]
    if not newer:
        return list(ranked)
    newest = max(newer, key=lambda c: (c.hit.date or 0.0, worth[id(c)]))
    return [newest, *(c for c in ranked if c is not newest)]


def _present(near: Sequence[Candidate]) -> list[Candidate]:
    """``near`` without what is to come ("96 from 2027"), unless nothing else answers nearly as well."""
    this = datetime.now().year
    ahead = {id(c) for c in near if (years := _FROM_YEAR.findall(c.text)) and int(min(years)) > this}
    rest = [c for c in near if id(c) not in ahead]
    if not ahead or not rest or rest[0].score < _NEARLY * near[0].score:
        return list(near)
    return rest if rest[0].features["kind"] >= near[0].features["kind"] else list(near)


def _worth(question: Question, candidate: Candidate) -> float:
    """Its score, as if it held what is awaited where the sentence behind it is told with it."""
    _, behind = in_context(question, candidate.hit, candidate.text)
    return candidate.score + (FEATURES["kind"] * (1.0 - candidate.features["kind"]) if behind else 0.0)


def _covered(candidate: Candidate) -> float:
    return candidate.features["coverage"] + candidate.features["context"]
