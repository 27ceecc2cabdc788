"""A day or a month of a year as others write it: ``3 July 2026``, ``3.7.2026``, ``2026-07-03``, ``July 3rd, 2026``.

Numbers with slashes may be read in two ways, as ``7/3/2026``: nothing stands for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from gemmasearch import light
from gemmasearch.retrieval.grammar import Term
from gemmasearch.store import words

if TYPE_CHECKING:
    import re

# By month as they are indexed, in English (in full and short), German, French, Spanish, Italian, Dutch, Portuguese.
NAMES = (
    "january jan januar janvier enero gennaio januari janeiro",
    "february feb februar fevrier febrero febbraio februari fevereiro",
    "march mar marz mars marzo maart marco",
    "april apr avril abril aprile",
    "may mai mayo maggio mei maio",
    "june jun juni juin junio giugno junho",
    "july jul juli juillet julio luglio julho",
    "august aug aout agosto augustus",
    "september sep sept septembre septiembre settembre setembro",
    "october oct oktober okt octobre octubre ottobre outubro",
    "november nov novembre noviembre novembro",
    "december dec dezember dez decembre diciembre dic dicembre dezembro",
)
_MONTH_OF = {name: month for month, names in enumerate(NAMES, 1) for name in names.split()}
_OF = r"(?:(?:of|de|del|di) )?"
_NAME = f"(?P<name>{'|'.join(sorted(_MONTH_OF, key=len, reverse=True))})[.,]?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º)?[.,]?"
_END = r"[?!.,;:)]*(?!\S)"
_YEAR = r"(?P<year>(?:1[89]|20)\d\d)"
_WRITTEN = tuple(
    light.pattern(rf"(?<![^\s(]){pattern}")
    for pattern in (
        rf"{_DAY} {_OF}{_NAME} {_OF}{_YEAR}{_END}",
        rf"{_NAME} {_DAY} {_YEAR}{_END}",
        rf"{_NAME} {_OF}{_YEAR}{_END}",
        rf"{_YEAR}([-./])(?P<month>\d{{1,2}})\2(?P<day>\d{{1,2}}){_END}",
        rf"(?P<day>\d{{1,2}})([-.])(?P<month>\d{{1,2}})\2{_YEAR}{_END}",
        rf"{_YEAR}-(?P<month>\d\d){_END}",
    )
)


class Day(NamedTuple):
    """``day`` is 0 for all of a month."""

    year: int
    month: int
    day: int


def named(terms: Sequence[Term]) -> Iterator[tuple[tuple[Term, ...], Day]]:
    """The day or the month that neighbouring words of a line name, with these words."""
    typed = [(words.fold(term.text), term) for term in terms if term.kind == "word"]
    line = " ".join(text for text, _ in typed)
    for found in chain.from_iterable(pattern.finditer(line) for pattern in _WRITTEN):
        day = _day(found)
        if day is not None:
            first, last = (line.count(" ", 0, at) for at in found.span())
            yield tuple(dict.fromkeys(term for _, term in typed[first : last + 1])), day
            return


def _day(found: re.Match[str]) -> Day | None:
    said = found.groupdict()
    month = _MONTH_OF[said["name"]] if said.get("name") else int(said["month"])
    day = int(said.get("day") or 0)
    return Day(int(said["year"]), month, day) if month <= 12 and day <= 31 else None


def notations(of: Day) -> list[str]:
    """The ways to write a day or a month, as they are indexed: words with spaces between them."""
    year, month, day = of
    names = NAMES[month - 1].split()
    if not day:
        return [
            f"{year} {month:02}",
            f"{month:02} {year}",
            f"{month} {year}",
            *(f"{n} {year}" for n in names),
        ]
    numbers = [f"{year} {month:02} {day:02}", f"{day} {month} {year}", f"{day:02} {month:02} {year}",
               f"{day} {month} {year % 100:02}", f"{day:02} {month:02} {year % 100:02}",
               f"{year}{month:02}{day:02}"]  # fmt: skip
    if day > 12:
        numbers += [f"{month} {day} {year}", f"{month:02} {day} {year}"]
    ending = "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    found = dict.fromkeys(numbers)
    for name in names:
        found |= dict.fromkeys((f"{day} {name} {year}", f"{name} {day} {year}", f"{day} de {name} de {year}"))
    for name in names[:2]:
        found |= dict.fromkeys((f"{day}{ending} {name} {year}", f"{name} {day}{ending} {year}"))
        found |= dict.fromkeys((f"{day}{ending} of {name} {year}",))
    return list(found)
