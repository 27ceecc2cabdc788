"""Visited pages and bookmarks of Firefox, Chromium and Safari, from a private copy of the profile (``profiles``).

Runs in a worker: a history is SQLite's file, but anybody may have made it. Pages are opt-in: browsers' own folders
are left out, so only who names a history has it read.
"""

from __future__ import annotations

import hashlib
import json
import plistlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.parsers.expat import ExpatError

from gemmasearch.documents import Document, Problem
from gemmasearch.readers import profiles
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.textual import clean, one_line
from gemmasearch.settings import Settings

if TYPE_CHECKING:
    import apsw

PAGES = 1_000_000
MOST_FOLDERS = 20  # above a bookmark: a made-up profile may hold folders that lie in each other
_SAFARI_ROOTS = frozenset(("BookmarksBar", "BookmarksMenu", "History"))
_NO_PLIST = (
    plistlib.InvalidFileException, ExpatError, ValueError, TypeError, LookupError, OverflowError, RecursionError,
)  # fmt: skip
_SINCE_1601, _SINCE_2001 = 11_644_473_600.0, -978_307_200.0  # seconds from those epochs to 1970


@dataclass(frozen=True, slots=True)
class Page:
    """One address; ``last`` is epoch seconds of the last visit, ``added`` when it was bookmarked."""

    url: str
    titles: tuple[str, ...]  # what a bookmark calls it first, then what it calls itself
    visits: int = 0
    last: float | None = None
    bookmarked: bool = False
    description: str = ""
    added: float | None = None
    folders: tuple[str, ...] = ()  # of its bookmarks, those above before it: "Garden / Roses"
    tags: tuple[str, ...] = ()


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
    first, then = (other, one) if other.bookmarked and not one.bookmarked else (one, other)
    return Page(
        one.url,
        tuple(dict.fromkeys((*first.titles, *then.titles))),
        max(one.visits, other.visits),
        max((each.last for each in (one, other) if each.last is not None), default=None),
        first.bookmarked,
        one.description or other.description,
        min((each.added for each in (one, other) if each.added is not None), default=None),
        tuple(dict.fromkeys((*one.folders, *other.folders))),
        tuple(dict.fromkeys((*one.tags, *other.tags))),
    )


def _firefox(connection: apsw.Connection) -> Iterator[Page]:
    columns = {row[1] for row in connection.execute("PRAGMA table_info(moz_places)")}
    described = "p.description" if "description" in columns else "''"
    yield from _made(
        connection,
        f"SELECT p.url, p.title, p.visit_count, p.last_visit_date / 1e6, {described} FROM moz_places p"
        " WHERE p.hidden = 0 OR p.id IN (SELECT fk FROM moz_bookmarks WHERE type = 1)",
    )
    folders = _Folders(connection)
    select = "SELECT p.url, b.title, b.dateAdded / 1e6, b.parent FROM moz_bookmarks b"
    for url, title, added, parent in connection.execute(
        f"{select} JOIN moz_places p ON p.id = b.fk WHERE b.type = 1"
    ):
        names, is_tag = folders.above(parent)
        yield _bookmark(str(url), str(title or ""), added, () if is_tag else names, names if is_tag else ())


class _Folders:
    """Firefox keeps a tag as a folder below a root of its own, with a bookmark in it for each page that has it."""

    def __init__(self, connection: apsw.Connection) -> None:
        rows = connection.execute("SELECT id, parent, title, guid FROM moz_bookmarks WHERE type = 2")
        self._known = {id: (parent, str(title or ""), str(guid or "")) for id, parent, title, guid in rows}

    def above(self, id: object) -> tuple[tuple[str, ...], bool]:
        """The names of the folders from the top down, without those that every profile has; whether it is a tag."""
        names: list[str] = []
        while id in self._known and len(names) < MOST_FOLDERS:
            id, title, guid = self._known[id]
            if guid.endswith("____"):  # root________, menu________, tags________ …
                return tuple(reversed(names)), guid.startswith("tags_")
            names.append(title)
        return tuple(reversed(names)), False


def _bookmark(
    url: str, title: str, added: Any, folders: Sequence[str] = (), tags: Sequence[str] = (), said: str = ""
) -> Page:
    when = _number(added)
    return Page(
        clean(url),
        _titles(title),
        bookmarked=True,
        description=clean(said),
        added=when if when > 0 else None,
        folders=tuple(filter(None, [" / ".join(filter(None, map(one_line, folders)))])),
        tags=tuple(filter(None, map(one_line, tags))),
    )


def _titles(text: str) -> tuple[str, ...]:
    return tuple(filter(None, [one_line(text)]))


def _chromium(connection: apsw.Connection) -> Iterator[Page]:
    select = "SELECT url, title, visit_count, last_visit_time / 1e6 - ?, '' FROM urls WHERE hidden = 0"
    yield from _made(connection, select, _SINCE_1601)


def _chromium_bookmarks(raw: bytes) -> Iterator[Page]:
    """The roots ("Bookmarks bar") are no folders that anybody made."""
    try:
        waiting: list[tuple[Any, tuple[str, ...]]] = [
            (child, ()) for root in json.loads(raw)["roots"].values() for child in _children(root, "children")
        ]
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return
    while waiting:
        node, folders = waiting.pop()
        if isinstance(node, dict):
            name = str(node.get("name") or "")
            below = (*folders, name)[-MOST_FOLDERS:]
            waiting.extend((child, below) for child in _children(node, "children"))
            if node.get("type") == "url":
                added = _number(node.get("date_added")) / 1e6 - _SINCE_1601
                yield _bookmark(str(node.get("url")), name, added, folders)


def _safari_bookmarks(raw: bytes) -> Iterator[Page]:
    """A tree of dictionaries; a bookmark has URLString and URIDictionary, one of the reading list a preview too."""
    try:
        waiting: list[tuple[Any, tuple[str, ...]]] = [(plistlib.loads(raw), ())] if raw else []
    except _NO_PLIST:
        return
    while waiting:
        node, folders = waiting.pop()
        if isinstance(node, dict):
            name = str(node.get("Title") or "")
            own = not name or name.startswith("com.apple.") or name in _SAFARI_ROOTS
            below = folders if own else (*folders, name)[-MOST_FOLDERS:]
            waiting.extend((child, below) for child in _children(node, "Children"))
            if url := node.get("URLString"):
                named, listed = node.get("URIDictionary"), node.get("ReadingList")
                title = named.get("title") if isinstance(named, dict) else ""
                preview = listed.get("PreviewText") if isinstance(listed, dict) else ""
                yield _bookmark(str(url), str(title or ""), None, folders, said=str(preview or ""))


def _children(node: Any, name: str) -> list[Any]:
    found = node.get(name) if isinstance(node, dict) else None
    return found if isinstance(found, list) else []


def _number(value: Any) -> float:
    try:
        return float(value or 0)
    except (TypeError, ValueError):
        return 0.0


def _safari(connection: apsw.Connection) -> Iterator[Page]:
    yield from _made(
        connection,
        "SELECT i.url, v.title, i.visit_count, max(v.visit_time) - ?, '' FROM history_items i"
        " JOIN history_visits v ON v.history_item = i.id GROUP BY i.id",
        _SINCE_2001,
    )


def _made(connection: apsw.Connection, select: str, *values: float) -> Iterator[Page]:
    for url, title, visits, last, description in connection.execute(select, values):
        known = float(last) if isinstance(last, int | float) and last > 0 else None
        titles, said = _titles(str(title or "")), clean(str(description or ""))
        yield Page(clean(str(url)), titles, int(visits or 0), known, description=said)


def _document(page: Page) -> Document:
    site = (urlsplit(page.url).hostname or "").removeprefix("www.")
    said = (*page.titles, page.description.strip(), *page.folders, ", ".join(page.tags), page.url)
    text = "\n".join(each for each in said if each)
    meta = {
        "url": page.url,
        "site": site,
        "visits": str(page.visits),
        "bookmarked": "yes" if page.bookmarked else "",
    }
    part = hashlib.blake2b(page.url.encode(), digest_size=8).hexdigest()
    return Document(
        "visit",
        text,
        part=part,
        title=page.titles[0] if page.titles else "",
        date=page.added if page.last is None else page.last,
        tags=page.tags,
        meta={k: v for k, v in meta.items() if v},
    )
