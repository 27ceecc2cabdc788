"""EPUB books: the chapters in the order of the spine, each a section with its headings."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from gemmasearch.documents import Document, Problem, Section
from gemmasearch.readers import html
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.frontmatter import moment
from gemmasearch.readers.notes import sections
from gemmasearch.readers.packages import Attributes, Package, Values, is_called, parse
from gemmasearch.settings import Settings

_PROPERTIES = {"title": "title", "creator": "author", "date": "date", "language": "language"}


def sniff(head: bytes, path: str) -> bool:
    return is_called(head, b"application/epub+zip")


def read(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    package = Package(source)
    container = _Container()
    parse(package.read("META-INF/container.xml"), container, "container")
    raw = package.read(container.path)
    if not raw:
        raise CannotRead("malformed", "no list of contents")
    if package.read("META-INF/encryption.xml").count(b"EncryptedData") > 5:
        raise CannotRead("encrypted", "protected by DRM")
    spine, values = _Spine(), Values(_PROPERTIES)
    parse(raw, spine, "contents")
    parse(raw, values, "contents")
    folder = posixpath.dirname(container.path)
    pages = [_chapter(package, posixpath.normpath(posixpath.join(folder, name))) for name in spine.names()]
    yield _document([page for page in pages if page.text.strip()], values.found)


def _chapter(package: Package, name: str) -> html.Page:
    return html.to_page(html.decode_page(package.read(name)))


def _document(pages: list[html.Page], found: Mapping[str, str]) -> Document:
    if not pages:
        raise CannotRead("no-text")
    pieces: list[str] = []
    spans: list[Section] = []
    place = 0
    for i, page in enumerate(pages):
        text = page.text + ("\n\n" if i + 1 < len(pages) else "")
        for each in sections(text, page.headings) or (
            Section(0, len(text), (page.title,) if page.title else ()),
        ):
            spans.append(Section(place + each.start, place + each.end, each.headings))
        pieces.append(text)
        place += len(text)
    return Document(
        "book",
        "".join(pieces),
        title=" ".join(found.get("title", "").split()),
        sections=tuple(spans),
        date=moment(found.get("date", "")),
        language=found.get("language", "")[:2].lower(),
        meta={"author": " ".join(found["author"].split())} if found.get("author") else {},
    )


class _Container(Attributes):
    def __init__(self) -> None:
        self.path = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "rootfile" and not self.path:
            self.path = attributes.get("full-path", "")


class _Spine(Attributes):
    """The manifest's files in reading order."""

    def __init__(self) -> None:
        self._files: dict[str, str] = {}
        self._order: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "item" and "html" in attributes.get("media-type", ""):
            self._files[attributes.get("id", "")] = unquote(attributes.get("href", ""))
        elif name == "itemref":
            self._order.append(attributes.get("idref", ""))

    def names(self) -> list[str]:
        return [self._files[each] for each in self._order[:5_000] if each in self._files] or list(
            self._files.values()
        )
