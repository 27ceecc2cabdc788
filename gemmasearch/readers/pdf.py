"""PDF through pypdf: the text of each page, page numbers and labels, title and dates.

Runs in a worker process (``isolate``): pypdf can spin for minutes on one small file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from gemmasearch.documents import Document, Problem, Section
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.textual import clean
from gemmasearch.settings import Settings

if TYPE_CHECKING:
    from pypdf import PdfReader

_T = TypeVar("_T")
PAGES = 20_000
_NO_TITLE = re.compile(
    r"(?:untitled|unbenannt|sans titre|sin título|senza titolo|document\d*|title|none|null"
    r"|\(?anonymous\)?|print(?: job)?|slide 1|microsoft (?:word|powerpoint|excel)\b.*"
    r"|.*\.(?:docx?|xlsx?|pptx?|pdf|tex|dvi|indd|odt|rtf|txt|html?|qxd|pages))",
    re.IGNORECASE,
)
_TITLE_LENGTH = 200


def sniff(head: bytes, path: str) -> bool:
    return b"%PDF-" in head[:1024]


def read(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    from pypdf.errors import PyPdfError

    try:
        reader = _opened(source)
        texts, problems = _pages(reader, source)
    except CannotRead:
        raise
    except MemoryError:
        raise
    except PyPdfError as e:
        raise CannotRead("malformed", str(e)) from e
    except RecursionError as e:
        raise CannotRead("limit", "nested too deep") from e
    except Exception as e:  # pypdf raises whatever a damaged file makes it stumble over
        raise CannotRead("malformed", f"{type(e).__name__}: {e}") from e
    if not any(text.strip() for text in texts):
        if len(problems) == len(texts) and problems:
            raise CannotRead("malformed", problems[0].detail)
        raise CannotRead("no-text", f"{len(texts)} pages without text")
    yield _document(reader, texts)
    yield from problems


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
    except (DependencyError, FileNotDecryptedError) as e:
        raise CannotRead("encrypted", str(e)) from e
    except NotImplementedError as e:  # a way of encryption without a password
        raise CannotRead("encrypted", str(e)) from e
    if not count:
        raise CannotRead("no-text", "no pages")
    return reader


def _pages(reader: PdfReader, source: Source) -> tuple[list[str], list[Problem]]:
    """The text of each page; a page that cannot be read has none and costs a Problem."""
    texts: list[str] = []
    problems: list[Problem] = []
    for number in range(1, min(len(reader.pages), PAGES) + 1):
        source.progress()
        try:
            texts.append(_tidy(reader.pages[number - 1].extract_text()))
        except MemoryError:
            raise
        except Exception as e:  # noqa: BLE001  (as above: one bad page does not cost the others)
            texts.append("")
            problems.append(
                Problem(source.path, "malformed", f"{type(e).__name__}: {e}"[:300], f"page {number}")
            )
    return texts, problems


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in clean(text).replace("\u00ad\n", "").split("\n")).strip("\n")


def _document(reader: PdfReader, texts: list[str]) -> Document:
    labels = _labels(reader, len(texts))
    pieces: list[str] = []
    sections: list[Section] = []
    place = 0
    last = max(i for i, text in enumerate(texts) if text.strip())
    for i, text in enumerate(texts[: last + 1]):
        if not text.strip():
            continue
        piece = text if i == last else text + "\n\n"
        label = labels[i] if labels[i] != str(i + 1) else ""
        sections.append(Section(place, place + len(piece), page=i + 1, label=label))
        pieces.append(piece)
        place += len(piece)
    text = "".join(pieces)
    title, date, meta = _metadata(reader)
    meta["pages"] = str(len(texts))
    return Document(
        "pdf", text, title=title or _first_line(text), sections=tuple(sections), date=date, meta=meta
    )


def _labels(reader: PdfReader, count: int) -> list[str]:
    labels: list[str] = _or([], lambda: [clean(str(label))[:20] for label in reader.page_labels])
    return labels if len(labels) == count else [str(i + 1) for i in range(count)]


def _metadata(reader: PdfReader) -> tuple[str, float | None, dict[str, str]]:
    """Title, creation date and the rest; damaged entries are left out."""
    info = _or(None, lambda: reader.metadata)
    if not info:
        return "", None, {}
    title = _or("", lambda: _one_line(info.title))
    author = _or("", lambda: _one_line(info.author))
    date = _or(None, lambda: info.creation_date.timestamp() if info.creation_date else None)
    return ("" if _NO_TITLE.fullmatch(title) else title), date, ({"author": author} if author else {})


def _or(default: _T, get: Callable[[], _T]) -> _T:
    """What ``get`` gives, or the default where a damaged entry makes pypdf stumble: it does not cost the text."""
    try:
        return get()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001
        return default


def _one_line(value: Any) -> str:
    return " ".join(clean(str(value or "")).split())[:_TITLE_LENGTH]


def _first_line(text: str) -> str:
    """The first line that has a word in it."""
    lines = (_one_line(line) for line in text.split("\n")[:40])
    return next((line for line in lines if sum(c.isalpha() for c in line) >= 3), "")
