"""What is said of the other side, or of another day of the week: the left eye is not the right one, and when the shop
opens on Fridays says nothing of Tuesdays."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gemmasearch import light
from gemmasearch.answering import awaited, words
from gemmasearch.answering.candidates import Candidate
from gemmasearch.answering.days import WEEKDAY, weekdays_in
from gemmasearch.answering.question import GATHERED, SEVERAL, Question

_EVERY = light.pattern(
    r"\b(?:daily|every day|all week|weekdays?|weekends?|bank holidays?|always|24/7)\b", re.I
)
_ON = light.pattern(rf"\bon (?:a )?(?P<day>{WEEKDAY})\b", re.I)
_ON_DAYS = light.pattern(r"\b(?:open\w*|clos\w+|shut|hours)\b", re.I)  # what is so every week

_AMONG = 3  # best candidates of which one may be of the other
_SIDE = r"(?:eye|ear|arm|leg|knee|hip|foot|hand|wrist|ankle|shoulder|elbow|lung|kidney|breast|side|lens|thumb|heel)s?"
_OF_SIDE = light.pattern(rf"\b(left|right)(?:[- ]hand)?[ -]{_SIDE}\b", re.I)
_OF_SIDE_DE = light.pattern(
    r"\b(link|recht)\w{1,2} (?:auge|ohr|arm|bein|knie|huft\w*|fuss|hand|schulter|seite|niere|lunge)\w*\b"
)  # folded


def without(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked`` without what tells of the other side of a body, or of other days of the week."""
    if question.kind in GATHERED:
        return list(ranked)
    kept = [*ranked]
    if len(sides := _sides(question.text)) == 1:
        kept = [c for c in kept if not (told := _sides(c.text)) or not sides.isdisjoint(told)]
        if (other := next((c for c in ranked[:_AMONG] if c not in kept), None)) is not None:
            # What is left must say as much: an appointment for the right eye is no operation.
            said = (other.held & awaited.topic(question)) - {"left", "right"}
            kept = [c for c in kept if said <= c.spoken]
    if (day := _asked_day(question)) is not None and any(_of_others(day, c) for c in ranked[:_AMONG]):
        kept = [c for c in kept if _of_day(day, c)]
    return kept


def _of_others(day: int, candidate: Candidate) -> bool:
    return bool(weekdays_in(candidate.text)) and not _of_day(day, candidate)


def _of_day(day: int, candidate: Candidate) -> bool:
    return day in weekdays_in(candidate.text) or _EVERY.search(candidate.text) is not None


def _sides(text: str) -> set[str]:
    return {m[1].lower() for m in _OF_SIDE.finditer(text)} | {
        m[1] for m in _OF_SIDE_DE.finditer(words.fold(text))
    }


def _asked_day(question: Question) -> int | None:
    found = _ON.search(question.text) if _ON_DAYS.search(question.text) else None
    if found is None or SEVERAL.search(question.text) or question.kind not in ("when", "number", "yesno"):
        return None
    return min(weekdays_in(found["day"]))
