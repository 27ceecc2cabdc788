"""What is shown of a document: its head, and the text around a passage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gemmasearch.documents import on_calendar
from gemmasearch.light import dataclass

if TYPE_CHECKING:
    from gemmasearch.store import DocumentRow, PassageRow


@dataclass(frozen=True, slots=True)
class Shown:
    """A document, or the part of it around a passage. ``marks`` are the spans of the passage in ``text``."""

    path: str
    part: str
    kind: str
    title: str
    headers: tuple[tuple[str, str], ...]
    text: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a hit stands: what a program needs to open it.

    ``inside`` = it is a message or an attachment within the file; ``url`` is the address of a visited page.
    """

    path: str
    kind: str
    page: int | None = None
    line: int | None = None
    inside: bool = False
    url: str = ""


def _headers(row: DocumentRow | PassageRow) -> tuple[tuple[str, str], ...]:
    date = ""
    if row.date is not None:
        try:
            date = on_calendar(row.date, row.kind).isoformat(sep=" ", timespec="minutes")
        except (OverflowError, ValueError, OSError):
            date = ""
    found = (
        ("File", row.path),
        ("Part", _within(row)),
        ("From", row.sender),
        ("To", row.recipients),
        ("Cc", row.copies),
        ("Bcc", row.meta.get("bcc", "")),
        ("Date", date),
        ("Subject" if row.kind == "mail" else "Title", row.title),
        ("Attachments", ", ".join(row.attachments)),
        ("Encrypted", row.meta.get("encrypted", "")),
        ("Hidden text", _hidden(row.meta.get("hidden", ""))),
    )
    return tuple((name, value) for name, value in found if value)


def _within(row: DocumentRow | PassageRow) -> str:
    """Of an attachment: its name and the mail that carries it."""
    message = row.meta.get("attached_to")
    if message is None:
        return row.meta.get("member", "")
    subject = row.meta.get("subject", "")
    name = "" if row.kind == "mail" else row.part.removeprefix(message).strip("/") + ", "
    if row.kind in ("event", "contact") or "entry_of" in row.meta:
        name = name.rpartition("/")[0] + ", " if "/" in name else name
    return f"{name}attached to " + (f"“{subject}”" if subject else "a mail")


def _hidden(count: str) -> str:
    """Text that no reader of the page sees is left out: it is there for machines."""
    if count == "1":
        return "1 piece that no reader sees was left out"
    return f"{count} pieces that no reader sees were left out" if count else ""


def whole(document: DocumentRow) -> Shown:
    return Shown(
        document.path, document.part, document.kind, document.title, _headers(document), document.text
    )


def surroundings(passage: PassageRow, document: DocumentRow) -> Shown:
    """A mail whole; of a paged document the page; of anything else the passage between its neighbours."""
    chunks = document.chunks
    if document.kind == "mail":
        start, end = 0, len(document.text)
    elif passage.page is not None:
        same = [c for c in chunks if c.page == passage.page]
        start, end = same[0].start, same[-1].end
    else:
        at = next(i for i, c in enumerate(chunks) if c.start == passage.start)
        start, end = chunks[max(0, at - 1)].start, chunks[min(len(chunks) - 1, at + 1)].end
    headers = [*_headers(document)]
    if passage.page is not None:
        headers.append(("Page", passage.label or str(passage.page)))
    elif document.kind != "mail":
        headers.append(("Line", str(passage.line)))
    return Shown(
        document.path,
        document.part,
        document.kind,
        document.title,
        tuple(headers),
        document.text[start:end],
        ((passage.start - start, passage.end - start),),
    )
