"""What stands in the content of an OpenDocument file (odt, odp), or in a flat one, which is all in one XML file."""

from __future__ import annotations

from collections.abc import Mapping

from gemmasearch.readers.packages import Values
from gemmasearch.readers.writing import Writer

_SKIPPED = ("tracked-changes", "note-citation", "binary-data")
_HIDDEN = ("section", "p", "h", "span", "hidden-text")
_ASIDE = ("note-body", "annotation", "text-box")


class OpenDocument:
    """text:h, text:p, tables and draw:page; tracked deletions and what is hidden are no text. Notes, comments and
    text boxes stand inside a paragraph and are read behind it."""

    def __init__(self, writer: Writer) -> None:
        self.pages = 0
        self._writer = writer
        self._levels: list[int] = []  # of the open paragraphs
        self._skipped = 0
        self._slide: list[bool] = []  # of the open frames: is it the title of a slide?
        self._around: list[list[int]] = []  # the paragraphs around notes, comments and text boxes
        self._style = ""
        self._unseen: set[str] = set()  # styles of hidden text
        self._hiding: list[bool] = []  # of the open elements that may be hidden

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in _HIDDEN:
            self._hiding.append(self._hides(name, attributes))
            self._skipped += self._hiding[-1]
        if name in _SKIPPED:
            self._skipped += 1
        elif name == "style":
            self._style = attributes.get("name", "")
        elif name == "text-properties":
            if attributes.get("display") == "none":
                self._unseen.add(self._style)
        elif name in ("p", "h"):
            level = int(attributes.get("outline-level", "1") or 1) if name == "h" else 0
            self._levels.append(1 if self.pages and self._slide and self._slide[-1] else level)
        elif name == "s":
            self._writer.put(" " * min(int(attributes.get("c", "1") or 1), 100))
        elif name in ("tab", "line-break"):
            self._writer.put("\t" if name == "tab" else "\n")
        elif name in _ASIDE:
            self._around.append(self._levels)
            if self._levels:
                self._levels = []
                self._writer.aside()
        elif name == "frame":
            self._slide.append(attributes.get("class") == "title")
        elif name == "table-row":
            self._writer.row()
        elif name == "page":
            self.pages += 1
            self._writer.page(self.pages)

    def _hides(self, name: str, attributes: Mapping[str, str]) -> bool:
        """Whether a section, or text with a style, is hidden; what is so on a condition counts as seen."""
        if name in ("section", "hidden-text"):
            return attributes.get("display") == "none" or attributes.get("is-hidden") == "true"
        return attributes.get("style-name", "") in self._unseen

    def end(self, name: str) -> None:
        if name in _HIDDEN and self._hiding:
            self._skipped -= self._hiding.pop()
        if name in _SKIPPED:
            self._skipped -= 1
        elif name in ("p", "h") and self._levels:
            self._writer.paragraph(self._levels.pop())
        elif name in _ASIDE and self._around:
            if around := self._around.pop():
                self._levels = around
                self._writer.aside_ends()
        elif name == "frame" and self._slide:
            self._slide.pop()
        elif name == "table-cell":
            self._writer.cell()
        elif name == "table-row":
            self._writer.row_ends()

    def text(self, text: str) -> None:
        if self._levels and not self._skipped:
            self._writer.put(text)


class Flat(OpenDocument):
    """The same for a flat file; its headers and footers stand before the text and go to ``lines``."""

    def __init__(self, writer: Writer, lines: Writer) -> None:
        super().__init__(writer)
        self._whole, self._lines = writer, lines

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "master-styles":
            self._writer = self._lines
        super().start(name, attributes)

    def end(self, name: str) -> None:
        super().end(name)
        if name == "master-styles":
            self._writer = self._whole


class FlatValues(Values):
    """Properties of a flat file: only what stands in its head, as fields of the text bear the same names."""

    def end(self, name: str) -> None:
        super().end(name)
        if name == "meta":
            self._wanted = {}
