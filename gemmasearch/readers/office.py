"""Word processor and presentation files: docx, pptx, odt, odp.

Read with the standard library alone: they are XML in a zip file, and only the text, headings, tables and notes
are wanted. python-docx and python-pptx bring lxml, Pillow and XlsxWriter (27 MB) and build trees in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gemmasearch.documents import Document, Problem
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.frontmatter import moment
from gemmasearch.readers.packages import Package, Values, parse
from gemmasearch.readers.textual import clean
from gemmasearch.readers.writing import Writer
from gemmasearch.settings import Settings

_HEADING = re.compile(r"heading (\d)|(title)$", re.IGNORECASE)
_NUMBER = re.compile(r"(\d+)\.xml$")
_PROPERTIES = {
    "title": "title", "creator": "author", "created": "date", "creation-date": "date", "modified": "modified",
    "date": "modified", "language": "language", "subject": "subject", "keywords": "keywords", "keyword": "keywords",
}  # fmt: skip


def is_docx(head: bytes, path: str) -> bool:
    return head.startswith(b"PK\x03\x04") and b"word/" in head


def is_pptx(head: bytes, path: str) -> bool:
    return head.startswith(b"PK\x03\x04") and b"ppt/" in head


def is_odt(head: bytes, path: str) -> bool:
    return head.startswith(b"PK\x03\x04") and b"mimetypeapplication/vnd.oasis.opendocument.text" in head[:100]


def is_odp(head: bytes, path: str) -> bool:
    return (
        head.startswith(b"PK\x03\x04")
        and b"mimetypeapplication/vnd.oasis.opendocument.presentation" in head[:110]
    )


def read_docx(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    package = Package(source)
    writer = Writer()
    styles = _Styles()
    parse(package.read("word/styles.xml"), styles, "styles")
    main = _main_part(package, "word/document")
    for name in (main, "word/footnotes.xml", "word/endnotes.xml", "word/comments.xml"):
        parse(package.read(name), _Word(writer, styles.levels), name)
        source.progress()
    yield document(writer, properties(package.read("docProps/core.xml")), "document")


def read_pptx(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    package = Package(source)
    writer = Writer()
    for number, name in enumerate(_numbered(package, "ppt/slides/slide"), 1):
        slide = _Slide()
        parse(package.read(name), slide, name)
        writer.page(number, slide.title)
        notes = _Slide()
        parse(package.read(name.replace("slides/slide", "notesSlides/notesSlide")), notes, name)
        for line in [*slide.lines, *(n for n in notes.lines if not n.strip().isdigit())]:
            writer.put(line)
            writer.line()
        source.progress()
    yield document(writer, properties(package.read("docProps/core.xml")), "slides")


def read_opendocument(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    package = Package(source)
    if b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise CannotRead("encrypted")
    writer = Writer()
    handler = _OpenDocument(writer)
    parse(package.read(_main_part(package, "content")), handler, "content")
    yield document(writer, properties(package.read("meta.xml")), "slides" if handler.pages else "document")


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
    return {
        name: " ".join(clean(value).split())[:300] for name, value in values.found.items() if value.strip()
    }


def _main_part(package: Package, stem: str) -> str:
    """Its usual name, or what another program called it."""
    names = [n for n in package.names if n.startswith(stem) and n.endswith(".xml")]
    if not names:
        raise CannotRead("malformed", f"no {stem}.xml in it")
    return f"{stem}.xml" if f"{stem}.xml" in names else names[0]


def _numbered(package: Package, stem: str) -> list[str]:
    numbered = [(int(m[1]), n) for n in package.names if n.startswith(stem) and (m := _NUMBER.search(n))]
    if not numbered:
        raise CannotRead("malformed", f"no {stem} in it")
    return [name for _, name in sorted(numbered)]


class _Styles:
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

    def end(self, name: str) -> None:
        return

    def text(self, text: str) -> None:
        return


class _Word:
    """w:p, w:t, tables; deleted text and field codes are no text."""

    def __init__(self, writer: Writer, levels: Mapping[str, int]) -> None:
        self._writer = writer
        self._levels = levels
        self._level = 0
        self._reading = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "t":
            self._reading = True
        elif name == "pStyle":
            self._level = self._levels.get(attributes.get("val", ""), 0)
        elif name in ("tab", "br", "cr"):
            self._writer.put("\t" if name == "tab" else "\n")
        elif name == "tr":
            self._writer.row()

    def end(self, name: str) -> None:
        if name == "t":
            self._reading = False
        elif name == "p":
            self._writer.paragraph(self._level)
            self._level = 0
        elif name == "tc":
            self._writer.cell()
        elif name == "tr":
            self._writer.row_ends()

    def text(self, text: str) -> None:
        if self._reading:
            self._writer.put(text)


class _Slide:
    """a:p and a:t; the text of the title placeholder."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.title = ""
        self._pieces: list[str] = []
        self._reading = self._in_title = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "t":
            self._reading = True
        elif name == "br":
            self._pieces.append(" ")
        elif name == "ph":
            self._in_title = attributes.get("type") in ("title", "ctrTitle")
        elif name == "sp":
            self._in_title = False

    def end(self, name: str) -> None:
        if name == "t":
            self._reading = False
        elif name == "p":
            line = "".join(self._pieces).strip()
            self._pieces.clear()
            if line:
                self.lines.append(line)
                if self._in_title and not self.title:
                    self.title = line

    def text(self, text: str) -> None:
        if self._reading:
            self._pieces.append(text)


class _OpenDocument:
    """text:h, text:p, tables and draw:page; tracked deletions are no text."""

    def __init__(self, writer: Writer) -> None:
        self.pages = 0
        self._writer = writer
        self._levels: list[int] = []  # of the open paragraphs
        self._skipped = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in ("tracked-changes", "annotation"):
            self._skipped += 1
        elif name in ("p", "h"):
            self._levels.append(int(attributes.get("outline-level", "1") or 1) if name == "h" else 0)
        elif name == "s":
            self._writer.put(" " * min(int(attributes.get("c", "1") or 1), 100))
        elif name in ("tab", "line-break"):
            self._writer.put("\t" if name == "tab" else "\n")
        elif name == "table-row":
            self._writer.row()
        elif name == "page":
            self.pages += 1
            self._writer.page(self.pages)

    def end(self, name: str) -> None:
        if name in ("tracked-changes", "annotation"):
            self._skipped -= 1
        elif name in ("p", "h") and self._levels:
            self._writer.paragraph(self._levels.pop())
        elif name == "table-cell":
            self._writer.cell()
        elif name == "table-row":
            self._writer.row_ends()

    def text(self, text: str) -> None:
        if self._levels and not self._skipped:
            self._writer.put(text)
