"""The day or month that a question names, which its answer may write otherwise: ``3 July 2026``, ``2026-07-03``."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from gemmasearch import light
from gemmasearch.answering import words
from gemmasearch.answering.question import Question
from gemmasearch.retrieval import days, parse
from gemmasearch.store import words as indexed

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# A day of the week in full, or short with a capital: whoever sat in the sun names none.
WEEKDAY = (
    r"(?:(?i:mon|tues|wednes|thurs|fri|satur|sun)(?i:days?)|Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun"
    r"|MON|TUES?|WED|THU(?:RS?)?|FRI|SAT|SUN)"
)
_WEEKDAY = light.pattern(WEEKDAY)
_WEEKDAYS = light.pattern(rf"\b({WEEKDAY})\b\.?(?:\s?(?:[-–]|to|until|through)\s?({WEEKDAY})\b)?")


class Named(NamedTuple):
    """A day or month that a question names: its words there, and the ways to write it: :func:`days.notations`."""

    stems: frozenset[str]
    written: tuple[str, ...]
    day: days.Day


@lru_cache(maxsize=8)
def named(text: str, language: str) -> Named | None:
    """The day that a question names, None if it names none."""
    for terms, day in days.named(parse(text).words):
        said = " ".join(term.text for term in terms)
        written = (indexed.exact(said), *days.notations(day))
        return Named(frozenset(words.stems(said, language)), written, day)
    return None


def stated(question: Question, text: str) -> frozenset[str]:
    """The words of the day that a question names, where a text names it, too, however it is written there."""
    if not (of := named(question.text, question.language)):
        return frozenset()
    return of.stems if states(of, text) else frozenset()


def states(of: Named, text: str) -> bool:
    """Whether a text names the day."""
    said = f" {indexed.exact(text)} "
    return any(f" {each} " in said for each in of.written)


def weekdays_in(text: str) -> set[int]:
    """The days of the week that a text names, Monday = 0, with those between two.

    >>> sorted(weekdays_in("Mon-Wed 9 to 5, closed on Fridays"))
    [0, 1, 2, 4]
    """
    found: set[int] = set()
    for match in _WEEKDAYS.finditer(text):
        first = _WEEK.index(match[1][:3].lower())
        last = _WEEK.index(match[2][:3].lower()) if match[2] else first
        found |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    return found


def weekdays_stated(question: Question, missing: Iterable[str], text: str) -> set[str]:
    """The days of the week in a question that a text writes short, or as the time between two of them."""
    there = weekdays_in(text)
    return {
        s
        for s in missing
        if _WEEKDAY.fullmatch(question.surface[s]) and weekdays_in(question.surface[s]) <= there
    }
