"""What a PDF says besides its pages' text: outline, labels, form values, comments, metadata."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from gemmasearch import light
from gemmasearch.readers.textual import clean

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

_NO_TITLE = light.pattern(
    r"(?:untitled|unbenannt|sans titre|sin título|senza titolo|document\d*|title|none|null"
    r"|\(?anonymous\)?|print(?: job)?|slide 1|microsoft (?:word|powerpoint|excel)\b.*"
    r"|.*\.(?:docx?|xlsx?|pptx?|pdf|tex|dvi|indd|odt|rtf|txt|html?|qxd|pages))",
    re.IGNORECASE,
)
LINE_LENGTH = 200
_ENTRIES = 5_000  # of the outline
_UNSEEN = 1 << 1 | 1 << 5  # flags of an annotation: hidden, not shown on the screen
_PASSWORD = 1 << 13  # flag of a field
_NOBODY = light.pattern(r"\(?anonymous\)?|unknown|user|author", re.IGNORECASE)

Heading = tuple[int, tuple[str, ...]]  # page index, path of titles


@dataclass(frozen=True, slots=True)
class Around:
    """What a file says beside its pages' text: printed labels, bookmarks, title, creation date, author."""

    labels: Sequence[str] = ()
    headings: Sequence[Heading] = ()
    title: str = ""
    date: float | None = None
    meta: Mapping[str, str] = field(default_factory=dict)


def around(reader: PdfReader, pages: int) -> Around:
    return Around(labels(reader, pages), outline(reader), *metadata(reader))


def labels(reader: PdfReader, count: int) -> list[str]:
    """The printed page labels; the numbers from 1 where there are none."""
    found: list[str] = _or([], lambda: [clean(str(label))[:20] for label in reader.page_labels])
    return found if len(found) == count else [str(i + 1) for i in range(count)]


def outline(reader: PdfReader) -> list[Heading]:
    """The bookmarks with their page and the titles above them, in the order of the pages."""
    found: list[Heading] = []
    entries: Any = _or([], lambda: reader.outline)
    waiting: list[tuple[Iterator[Any], tuple[str, ...]]] = [(iter(entries), ())]
    while waiting and len(found) < _ENTRIES:
        level, path = waiting[-1]
        entry = next(level, None)
        if entry is None:
            waiting.pop()
        elif isinstance(entry, list):
            if len(waiting) < 8:
                waiting.append((iter(entry), found[-1][1] if found else path))
        elif heading := _or(None, partial(_heading, reader, entry, path)):
            found.append(heading)
    return sorted(found, key=lambda each: each[0])


def _heading(reader: PdfReader, entry: Any, path: tuple[str, ...]) -> Heading | None:
    page, title = reader.get_destination_page_number(entry), one_line(entry.title)
    return (page, (*path, title)) if page is not None and page >= 0 and title else None


def remarks(page: PageObject) -> list[str]:
    """Filled-in form fields as "name: value" and comments, in the order of the page."""
    found: list[str] = []
    for reference in _or([], lambda: list(page.get("/Annots") or []))[:2_000]:
        text = _or("", partial(_remark, reference))
        if text and text not in found:
            found.append(text)
    return found


def _remark(reference: Any) -> str:
    annotation = reference.get_object()
    if int(annotation.get("/F") or 0) & _UNSEEN:
        return ""
    if annotation.get("/Subtype") != "/Widget":
        return clean(str(annotation.get("/Contents") or "")).strip()
    parent = annotation.get("/Parent")
    parent = parent.get_object() if parent else {}
    value = annotation.get("/V") or parent.get("/V")
    kind = annotation.get("/FT") or parent.get("/FT")
    if kind == "/Tx" and int(annotation.get("/Ff") or parent.get("/Ff") or 0) & _PASSWORD:
        return ""
    if kind == "/Btn":
        value = _ticked(annotation)
    if kind not in ("/Tx", "/Ch", "/Btn") or not value:
        return ""
    name = annotation.get("/TU") or annotation.get("/T") or parent.get("/T") or ""
    values = value if isinstance(value, list) else [value]
    shown = ", ".join(clean(str(each)).strip() for each in values)
    return f"{one_line(name)}: {shown}" if shown else ""


def _ticked(annotation: Any) -> str:
    """What a box or a radio button says; "" for one that is off, or only a button."""
    state = str(annotation.get("/AS") or "").removeprefix("/")
    return "yes" if state.lower() in ("yes", "on", "1", "true") else state * (state != "Off")


def metadata(reader: PdfReader) -> tuple[str, float | None, dict[str, str]]:
    """Title ("" for a file's name or a program's default), creation date and author."""
    info: Any = _or(None, lambda: reader.metadata) or {}
    title = str(_or("", lambda: one_line(info.title)))
    author = str(_or("", lambda: one_line(info.author)))
    date = _or(None, lambda: info.creation_date.timestamp() if info.creation_date else None)
    if not _is_title(title) or not author or date is None:
        xmp: Any = _or(None, lambda: reader.xmp_metadata)
        title = title if _is_title(title) or not xmp else _or("", partial(_xmp_title, xmp))
        author = author or _or("", lambda: one_line(", ".join(xmp.dc_creator)))
        date = date if date is not None else _or(None, lambda: _utc(xmp.xmp_create_date))
    return (
        title if _is_title(title) else "",
        date,
        {"author": author} if author and not _NOBODY.fullmatch(author) else {},
    )


def _is_title(title: str) -> bool:
    return bool(title) and not _NO_TITLE.fullmatch(title)


def _xmp_title(xmp: Any) -> str:
    """In its main language."""
    titles = xmp.dc_title
    return one_line(titles.get("x-default") or next(iter(titles.values()), ""))


def _utc(when: datetime | None) -> float | None:
    return when.replace(tzinfo=when.tzinfo or UTC).timestamp() if when else None


def one_line(value: Any) -> str:
    return " ".join(clean(str(value or "")).split())[:LINE_LENGTH]


def _or(default: Any, get: Callable[[], Any]) -> Any:
    """What ``get`` gives, or the default where a damaged entry makes pypdf stumble: it does not cost the text."""
    try:
        return get()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001
        return default
