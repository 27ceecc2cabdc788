"""The last, the cheapest, the most: which of several rows or entries a question for one end of them means."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

from gemmasearch import light
from gemmasearch.answering import awaited, spans, words
from gemmasearch.answering.candidates import Candidate, led_by
from gemmasearch.answering.evidence import telling
from gemmasearch.answering.numbers import days_with_year, numbers_in, today
from gemmasearch.answering.question import Question

_NEARLY = 0.8  # of what the best one covers of the question
_LATEST = light.pattern(  # folded
    r"^when\b.*\b(?:last|most recent(?:ly)?)\b|\b(?:the )?last time\b|\b(?:the )?(?:most recent|latest)\b"
    r"|\bzuletzt\b|\bletzte[nsr]? mal\b|\bwann (?:war|fand|hat)\b.*\bletzte[nrs]?\b"
    r"|\bderniere fois\b|\bultima vez\b|\bpor ultima\b"
    r"|\bultima volta\b|\b(?:het laatst|laatste keer)\b|\bostatni(?:o| raz)\b|последн(?:ий|яя) раз|\ben son\b|اخر مره"
)
_LEAST = light.pattern(
    r"\b(?:cheapest|least expensive|lowest|smallest|shortest|fewest|least|billigste\w*|gunstigste\w*|niedrigste\w*"
    r"|kleinste\w*|kurzeste\w*|moins (?:cher\w*|eleve\w*|grand\w*)|mas (?:barat\w*|baj\w*|pequen\w*))\b"
)
_MOST = light.pattern(
    r"\b(?:most expensive|dearest|highest|largest|biggest|longest|(?:the )?most|teuerste\w*|hochste\w*|grosste\w*"
    r"|langste\w*|plus (?:cher\w*|eleve\w*|grand\w*|haut\w*)|mas (?:car\w*|alt\w*|grande\w*))\b"
)
_NOT_YET = light.pattern(  # Will and May are names
    r"\b(?:will|may|(?i:can|could|would|might|planned|kann|könnte|wird|würde|geplant|peux|peut|pourrait|prévue?|puedo|puede))\b"
)
_PRICE = light.pattern(r"cheap|expensive|dear|billig|gunstig|teuer|cher|barat|\bcar[oa]")
_AMOUNT = light.pattern(r"[-−]?\d+(?:[.,' ]\d{3})*(?:[.,]\d+)?")


def asks(question: Question) -> bool:
    """Whether it asks for one end of several entries."""
    asked = words.fold(question.text)
    return any(pattern.search(asked) for pattern in (_LATEST, _LEAST, _MOST))


def first(
    question: Question, ranked: Sequence[Candidate], every: Sequence[Candidate] = ()
) -> list[Candidate]:
    """``ranked``, led by the entry that stands at the end which the question asks for; [] where the entries do not
    tell which that is.

    An answer holds no "last" and no "cheapest": the rows and entries beside it say so.

    :param every: all candidates, among them the rows of the same table that seem to be about something else.
    """
    asked = words.fold(question.text)
    if _LATEST.search(asked):
        lead = _latest(_near(question, ranked))
    else:
        lead = _outermost(question, ranked, every or ranked, asked, smallest=_LEAST.search(asked) is not None)
    return [] if lead is None else led_by(lead, ranked)


def is_any(question: Question, ranked: Sequence[Candidate]) -> bool:
    """Whether the best is one row among others of which the question asks for the highest or lowest, and does not say
    that it is that."""
    asked = words.fold(question.text)
    end = _LEAST.search(asked) or _MOST.search(asked)
    best = next(telling(question, ranked), None)
    if end is None or best is None or not best.is_row:
        return False
    beside = [c for c in ranked if c.hit.chunk_id == best.hit.chunk_id and c.is_row]
    return len(beside) > 1 and end.group() not in words.fold(best.text)


def _near(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """Those that speak of the question as well as the best does."""
    told = [*telling(question, ranked)]
    most = max((c.covered for c in told[:1]), default=0.0)
    own = awaited.topic(question)
    lead = own & told[0].held if told else set()
    return [c for c in told if c.covered >= _NEARLY * most and lead <= c.held | c.about]


def _latest(near: Iterable[Candidate]) -> Candidate | None:
    """The entry with the latest date up to today; what was offered or planned for a day need not have taken place."""
    now = today()
    past = [
        (max(days), -place, c)
        for place, c in enumerate(near)
        if (days := [d for d in days_with_year(c.text) if d <= now])
    ]
    done = [found for found in past if not _NOT_YET.search(found[2].text)] or past
    return max(done, key=lambda found: found[:2])[2] if len(past) > 1 else None


def _outermost(
    question: Question, ranked: Sequence[Candidate], every: Sequence[Candidate], asked: str, *, smallest: bool
) -> Candidate | None:
    """The row with the least or the most in the column that is asked about."""
    best = next(telling(question, ranked), None)
    if best is None:
        return None
    table = next((c.hit.chunk_id for c in ranked if c.is_row), best.hit.chunk_id)
    head = next((c for c in every if c.is_head and c.hit.chunk_id == table), None)
    rows = [c for c in every if c.is_row and c.hit.chunk_id == table]
    if head is None or len(rows) < 2:
        return None
    for column in _columns(question, _cells(head.text), head.language, priced=bool(_PRICE.search(asked))):
        held = [(value, c) for c in rows if (value := _value(_cells(c.text), column)) is not None]
        if len(held) == len(rows):
            choose = min if smallest else max
            return choose(held, key=lambda pair: pair[0])[1]
    return None


def _columns(question: Question, heads: Sequence[str], language: str, *, priced: bool) -> Iterator[int]:
    for at, head in enumerate(heads):
        named = {*words.stems(head, language), *words.stems(head, question.language)}
        if spans.priced(head) if priced else not named.isdisjoint(question.stems):
            yield at


def _cells(row: str) -> list[str]:
    bare = row.strip().strip("|").strip()
    mark = next((mark for mark in ("|", "\t", ";") if mark in bare), ",")
    return [cell.strip() for cell in next(csv.reader([bare], delimiter=mark), [])]


def _value(cells: Sequence[str], column: int) -> float | None:
    if column >= len(cells) or (found := _AMOUNT.search(cells[column])) is None:
        return None
    told = numbers_in(found.group())
    return float(*told) * (-1 if found.group()[0] in "-−" else 1) if len(told) == 1 else None
