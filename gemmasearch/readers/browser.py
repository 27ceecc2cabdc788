"""Visited pages and bookmarks of Firefox, Chromium and Safari, from a private copy of the profile (``profiles``).

Runs in a worker: a history is SQLite's file, but anybody may have made it. Pages are opt-in: browsers' own folders
are left out, so only who names a history has it read.
"""

from __future__ import annotations

import hashlib
import json
import plistlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.parsers.expat import ExpatError

from gemmasearch.documents import Document, Problem
from gemmasearch.readers import profiles
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.textual import clean
from gemmasearch.settings import Settings

if TYPE_CHECKING:
    import apsw

PAGES = 1_000_000
_NO_PLIST = (
    plistlib.InvalidFileException, ExpatError, ValueError, TypeError, LookupError, OverflowError, RecursionError,
)  # fmt: skip
_SINCE_1601, _SINCE_2001 = 11_644_473_600.0, -978_307_200.0  # seconds from those epochs to 1970


@dataclass(frozen=True, slots=True)
class Page:
    """One address; ``last`` is epoch seconds of the last visit, or when it was bookmarked."""

    url: str
    title: str
    visits: int
    last: float | None
    bookmarked: bool = False
    description: str = ""


def read(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    import apsw

    database, bookmarks = profiles.parts(source)
    try:
        connection = apsw.Connection(":memory:")
        connection.deserialize("main", database)
        connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
        connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        pages = _pages(connection, bookmarks, source)
        connection.close()
    except (apsw.NotADBError, apsw.CorruptError, apsw.SQLError) as e:
        raise CannotRead("malformed", str(e)) from e
    if not pages:
        raise CannotRead("empty", "no pages visited")
    yield from map(_document, pages.values())


def _pages(connection: apsw.Connection, bookmarks: bytes, source: Source) -> dict[str, Page]:
    tables = {
        str(name) for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    }
    if "moz_places" in tables:
        rows: Iterable[Page] = _firefox(connection)
    elif "urls" in tables:
        rows = (*_chromium(connection), *_chromium_bookmarks(bookmarks))
    elif "history_items" in tables:
        rows = (*_safari(connection), *_safari_bookmarks(bookmarks))
    else:
        raise CannotRead("unsupported", "no history of a known browser")
    pages: dict[str, Page] = {}
    for page in rows:
        source.progress()
        if page.url.startswith(("http://", "https://")):
            known = pages.get(page.url)
            pages[page.url] = _merged(known, page) if known else page
        if len(pages) > PAGES:
            raise CannotRead("limit", f"more than {PAGES} pages")
    return pages


def _merged(one: Page, other: Page) -> Page:
    last = max((each for each in (one.last, other.last) if each is not None), default=None)
    bookmarked = one.bookmarked or other.bookmarked
    description = one.description or other.description
    return Page(
        one.url, one.title or other.title, max(one.visits, other.visits), last, bookmarked, description
    )


def _firefox(connection: apsw.Connection) -> Iterator[Page]:
    columns = {row[1] for row in connection.execute("PRAGMA table_info(moz_places)")}
    described = "p.description" if "description" in columns else "''"
    yield from _made(
        connection,
        "SELECT p.url, coalesce(nullif(b.title, ''), p.title), p.visit_count,"
        f" coalesce(p.last_visit_date, b.dateAdded) / 1e6, b.id IS NOT NULL, {described}"
        " FROM moz_places p LEFT JOIN moz_bookmarks b ON b.fk = p.id AND b.type = 1"
        " WHERE p.hidden = 0 OR b.id IS NOT NULL",
    )


def _chromium(connection: apsw.Connection) -> Iterator[Page]:
    select = "SELECT url, title, visit_count, last_visit_time / 1e6 - ?, 0, '' FROM urls WHERE hidden = 0"
    yield from _made(connection, select, _SINCE_1601)


def _chromium_bookmarks(raw: bytes) -> Iterator[Page]:
    try:
        waiting: list[Any] = list(json.loads(raw)["roots"].values())
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            children = node.get("children")
            waiting.extend(children if isinstance(children, list) else ())
            if node.get("type") == "url":
                added = _number(node.get("date_added")) / 1e6 - _SINCE_1601
                title = clean(str(node.get("name") or ""))
                yield Page(clean(str(node.get("url"))), title, 0, added if added > 0 else None, True)


def _safari_bookmarks(raw: bytes) -> Iterator[Page]:
    """A tree of dictionaries; a bookmark has URLString and URIDictionary, one of the reading list a preview too."""
    try:
        waiting: list[Any] = [plistlib.loads(raw)] if raw else []
    except _NO_PLIST:
        return
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            children = node.get("Children")
            waiting.extend(children if isinstance(children, list) else ())
            if url := node.get("URLString"):
                named, listed = node.get("URIDictionary"), node.get("ReadingList")
                title = named.get("title") if isinstance(named, dict) else ""
                preview = listed.get("PreviewText") if isinstance(listed, dict) else ""
                texts = [clean(str(each or "")) for each in (url, title, preview)]
                yield Page(texts[0], texts[1], 0, None, True, texts[2])


def _number(value: Any) -> float:
    try:
        return float(value or 0)
    except (TypeError, ValueError):
        return 0.0


def _safari(connection: apsw.Connection) -> Iterator[Page]:
    yield from _made(
        connection,
        "SELECT i.url, v.title, i.visit_count, max(v.visit_time) - ?, 0, '' FROM history_items i"
        " JOIN history_visits v ON v.history_item = i.id GROUP BY i.id",
        _SINCE_2001,
    )


def _made(connection: apsw.Connection, select: str, *values: float) -> Iterator[Page]:
    for url, title, visits, last, bookmarked, description in connection.execute(select, values):
        known = float(last) if isinstance(last, int | float) and last > 0 else None
        yield Page(
            clean(str(url)),
            clean(str(title or "")),
            int(visits or 0),
            known,
            bool(bookmarked),
            clean(str(description or "")),
        )


def _document(page: Page) -> Document:
    title = " ".join(page.title.split())
    site = (urlsplit(page.url).hostname or "").removeprefix("www.")
    text = "\n".join(each for each in (title, page.description.strip(), page.url) if each)
    meta = {
        "url": page.url,
        "site": site,
        "visits": str(page.visits),
        "bookmarked": "yes" if page.bookmarked else "",
    }
    part = hashlib.blake2b(page.url.encode(), digest_size=8).hexdigest()
    return Document(
        "visit", text, part=part, title=title, date=page.last, meta={k: v for k, v in meta.items() if v}
    )
