"""Columns of text that were drawn row by row, as some scans and printers have them: read one after the other.

In the order of drawing each line goes on in the next column, so that no sentence is whole. Where the pieces of a page
leave a gap between them from row to row, and both sides read like running text, the left side comes first. Tables
have such gaps, too: their cells are short, or begin with a capital or a number, and stay in their rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import TYPE_CHECKING

from gemmasearch.readers.pdf_text import LEFTWARDS

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

_ROWS = 6  # on both sides of the gap
_WIDE = 45  # characters of a line that may be one of two columns
_LONG = 20  # characters of a line of one column
_GOES_ON = 0.3  # of the lines of running text begin with a small letter: in German, too
_MOST = 5_000  # pieces of a page

Box = tuple[float, float, float, float]  # left, bottom, right, top


@dataclass(slots=True)
class _Row:
    """Pieces beside each other, in the order of drawing."""

    boxes: list[Box]

    @property
    def bottom(self) -> float:
        return min(box[1] for box in self.boxes)

    @property
    def top(self) -> float:
        return max(box[3] for box in self.boxes)

    def has(self, box: Box) -> bool:
        return self.bottom <= (box[1] + box[3]) / 2 <= self.top

    def crosses(self, gap: float) -> bool:
        return any(box[0] < gap < box[2] for box in self.boxes)

    def both(self, gap: float) -> bool:
        """Whether it goes on behind the gap, drawn in one go."""
        sides = [box[0] > gap for box in self.boxes]
        return not self.crosses(gap) and sides == sorted(sides) and sides[0] != sides[-1]


def may_have(text: str) -> bool:
    """Whether a page as it was read has lines that may go across two columns."""
    lines = [len(line) for line in text.split("\n") if line.strip()]
    return len(lines) >= _ROWS and median(lines) >= _WIDE and not LEFTWARDS.search(text)


def read(page: PdfPage) -> str:
    """The text of a page column by column; "" where it has none that were drawn row by row."""
    if page.get_rotation():
        return ""
    written = page.get_textpage()
    count = written.count_rects()
    if not 2 * _ROWS <= count <= _MOST:
        return ""
    rows = _rows([written.get_rect(i) for i in range(count)])
    gap = _gap(rows)
    if not gap:
        return ""
    pieces, left, right = [], "", ""
    for band in _bands(rows, gap):
        if band[0].crosses(gap):
            pieces.append(_text(written, band, 0, float("inf")))
            continue
        one, two = _text(written, band, 0, gap), _text(written, band, gap, float("inf"))
        left, right = f"{left}\n{one}", f"{right}\n{two}"
        pieces += [one, two]
    return "\n".join(pieces) if _is_running(left) and _is_running(right) else ""


def _rows(boxes: Sequence[Box]) -> list[_Row]:
    rows: list[_Row] = []
    for box in boxes:
        if rows and rows[-1].has(box):
            rows[-1].boxes.append(box)
        else:
            rows.append(_Row([box]))
    return rows


def _gap(rows: Sequence[_Row]) -> float:
    """Where two columns part: a place in the widest gap that the most rows leave; 0 where none does."""
    beside = [row for row in rows if len(row.boxes) > 1]
    if len(beside) < _ROWS:
        return 0
    height = median(row.top - row.bottom for row in beside)
    left, right = (f(box[i] for row in rows for box in row.boxes) for f, i in ((min, 0), (max, 2)))
    middles = (left + (right - left) * share / 50 for share in range(15, 36))
    found = [(*clear, at) for at in middles if (clear := _clear(beside, at, height))]
    return max(found)[2] if found else 0


def _clear(rows: Sequence[_Row], at: float, height: float) -> tuple[int, float] | tuple[()]:
    """How many rows leave a gap around a place, and how wide; () where too few do."""
    both = [row for row in rows if row.both(at)]
    if len(both) < max(_ROWS, 0.7 * len(rows)):
        return ()
    begins = median(min(box[0] for box in row.boxes if box[0] > at) for row in both)
    ends = max(box[2] for row in both for box in row.boxes if box[0] <= at)
    return (len(both), begins - ends) if begins - ends > height * 0.8 else ()


def _bands(rows: Sequence[_Row], gap: float) -> Iterator[list[_Row]]:
    """Rows below each other that all go across the gap, or all do not."""
    band: list[_Row] = []
    for row in rows:
        if band and band[0].crosses(gap) != row.crosses(gap):
            yield band
            band = []
        band.append(row)
    if band:
        yield band


def _text(written: PdfTextPage, band: Sequence[_Row], left: float, right: float) -> str:
    """What stands in a band between two places."""
    boxes = [box for row in band for box in row.boxes if left <= (box[0] + box[2]) / 2 < right]
    if not boxes:
        return ""
    lines = (written.get_text_bounded(*_around(row, right)) for row in _rows(boxes))
    return "\n".join(" ".join(line.split()) for line in lines)


def _around(row: _Row, right: float) -> Box:
    ends = max(box[2] for box in row.boxes)
    return min(box[0] for box in row.boxes) - 0.5, row.bottom - 0.5, min(ends + 0.5, right), row.top + 0.5


def _is_running(text: str) -> bool:
    """Whether lines are long, and many go on with what the line before says."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) < _ROWS or fmean(map(len, lines)) < _LONG:
        return False
    return sum(line[0].islower() for line in lines) >= len(lines) * _GOES_ON
