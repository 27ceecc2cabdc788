"""Days up to which something holds, or by which it is due: they are no day on which something was done."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gemmasearch import light
from gemmasearch.answering import spans
from gemmasearch.answering.candidates import Candidate
from gemmasearch.answering.question import Question
from gemmasearch.answering.surroundings import RECORDS

_ASKS_FOR_THE_PAST = light.pattern(
    r"\W*when (?:was|were|did|had|has|have) "
    r"(?!.*\b(?:due|until|till|expir\w*|end|ended|ends|run out|valid|deadline|finish\w*|over|up|close[ds]?|stop\w*"
    r"|should|supposed|must|last (?:for|until))\b)",
    re.I,
)
_BOUND = light.pattern(
    r"\b(?:until|till|through|thru|by|up to|due(?: (?:on|by|in))?|no later than|at the latest"
    r"|expir(?:es|y|ing)(?: on| in)?|valid (?:to|until)|ends(?: on| in)?|next(?: \w+){0,3}(?: on| in)?|deadline:?"
    r"|renews?(?: on| in)?|renewal:?|runs? out(?: on| in)?)"
    r"(?: (?:the|end of|mid|early|late|about|around))*[:\s]+$",
    re.I,
)
_HAPPENED = light.pattern(
    r"\b(?:was|were|did|had|has been|have been|bought|paid|took|went|got|came|spent|sold|done|sent|made|gave|met"
    r"|\w{3,}ed)\b",
    re.I,
)
_MOST = 50  # days of a text: more are a calendar, and each is compared with each
_BEFORE = 40  # characters


def without(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked`` without sentences that tell of nothing done and name only days that bound something, where it is
    asked when something was done: "MOT until 8 November" is not the day of the last one."""
    if question.kind != "when" or not _ASKS_FOR_THE_PAST.match(question.text):
        return list(ranked)
    return [c for c in ranked if c.hit.kind in RECORDS or not only_bounds(c.text)]


def only_bounds(text: str) -> bool:
    """Whether a text tells of nothing done, and all its days bound something.

    >>> only_bounds("MOT until 8 November 2026."), only_bounds("MOT on 8 November 2025, valid until 8 November 2026.")
    (True, False)
    """
    if _HAPPENED.search(text):
        return False
    days = list(spans.dates(text))
    if not 0 < len(days) <= _MOST:
        return False
    coded = [span for span in spans.codes(text) if not text[span.start : span.end].isdigit()]
    days = [s for s in days if not any(c.start <= s.start and s.end < c.end for c in coded)]
    days = [s for s in days if not any(c.start < s.start and s.end <= c.end for c in coded)]
    whole = [s for s in days if not any(o != s and o.start <= s.start and s.end <= o.end for o in days)]
    return bool(whole) and all(_BOUND.search(text[max(0, s.start - _BEFORE) : s.start]) for s in whole)
