"""Word processor and OpenDocument files: docx, odt, odp.

Read with the standard library alone: they are XML in a zip file, and only the text, headings, tables and notes
are wanted. python-docx and python-pptx bring lxml, Pillow and XlsxWriter (27 MB) and build trees in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gemmasearch import light
from gemmasearch.documents import Document, Problem
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.frontmatter import moment
from gemmasearch.readers.opendocument import Flat, FlatValues, OpenDocument
from gemmasearch.readers.packages import Attributes, Package, Values, parse
from gemmasearch.readers.slides import Drawing
from gemmasearch.readers.textual import one_line
from gemmasearch.readers.writing import Writer
from gemmasearch.settings import Settings

_HEADING = light.pattern(r"heading (\d)|(title)$", re.IGNORECASE)
_RUNNING = light.pattern(r"word/(?:header|footer)\d*\.xml")
_DRAWN = light.pattern(r"word/(?:diagrams/data|charts/chart)\d*\.xml")
_WORD_SKIPPED = ("moveFrom", "Fallback", "del")  # a fallback says again what stands above it
_WORD_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_PROPERTIES = {
    "title": "title", "creator": "author", "created": "date", "creation-date": "date", "modified": "modified",
    "date": "modified", "language": "language", "subject": "subject", "keywords": "keywords", "keyword": "keywords",
}  # fmt: skip


def read_docx(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    package = Package(source)
    writer = Writer()
    styles = _Styles()
    parse(package.read("word/styles.xml"), styles, "styles")
    main = _main_part(package, "word/document")
    drawn = sorted(filter(_DRAWN.fullmatch, package.names))
    for name in (main, "word/footnotes.xml", "word/endnotes.xml", "word/comments.xml", *drawn):
        handler = Drawing(writer) if name in drawn else _Word(writer, styles.levels)
        writer.apart()
        parse(package.read(name), handler, name)
        source.progress()
    lines = Writer()
    for name in sorted(filter(_RUNNING.fullmatch, package.names)):
        parse(package.read(name), _Word(lines, {}), name)
    _running_lines(lines, writer)
    yield document(writer, properties(package.read("docProps/core.xml")), "document")


def _running_lines(lines: Writer, writer: Writer) -> None:
    """Headers and footers, each line once."""
    writer.apart()
    for line in dict.fromkeys(lines.result()[0].split("\n")):
        if len(line) > 3:  # no mere page number
            writer.put(line)
            writer.line()


def read_opendocument(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    package = Package(source)
    if b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise CannotRead("encrypted")
    writer = Writer()
    handler = OpenDocument(writer)
    parse(package.read(_main_part(package, "content")), handler, "content")
    if not handler.pages:
        lines = Writer()
        parse(package.read("styles.xml"), OpenDocument(lines), "styles")
        _running_lines(lines, writer)
    yield document(writer, properties(package.read("meta.xml")), "slides" if handler.pages else "document")


def read_flat(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    raw = source.read()
    writer, lines, values = Writer(), Writer(), FlatValues(_PROPERTIES)
    handler = Flat(writer, lines)
    parse(raw, handler, "it")
    parse(raw, values, "it")
    if not handler.pages:
        _running_lines(lines, writer)
    yield document(writer, _tidy(values), "document")


def document(writer: Writer, found: Mapping[str, str], kind: str) -> Document:
    """The document that a writer holds, with the properties of its file.

    :raises CannotRead: "no-text".
    """
    text, sections = writer.result()
    if not text.strip():
        raise CannotRead("no-text")
    date = moment(found.get("date") or found.get("modified") or "")
    meta = {name: found[name] for name in ("author", "subject") if found.get(name)}
    tags = tuple(word.strip() for word in re.split(r"[,;]", found.get("keywords", "")) if word.strip())
    title = found.get("title", "") or writer.first_heading
    language = found.get("language", "")[:2].lower()
    return Document(
        kind, text, title=title, sections=sections, date=date, tags=tags, meta=meta, language=language
    )


def properties(raw: bytes) -> dict[str, str]:
    """Title, author, dates and so on of a package; empty where they are missing or damaged."""
    values = Values(_PROPERTIES)
    try:
        parse(raw, values, "properties")
    except CannotRead:
        return {}
    return _tidy(values)


def _tidy(values: Values) -> dict[str, str]:
    return {name: one_line(value)[:300] for name, value in values.found.items() if value.strip()}


def _main_part(package: Package, stem: str) -> str:
    """Its usual name, or what another program called it."""
    names = [n for n in package.names if n.startswith(stem) and n.endswith(".xml")]
    if not names:
        raise CannotRead("malformed", f"no {stem}.xml in it")
    return f"{stem}.xml" if f"{stem}.xml" in names else names[0]


class _Styles(Attributes):
    """Which paragraph styles are headings: their ids are translated, their names are not."""

    def __init__(self) -> None:
        self.levels: dict[str, int] = {}
        self._id = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        value = attributes.get("val", "")
        if name == "style":
            self._id = attributes.get("styleId", "")
        elif name == "name" and (found := _HEADING.match(value)):
            self.levels[self._id] = int(found[1] or 1)
        elif name == "outlineLvl" and value.isdigit() and int(value) < 9:
            self.levels.setdefault(self._id, int(value) + 1)


class _Word:
    """w:p, w:t, tables, text boxes; field codes and what is deleted, moved away or hidden are no text."""

    def __init__(self, writer: Writer, levels: Mapping[str, int]) -> None:
        self._writer = writer
        self._levels = levels
        self._open: list[int] = []  # levels of the open paragraphs: a text box stands inside one
        self._skipped = 0
        self._reading = self._hidden = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in _WORD_SKIPPED:
            self._skipped += 1
        elif name == "t":
            self._reading = True
        elif name == "r":
            self._hidden = False
        elif name == "vanish":
            self._hidden = attributes.get("val", "1") not in ("0", "false", "off")
        elif name == "p":
            self._open.append(0)
        elif name == "pStyle" and self._open:
            self._open[-1] = self._levels.get(attributes.get("val", ""), 0)
        elif name in _WORD_SIGNS:
            self._put(_WORD_SIGNS[name])
        elif name == "txbxContent" and not self._skipped:
            self._writer.aside()
        elif name == "tr" and not self._skipped:
            self._writer.row()

    def end(self, name: str) -> None:
        if name in _WORD_SKIPPED:
            self._skipped -= 1
        elif name == "t":
            self._reading = False
        elif name == "r":
            self._hidden = False
        elif name == "p":
            level = self._open.pop() if self._open else 0
            if not self._skipped:
                self._writer.paragraph(level)
        elif self._skipped:
            return
        elif name == "txbxContent":
            self._writer.aside_ends()
        elif name == "tc":
            self._writer.cell()
        elif name == "tr":
            self._writer.row_ends()

    def text(self, text: str) -> None:
        if self._reading:
            self._put(text)

    def _put(self, text: str) -> None:
        if not self._skipped and not self._hidden:
            self._writer.put(text)
