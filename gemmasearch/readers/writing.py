"""Text built left to right from the events of a format: paragraphs, table rows, headings, pages."""

from __future__ import annotations

from gemmasearch import light
from gemmasearch.documents import Section
from gemmasearch.readers.notes import HEADING_LENGTH
from gemmasearch.readers.textual import clean

_LAST_CELLS = light.pattern(r"(?:^| )\|(?: \|)*$")  # those that are empty


class Writer:
    """Collects lines; remembers where headings stand and pages begin."""

    def __init__(self) -> None:
        self._done: list[str] = []
        self._line: list[str] = []
        self._length = 0
        self._marks: list[tuple[int, int, str, int | None]] = []  # offset, level, heading, page
        self._cells = 0
        self._outside: list[tuple[list[str], int]] = []  # what waits while an aside is written
        self._asides: list[str] = []

    def put(self, text: str) -> None:
        self._line.append(text)

    def paragraph(self, level: int = 0) -> None:
        """End a paragraph; ``level`` above 0 makes it a heading."""
        if self._cells:
            self.put(" ")  # inside a table a row is one line
            return
        self.line(level)

    def line(self, level: int = 0) -> None:
        text = clean("".join(self._line)).replace("\u00ad", "").strip()
        self._line.clear()
        if self._outside:
            self._asides.append(text)
            return
        self._written(text, level)
        asides, self._asides = self._asides, []
        for each in asides:
            self._written(each, 0)

    def _written(self, text: str, level: int) -> None:
        if not text:
            return
        if level:
            self._marks.append((self._length, level, " ".join(text.split())[:HEADING_LENGTH], None))
        gap = "\n" if level and self._done else ""
        self._done.append(gap + text + "\n")
        self._length += len(gap) + len(text) + 1

    def row(self) -> None:
        self._cells += 1

    def cell(self) -> None:
        self.put(" | ")

    def row_ends(self) -> None:
        self._cells = max(0, self._cells - 1)
        if not self._cells:
            text = _LAST_CELLS.sub("", " ".join("".join(self._line).split()))
            self._line[:] = [text]
            self.line()

    def aside(self) -> None:
        """What comes stands beside the paragraph (a note, a comment, a text box) and is written behind it."""
        self._outside.append((self._line, self._cells))
        self._line, self._cells = [], 0

    def aside_ends(self) -> None:
        if self._outside:
            self.line()
            self._line, self._cells = self._outside.pop()

    def apart(self) -> None:
        """What comes stands under no heading and on no page."""
        self.line()
        self._marks.append((self._length, 0, "", None))

    def page(self, number: int, heading: str = "") -> None:
        """A page, slide or sheet begins."""
        self.line()
        self._marks.append((self._length, 1 if heading else 0, heading[:HEADING_LENGTH], number))

    @property
    def first_heading(self) -> str:
        return next((heading for _, _, heading, _ in self._marks if heading), "")

    def result(self) -> tuple[str, tuple[Section, ...]]:
        """The text and its sections."""
        self.line()
        text = "".join(self._done).rstrip("\n")
        return text, tuple(self._sections(text))

    def _sections(self, text: str) -> list[Section]:
        marks = [mark for mark in self._marks if mark[0] < len(text)]
        if not marks:
            return []
        found = [Section(0, marks[0][0])] if marks[0][0] else []
        path: list[tuple[int, str]] = []
        page: int | None = None
        ends = [*(mark[0] for mark in marks[1:]), len(text)]
        for (start, level, heading, number), end in zip(marks, ends, strict=True):
            if number is not None or not level:
                page, path = number, []
            if level:
                path = [*(above for above in path if above[0] < level), (level, heading)]
            if end > start:
                found.append(Section(start, end, tuple(each for _, each in path if each), page))
        return found
