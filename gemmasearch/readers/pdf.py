"""PDF: the text of each page with its number, label and bookmark, and what is filled in or noted on it.

pypdf reads first. Against the texts that pdfbox expects of 36 files (``python -m tests.readers pdf``: rapidfuzz
ratio, median, 5th percentile, mean) it is the better of the two: pypdf 1.000, .308, .927; pypdfium2 1.000, .222,
.905; right-to-left text comes out in reading order. pypdfium2 is asked for what pypdf cannot read: a whole file, a
page, a page of garbage, or what it does not finish in time. The two together, tidied: 1.000, .667, .956. What neither
can open for want of an end or a tree of pages is put together again (``pdf_mended``).

Runs in a worker process (``isolate``): pypdf can spin for minutes on one small file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

from gemmasearch.documents import Document, Problem, Section
from gemmasearch.readers import pdf_columns, pdf_files, pdf_mended, pdf_parts, pdf_text
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.pdf_other import Other
from gemmasearch.readers.pdf_pace import Pace, TooSlow
from gemmasearch.readers.pdf_scans import Scans
from gemmasearch.settings import Settings

if TYPE_CHECKING:
    from pypdf import PdfReader

PAGES = 20_000
_NO_PAGES = "no pages"


@dataclass(slots=True)
class _Pages:
    texts: list[str] = field(default_factory=list)
    first_line: str = ""  # stands for a title
    problems: list[Problem] = field(default_factory=list)


def read(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    pace = Pace(settings.reader_seconds)
    try:
        reader = _opened(source, pace)
    except CannotRead as e:
        if e.reason not in ("malformed", "timeout") and e.detail != _NO_PAGES:
            raise
        yield from _damaged(source, settings, pace, e)
        return
    yield from _items(reader, source, settings, pace)


def _items(reader: PdfReader, source: Source, settings: Settings, pace: Pace) -> Iterator[Document | Problem]:
    scans = Scans(source, settings)
    pages = _read_pages(reader, source, scans, pace)
    files = pdf_files.read(reader, len(pages.texts), source, settings, pace)
    if any(text.strip() for text in pages.texts):
        yield from scans.problem(source.path)
        document = _document(reader, pages, pace)
        yield (
            replace(document, meta={**document.meta, "ocr": scans.engine.name})
            if scans.engine and scans.read
            else document
        )
        yield from pages.problems
        yield from files
        return
    why = _nothing(pages, scans)
    inside = next(files, None)
    if inside is None:
        raise why
    yield why.problem(source.path, "pages")
    yield inside
    yield from files


def _damaged(
    source: Source, settings: Settings, pace: Pace, first: CannotRead
) -> Iterator[Document | Problem]:
    """What another program reads of a file, else what is left of it.

    :raises CannotRead: ``first``, if that is nothing.
    """
    if pages := _second_opinion(source):
        yield _document(None, pages, pace)
        return
    whole = pdf_mended.mended(source.read()) if first.reason != "timeout" else None
    if whole is None:
        raise first
    source = replace(source, stream=BytesIO(whole), size=len(whole))
    try:
        yield from _items(_opened(source, pace), source, settings, pace)
    except CannotRead as e:
        raise (e if e.waits else first) from e
    yield Problem(source.path, "malformed", "damaged: what is left of it was read", "rest")


def _nothing(pages: _Pages, scans: Scans) -> CannotRead:
    """Why there is no text on any page."""
    if pages.problems and len(pages.problems) == len(pages.texts):
        return CannotRead(pages.problems[0].reason, pages.problems[0].detail)
    return scans.nothing(len(pages.texts))


def _opened(source: Source, pace: Pace) -> PdfReader:
    import logging

    from pypdf import PasswordType, PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        with pace.step():
            reader = PdfReader(source.stream, strict=False)
            if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
                raise CannotRead("encrypted")
            count = len(reader.pages)
    except (CannotRead, MemoryError):
        raise
    except TooSlow as e:
        raise CannotRead("timeout", "opening it takes too long") from e
    except (DependencyError, FileNotDecryptedError, NotImplementedError) as e:
        raise CannotRead("encrypted", str(e)) from e
    except Exception as e:  # pypdf raises whatever a damaged file makes it stumble over
        raise CannotRead("malformed", f"{type(e).__name__}: {e}"[:300]) from e
    if not count:
        raise CannotRead("no-text", _NO_PAGES)
    return reader


def _read_pages(reader: PdfReader, source: Source, scans: Scans, pace: Pace) -> _Pages:
    pages = _Pages()
    other = Other(source)
    for index in range(min(len(reader.pages), PAGES)):
        source.progress()
        text, reason, detail = _page_text(reader, index, pace)
        if reason or pdf_text.is_garbage(text):
            text = other.page(index)
        elif pdf_text.is_torn(text) and pdf_text.is_mended(whole := other.page(index), text):
            text = whole
        elif pdf_columns.may_have(text) and pdf_text.is_as_full(columns := other.columns(index), text):
            text = columns
        text = text if text.strip() else scans.text(index)
        if reason and not text:
            pages.problems.append(Problem(source.path, reason, detail, f"page {index + 1}"))
        pages.texts.append(text)
    pages.first_line = pdf_text.first_line(pages.texts, pdf_parts.LINE_LENGTH)
    pages.texts = pdf_text.without_running_lines(pages.texts)
    for index in range(len(pages.texts)):
        noted = pace.within(partial(_remarks, reader, index)) or ()
        pages.texts[index] = "\n".join(each for each in (pages.texts[index], *noted) if each)
    return pages


def _page_text(reader: PdfReader, index: int, pace: Pace) -> tuple[str, str, str]:
    """The text of a page, or "" with reason and detail: one bad page does not cost the others."""
    try:
        with pace.step():
            text = reader.pages[index].extract_text()
        return pdf_text.tidy(text), "", ""
    except MemoryError:
        raise
    except TooSlow:
        return "", "timeout", "it takes too long"
    except Exception as e:  # noqa: BLE001  (as above)
        return "", "malformed", f"{type(e).__name__}: {e}"[:300]


def _remarks(reader: PdfReader, index: int) -> list[str]:
    return pdf_parts.remarks(reader.pages[index])


def _second_opinion(source: Source) -> _Pages | None:
    other = Other(source)
    pages = _Pages([other.page(index) for index in range(min(len(other), PAGES))])
    return pages if any(pages.texts) else None


def _document(reader: PdfReader | None, found: _Pages, pace: Pace) -> Document:
    texts = found.texts
    around = pace.within(partial(pdf_parts.around, reader, len(texts))) if reader else None
    around = around or pdf_parts.Around()
    pieces: list[str] = []
    sections: list[Section] = []
    place = 0
    path: tuple[str, ...] = ()
    last = max(i for i, text in enumerate(texts) if text.strip())
    for i, text in enumerate(texts[: last + 1]):
        here = [titles for page, titles in around.headings if page == i]
        if not text.strip():
            path = here[-1] if here else path
            continue
        piece = text if i == last else text + "\n\n"
        label = around.labels[i] if i < len(around.labels) and around.labels[i] != str(i + 1) else ""
        for start, end, titles in _headed(piece, path, here):
            sections.append(Section(place + start, place + end, titles, i + 1, label))
        path = sections[-1].headings
        pieces.append(piece)
        place += len(piece)
    text = "".join(pieces)
    meta = {**around.meta, "pages": str(len(texts))}
    return Document(
        "pdf",
        text,
        title=around.title or found.first_line or pdf_text.first_line(texts, pdf_parts.LINE_LENGTH),
        sections=tuple(sections),
        date=around.date,
        meta=meta,
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
