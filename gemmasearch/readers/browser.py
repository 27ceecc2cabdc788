"""Visited pages and bookmarks of Firefox, Chromium and Safari, from a private copy of the profile's database.

Browsers keep their database locked; so its bytes and those of its write-ahead log are copied to a folder that only
this user can read, and the copy is opened. The profile is never written to, not even a lock. Pages are opt-in: only
who indexes a history file has it read.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from gemmasearch.documents import Document, Problem
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.textual import clean
from gemmasearch.settings import Settings

if TYPE_CHECKING:
    import apsw

ATTEMPTS = 5  # a copy is taken again when the browser wrote meanwhile
_NAMES = ("places.sqlite", "History", "History.db")
_SINCE_1601, _SINCE_2001 = 11_644_473_600.0, -978_307_200.0  # seconds from those epochs to 1970
_HOMES = {
    "firefox": (".mozilla/firefox/*/places.sqlite", "snap/firefox/common/.mozilla/firefox/*/places.sqlite",
                "Library/Application Support/Firefox/Profiles/*/places.sqlite"),
    "chromium": (".config/chromium/*/History", ".config/google-chrome/*/History", ".config/BraveSoftware/*/*/History",
                 "snap/chromium/common/chromium/*/History", "Library/Application Support/Google/Chrome/*/History",
                 "Library/Application Support/Chromium/*/History"),
    "safari": ("Library/Safari/History.db",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """One address; ``last`` is epoch seconds of the last visit, or when it was bookmarked."""

    url: str
    title: str
    visits: int
    last: float | None
    bookmarked: bool = False
    description: str = ""


def histories(browser: str, home: Path | None = None) -> list[Path]:
    """The history files of a browser ("firefox", "chromium" or "safari") in the places where it keeps them."""
    home = home or Path.home()
    return sorted({path for pattern in _HOMES.get(browser, ()) for path in home.glob(pattern)})


def sniff(head: bytes, path: str) -> bool:
    return head.startswith(b"SQLite format 3\0") and os.path.basename(path) in _NAMES


def read(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    import apsw

    with tempfile.TemporaryDirectory(prefix="gsearch-") as folder:
        copy = _copied(source, Path(folder))
        try:
            connection = apsw.Connection(str(copy), flags=apsw.SQLITE_OPEN_READWRITE)
            connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
            connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
            try:
                pages = _pages(connection, source.path)
            finally:
                connection.close()
        except (apsw.NotADBError, apsw.CorruptError, apsw.SQLError) as e:
            raise CannotRead("malformed", str(e)) from e
    if not pages:
        raise CannotRead("empty", "no pages visited")
    yield from map(_document, pages.values())


def _copied(source: Source, folder: Path) -> Path:
    """The database and its log, as they were at one moment.

    :raises CannotRead: "busy": the browser wrote during every attempt.
    """
    log = Path(source.path + "-wal")
    copy = folder / "copy"
    for _ in range(ATTEMPTS):
        before = _stamps(source, log)
        copy.write_bytes(source.read())
        logged = log.read_bytes() if log.is_file() and not log.is_symlink() else b""
        (folder / "copy-wal").write_bytes(logged)
        if _stamps(source, log) == before:
            return copy
    raise CannotRead("busy", "the browser is writing to it")


def _stamps(source: Source, log: Path) -> list[tuple[int, int]]:
    found = []
    for path in (source.path, log):
        try:
            status = os.lstat(path)
            found.append((status.st_size, status.st_mtime_ns))
        except FileNotFoundError:
            found.append((0, 0))
    return found


def _pages(connection: apsw.Connection, path: str) -> dict[str, Page]:
    tables = {
        str(row[0]) for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    }
    pages: dict[str, Page] = {}
    if "moz_places" in tables:
        rows: Iterator[Page] = _firefox(connection)
    elif "urls" in tables:
        rows = _chromium(connection, Path(path).with_name("Bookmarks"))
    elif "history_items" in tables:
        rows = _safari(connection)
    else:
        raise CannotRead("unsupported", "no history of a known browser")
    for page in rows:
        if page.url.startswith(("http://", "https://")):
            known = pages.get(page.url)
            pages[page.url] = _merged(known, page) if known else page
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


def _chromium(connection: apsw.Connection, bookmarks: Path) -> Iterator[Page]:
    select = "SELECT url, title, visit_count, last_visit_time / 1e6 - ?, 0, '' FROM urls WHERE hidden = 0"
    yield from _made(connection, select, _SINCE_1601)
    try:
        waiting: list[Any] = list(json.loads(bookmarks.read_bytes())["roots"].values())
    except (OSError, ValueError, KeyError, AttributeError, RecursionError):
        return
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            waiting.extend(node.get("children") or ())
            if node.get("type") == "url":
                added = float(str(node.get("date_added") or 0)) / 1e6 - _SINCE_1601
                yield Page(
                    str(node.get("url")), clean(str(node.get("name"))), 0, added if added > 0 else None, True
                )


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
