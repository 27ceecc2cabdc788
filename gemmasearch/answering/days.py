"""The day or month that a question names, which its answer may write otherwise: ``3 July 2026``, ``2026-07-03``."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from gemmasearch.answering import words
from gemmasearch.answering.question import Question
from gemmasearch.retrieval import days, parse
from gemmasearch.store import words as indexed


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
