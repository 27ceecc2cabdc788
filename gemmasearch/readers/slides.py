"""PowerPoint files (pptx): each slide a page, in the order in which they are shown, with what is said beside it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from gemmasearch import light
from gemmasearch.documents import Document, Problem
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.packages import Attributes, Package, parse
from gemmasearch.readers.writing import Writer
from gemmasearch.settings import Settings

_NUMBER = light.pattern(r"ppt/slides/slide(\d+)\.xml")
_SHOWN = re.compile(rb"<(?:\w+:)?sldId\b[^<>]*?\s\w+:id\s*=\s*[\"']([^\"'<>]+)")
_BESIDE = ("notesSlide", "diagramData", "chart", "comments")  # kinds of relations


def read(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    from gemmasearch.readers.office import document, properties

    package = Package(source)
    writer = Writer()
    for number, name in enumerate(_slides(package), 1):
        slide = _Slide()
        parse(package.read(name), slide, name)
        writer.page(number, slide.title)
        beside: list[str] = []
        related = relations(package, name) or {
            "": ("notesSlide", name.replace("slides/slide", "notesSlides/notesSlide"))
        }
        for kind, target in related.values():
            if kind in _BESIDE:
                other = _Slide()
                parse(package.read(target), other, target)
                beside += (line for line in other.lines if kind != "notesSlide" or not line.isdigit())
        for line in [*slide.lines, *beside]:
            writer.put(line)
            writer.line()
        source.progress()
    yield document(writer, properties(package.read("docProps/core.xml")), "slides")


def _slides(package: Package) -> list[str]:
    """The slides as they follow each other; by their numbers where the presentation does not say."""
    named = relations(package, "ppt/presentation.xml")
    ids = (found.decode("utf-8", "replace") for found in _SHOWN.findall(package.read("ppt/presentation.xml")))
    shown = [named[each][1] for each in ids if each in named and named[each][0] == "slide"]
    numbered = sorted((int(m[1]), n) for n in package.names if (m := _NUMBER.fullmatch(n)))
    if not shown and not numbered:
        raise CannotRead("malformed", "no slides in it")
    return list(dict.fromkeys(shown)) or [name for _, name in numbered]


def relations(package: Package, name: str) -> dict[str, tuple[str, str]]:
    """Of a member those that it names: id -> (kind, member)."""
    folder, file = posixpath.split(name)
    found = _Relations()
    parse(package.read(f"{folder}/_rels/{file}.rels"), found, file)
    return {
        id: (kind, posixpath.normpath(posixpath.join(folder, target)).lstrip("/"))
        for id, kind, target in found.all
    }


class _Relations(Attributes):
    def __init__(self) -> None:
        self.all: list[tuple[str, str, str]] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship":
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.all.append((attributes.get("Id", ""), kind, attributes.get("Target", "")))


class _Slide:
    """a:p and a:t, a line for each row of a table, the words of a chart; the text of the title placeholder."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.title = ""
        self._pieces: list[str] = []
        self._row: list[list[str]] | None = None
        self._reading = self._in_title = self._words = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in ("t", "text") or (name == "v" and self._words):
            self._reading = True
        elif name == "br":
            self._pieces.append(" ")
        elif name == "ph":
            self._in_title = attributes.get("type") in ("title", "ctrTitle")
        elif name == "sp":
            self._in_title = False
        elif name in ("strCache", "multiLvlStrCache"):
            self._words = True
        elif name == "tr":
            self._row = []
        elif name == "tc" and self._row is not None:
            self._row.append([])

    def end(self, name: str) -> None:
        if name in ("t", "text", "v"):
            self._reading = False
        if name in ("p", "text") or (name == "v" and self._words):
            self._line("".join(self._pieces).strip())
            self._pieces.clear()
        elif name in ("strCache", "multiLvlStrCache"):
            self._words = False
        elif name == "tr" and self._row is not None:
            cells, self._row = self._row, None
            if any(cells):
                self.lines.append(" | ".join(map(" ".join, cells)).rstrip(" |"))

    def text(self, text: str) -> None:
        if self._reading:
            self._pieces.append(text)

    def _line(self, line: str) -> None:
        if not line:
            return
        if self._row:
            self._row[-1].append(line)
            return
        self.lines.append(line)
        if self._in_title and not self.title:
            self.title = line


class Drawing:
    """The words of a chart or of SmartArt, for a writer."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._slide = _Slide()

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._slide.start(name, attributes)

    def end(self, name: str) -> None:
        self._slide.end(name)
        for line in self._slide.lines:
            self._writer.put(line)
            self._writer.line()
        self._slide.lines.clear()

    def text(self, text: str) -> None:
        self._slide.text(text)
