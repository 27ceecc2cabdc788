"""PDF: the text of each page with its number, label and bookmark, and what is filled in or noted on it.

pypdf reads first. Against the texts that pdfbox expects of 36 files it is the better of the two (similarity by
rapidfuzz, mean and 5th percentile: pypdf .93 and .31, pypdfium2 .91 and .22; right-to-left text comes out in
reading order); pypdfium2 is asked for what pypdf cannot read: a whole file, a page, or a page of garbage.

Runs in a worker process (``isolate``): pypdf can spin for minutes on one small file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gemmasearch.documents import Document, Problem, Section
from gemmasearch.readers import pdf_parts, pdf_text
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.pdf_scans import Scans
from gemmasearch.settings import Settings

if TYPE_CHECKING:
    from pypdf import PdfReader
    from pypdfium2 import PdfDocument

PAGES = 20_000
_OBJECT = re.compile(rb"\d+\s+\d+\s+obj\b")
_CONTAINER = re.compile(rb"PK|\x1f\x8b|\x78\x9f\x3e\x22|\xd0\xcf\x11\xe0|From |[!-9;-~]{1,80}:[ \t]")


def sniff(head: bytes, path: str) -> bool:
    """Readers forgive up to a kilobyte before the header; but it may be a mail or an archive that holds a PDF."""
    before, header, _ = head[:1024].partition(b"%PDF-")
    if not header:
        return False
    return not before.strip(b"\xef\xbb\xbf \t\r\n\0") or (
        _OBJECT.search(head) is not None and not _CONTAINER.match(before.lstrip())
    )


@dataclass(slots=True)
class _Pages:
    texts: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    try:
        reader = _opened(source)
    except CannotRead as e:
        if e.reason != "malformed":
            raise
        pages = _second_opinion(source, e)
        yield _document(None, _numbered(pages.texts), pages.texts, source)
        return
    scans = Scans(source, settings)
    pages = _read_pages(reader, source, scans)
    if not any(text.strip() for text in pages.texts):
        if pages.problems and len(pages.problems) == len(pages.texts):
            raise CannotRead("malformed", pages.problems[0].detail)
        raise scans.nothing(len(pages.texts))
    yield from scans.problem(source.path)
    document = _document(reader, pdf_parts.labels(reader, len(pages.texts)), pages.texts, source)
    yield (
        replace(document, meta={**document.meta, "ocr": scans.engine.name})
        if scans.engine and scans.read
        else document
    )
    yield from pages.problems


def _opened(source: Source) -> PdfReader:
    import logging

    from pypdf import PasswordType, PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(source.stream, strict=False)
        if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
            raise CannotRead("encrypted")
        count = len(reader.pages)
    except (CannotRead, MemoryError):
        raise
    except (DependencyError, FileNotDecryptedError, NotImplementedError) as e:
        raise CannotRead("encrypted", str(e)) from e
    except Exception as e:  # pypdf raises whatever a damaged file makes it stumble over
        raise CannotRead("malformed", f"{type(e).__name__}: {e}"[:300]) from e
    if not count:
        raise CannotRead("no-text", "no pages")
    return reader


def _read_pages(reader: PdfReader, source: Source, scans: Scans) -> _Pages:
    pages = _Pages()
    other = _Other(source)
    for index in range(min(len(reader.pages), PAGES)):
        source.progress()
        text, failure = _page_text(reader, index)
        if failure or pdf_text.is_garbage(text):
            text = other.page(index)
        text = text if text.strip() else scans.text(index)
        if failure and not text:
            pages.problems.append(Problem(source.path, "malformed", failure, f"page {index + 1}"))
        pages.texts.append(text)
    pages.texts = pdf_text.without_running_lines(pages.texts)
    for index in range(len(pages.texts)):
        noted = pdf_parts.remarks(reader.pages[index])
        pages.texts[index] = "\n".join(each for each in (pages.texts[index], *noted) if each)
    return pages


def _page_text(reader: PdfReader, index: int) -> tuple[str, str]:
    """The text of a page, or "" and what went wrong: one bad page does not cost the others."""
    try:
        return pdf_text.tidy(reader.pages[index].extract_text()), ""
    except MemoryError:
        raise
    except Exception as e:  # noqa: BLE001  (as above)
        return "", f"{type(e).__name__}: {e}"[:300]


class _Other:
    """The same file through pypdfium2, opened only when it is asked."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._document: PdfDocument | None = None
        self._failed = False

    def __len__(self) -> int:
        return len(self._document) if self._opened() and self._document else 0

    def page(self, index: int) -> str:
        """The page's text; "" where it is no better here."""
        if not self._opened() or self._document is None:
            return ""
        try:
            text = pdf_text.tidy(
                self._document[index].get_textpage().get_text_bounded().replace("\ufffe", "-\n")
            )
        except (RuntimeError, IndexError, ValueError):
            return ""
        return "" if pdf_text.is_garbage(text) else text

    def _opened(self) -> bool:
        if self._document is None and not self._failed:
            import pypdfium2

            try:
                self._document = pypdfium2.PdfDocument(self._source.read())
            except (pypdfium2.PdfiumError, RuntimeError, ValueError):
                self._failed = True
        return not self._failed


def _second_opinion(source: Source, first: CannotRead) -> _Pages:
    other = _Other(source)
    pages = _Pages([other.page(index) for index in range(min(len(other), PAGES))])
    if not any(pages.texts):
        raise first
    return pages


def _numbered(texts: list[str]) -> list[str]:
    return [str(i + 1) for i in range(len(texts))]


def _document(reader: PdfReader | None, labels: list[str], texts: list[str], source: Source) -> Document:
    headings = pdf_parts.outline(reader) if reader else []
    title, date, meta = pdf_parts.metadata(reader) if reader else ("", None, {})
    pieces: list[str] = []
    sections: list[Section] = []
    place = 0
    path: tuple[str, ...] = ()
    last = max(i for i, text in enumerate(texts) if text.strip())
    for i, text in enumerate(texts[: last + 1]):
        here = [titles for page, titles in headings if page == i]
        if not text.strip():
            path = here[-1] if here else path
            continue
        piece = text if i == last else text + "\n\n"
        label = labels[i] if labels[i] != str(i + 1) else ""
        for start, end, titles in _headed(piece, path, here):
            sections.append(Section(place + start, place + end, titles, i + 1, label))
        path = sections[-1].headings
        pieces.append(piece)
        place += len(piece)
    text = "".join(pieces)
    meta["pages"] = str(len(texts))
    return Document(
        "pdf", text, title=title or _first_line(text), sections=tuple(sections), date=date, meta=meta
    )


def _headed(
    piece: str, path: tuple[str, ...], here: list[tuple[str, ...]]
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """A page cut where the titles of its bookmarks stand; a title that is not found holds from the top."""
    start = 0
    for titles in here:
        words = [re.escape(word) for word in titles[-1].split()]
        found = re.compile(r"\s+".join(words), re.IGNORECASE).search(piece, start) if words else None
        if found and found.start() > start:
            begin = piece.rfind("\n", start, found.start()) + 1 or start
            if begin > start:
                yield start, begin, path
                start = begin
        path = titles
    yield start, len(piece), path


def _first_line(text: str) -> str:
    """The first line that has a word in it."""
    lines = (pdf_parts.one_line(line) for line in text.split("\n")[:40])
    return next((line for line in lines if sum(c.isalpha() for c in line) >= 3), "")
