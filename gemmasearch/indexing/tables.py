"""Tables in a text, and what stands above their columns: a row in the middle says little without it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gemmasearch import light
from gemmasearch.documents import Document

HEADER = 120  # characters of it that go along with each passage
_ROWS = 4  # lines that make a table
_SAMPLE = 40  # rows looked at
_SHARE = 0.5  # of the rows that hold a number below a header that holds none
_CELL = 60  # characters: a longer one is text and names no column

_PIPED = light.pattern(rf"(?:^[^\n|]*\|[^\n]*(?:\n|\Z)){{{_ROWS},}}", re.MULTILINE)
_RULE = light.pattern(r"[\s|:=+]*-[\s|:=+\-]*")
_QUOTED = light.pattern(r'"[^"\n]*"')
_NUMBER = light.pattern(r"(?=.*\d)(?:[A-Z]{3} ?)?[\d.,:/\-+\s'’€$£¥%()]+(?: ?[^\W\d_]{1,3})?")
_YEAR = light.pattern(r"(?:19|20)\d\d")
_LETTER = light.pattern(r"[^\W\d_]")
_MARKUP = ("{", "[", "<", "(", "#", "//")


@dataclass(frozen=True, slots=True)
class Table:
    """``Document.text[start:end]`` are the rows below the header."""

    start: int
    end: int
    header: str


def tables(document: Document) -> list[Table]:
    """Those whose first row names the columns, in order. Cells stand between "|", or in data between tabs,
    semicolons or commas."""
    text = document.text
    if document.kind == "data":
        found = _separated(text)
        return [found] if found else []
    if document.kind == "code" or "|" not in text:
        return []
    return list(_piped(text))


def _piped(text: str) -> Iterator[Table]:
    for run in _PIPED.finditer(text):
        lines = list(_lines(text, *run.span(), _SAMPLE + 3))
        while lines and _RULE.fullmatch(lines[0][1]):  # above the header
            lines.pop(0)
        rows = [(end, line.strip().strip("|").split("|")) for end, line in lines if not _RULE.fullmatch(line)]
        ruled = len(lines) > 1 and _RULE.fullmatch(lines[1][1]) is not None
        if header := _header([cells for _, cells in rows], ruled):
            yield Table(rows[0][0], run.end(), header)


def _separated(text: str) -> Table | None:
    """The rows of a CSV file, which may begin with lines of another kind."""
    if text.lstrip().startswith(_MARKUP):
        return None
    lines = [(end, _QUOTED.sub('""', line), line) for end, line in _lines(text, 0, len(text), _SAMPLE + 20)]
    lines = [each for each in lines if each[1].strip()]
    mark, count, often = max(
        (_usual(mark, [bare for _, bare, _ in lines]) for mark in "\t;,"), key=lambda c: c[2]
    )
    if often < max(_ROWS, len(lines) * 0.6):
        return None
    import csv

    rows = [(end, line) for end, bare, line in lines if bare.count(mark) == count]
    try:
        header = _header(list(csv.reader((line for _, line in rows), delimiter=mark)))
    except csv.Error:  # an endless field
        return None
    return Table(rows[0][0], len(text), header) if header else None


def _usual(mark: str, lines: Sequence[str]) -> tuple[str, int, int]:
    """How many of these marks most lines hold, and how many lines do."""
    counts = Counter(count for line in lines if (count := line.count(mark)))
    return (mark, *counts.most_common(1)[0]) if counts else (mark, 0, 0)


def _lines(text: str, start: int, end: int, most: int) -> Iterator[tuple[int, str]]:
    """(offset behind it, line) of the first lines."""
    while start < end and most:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop + 1
        yield stop, text[start:stop].rstrip("\n")
        start, most = stop, most - 1


def _header(rows: Sequence[Sequence[str]], ruled: bool = False) -> str:
    """The first row, if it names what stands below it: because a rule is drawn under it, or because it has no
    numbers and most of the others have some."""
    if len(rows) < 2:
        return ""
    cells = [" ".join(each.split()) for each in rows[0]]
    filled = [each for each in cells if each]
    if len(filled) < 2 or any(len(each) > _CELL for each in filled):
        return ""
    below = rows[1 : _SAMPLE + 1]
    if not ruled:
        numbered = sum(any(_NUMBER.fullmatch(cell.strip()) for cell in row) for row in below)
        if not all(map(_names, filled)) or numbered < len(below) * _SHARE:
            return ""
    shown = ""
    for each in filled:
        longer = f"{shown} | {each}" if shown else each
        if len(longer) > HEADER:
            break
        shown = longer
    return shown


def _names(cell: str) -> bool:
    return bool(_YEAR.fullmatch(cell)) or (bool(_LETTER.search(cell)) and not _NUMBER.fullmatch(cell))
