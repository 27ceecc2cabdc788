from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest

from gemmasearch.documents import Document
from gemmasearch.readers import browser
from tests.readers.contract import ReaderContract, documents, problem

FIREFOX = """
CREATE TABLE moz_places (id INTEGER PRIMARY KEY, url LONGVARCHAR, title LONGVARCHAR, rev_host LONGVARCHAR,
 visit_count INTEGER DEFAULT 0, hidden INTEGER DEFAULT 0 NOT NULL, typed INTEGER DEFAULT 0 NOT NULL,
 frecency INTEGER DEFAULT -1 NOT NULL, last_visit_date INTEGER, guid TEXT, foreign_count INTEGER DEFAULT 0 NOT NULL,
 url_hash INTEGER DEFAULT 0 NOT NULL, description TEXT, preview_image_url TEXT, site_name TEXT, origin_id INTEGER,
 recalc_frecency INTEGER NOT NULL DEFAULT 0, alt_frecency INTEGER, recalc_alt_frecency INTEGER NOT NULL DEFAULT 0);
CREATE TABLE moz_historyvisits (id INTEGER PRIMARY KEY, from_visit INTEGER, place_id INTEGER, visit_date INTEGER,
 visit_type INTEGER, session INTEGER, source INTEGER DEFAULT 0 NOT NULL, triggeringPlaceId INTEGER);
CREATE TABLE moz_bookmarks (id INTEGER PRIMARY KEY, type INTEGER, fk INTEGER DEFAULT NULL, parent INTEGER, position INTEGER,
 title LONGVARCHAR, keyword_id INTEGER, folder_type TEXT, dateAdded INTEGER, lastModified INTEGER, guid TEXT,
 syncStatus INTEGER NOT NULL DEFAULT 0, syncChangeCounter INTEGER NOT NULL DEFAULT 1);
INSERT INTO moz_places (id, url, title, visit_count, hidden, last_visit_date, description) VALUES
 (1, 'https://www.example.org/oil', 'Oil for walnut tables', 7, 0, 1714564800000000, 'Which oil lasts'),
 (2, 'https://example.org/frame', 'hidden', 1, 1, 1714564800000000, NULL),
 (3, 'https://example.net/kept', 'old title', 0, 0, NULL, NULL),
 (4, 'place:sort=8', 'internal', 0, 0, NULL, NULL);
INSERT INTO moz_bookmarks (id, type, fk, title, dateAdded) VALUES (1, 1, 3, 'A walnut shop', 1714564801000000);
"""
CHROMIUM = """
CREATE TABLE urls (id INTEGER PRIMARY KEY AUTOINCREMENT, url LONGVARCHAR, title LONGVARCHAR, visit_count INTEGER DEFAULT 0 NOT NULL,
 typed_count INTEGER DEFAULT 0 NOT NULL, last_visit_time INTEGER NOT NULL, hidden INTEGER DEFAULT 0 NOT NULL);
CREATE TABLE visits (id INTEGER PRIMARY KEY AUTOINCREMENT, url INTEGER NOT NULL, visit_time INTEGER NOT NULL, from_visit INTEGER);
INSERT INTO urls (url, title, visit_count, last_visit_time, hidden) VALUES
 ('https://example.org/oil', 'Oil for walnut tables', 3, 13359038400000000, 0), ('chrome://settings', 'Settings', 1, 1, 0);
"""
SAFARI = """
CREATE TABLE history_items (id INTEGER PRIMARY KEY AUTOINCREMENT, url TEXT NOT NULL UNIQUE, domain_expansion TEXT NULL,
 visit_count INTEGER NOT NULL);
CREATE TABLE history_visits (id INTEGER PRIMARY KEY AUTOINCREMENT, history_item INTEGER NOT NULL, visit_time REAL NOT NULL, title TEXT NULL);
INSERT INTO history_items VALUES (1, 'https://example.org/oil', 'example', 2);
INSERT INTO history_visits (history_item, visit_time, title) VALUES (1, 736257600.0, 'Oil for walnut tables'), (1, 1.0, 'older');
"""


def database(path: Path, schema: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = apsw.Connection(str(path))
    connection.execute(schema)
    connection.close()
    return path


class TestHistory(ReaderContract):
    name, file, renamed = "history", "places.sqlite", ""

    def sample(self) -> bytes:
        connection = apsw.Connection(":memory:")
        connection.execute(FIREFOX)
        return connection.serialize("main")


@contextmanager
def written_to(path: Path) -> Iterator[None]:
    """A browser has the database open: in WAL mode, with a write under way that is not yet in the file."""
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA journal_mode=wal; PRAGMA wal_autocheckpoint=0")
    connection.execute("PRAGMA locking_mode=exclusive")
    connection.execute("BEGIN IMMEDIATE")
    table = "moz_places" if path.name == "places.sqlite" else "urls"
    more = ", last_visit_time" if table == "urls" else ""
    value = ", 13359038400000000" if more else ""
    connection.execute(
        f"INSERT INTO {table} (url, title{more}) VALUES ('https://example.org/new', 'In the log'{value}); COMMIT; BEGIN IMMEDIATE"
    )
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if not p.name.endswith("-shm")}


@pytest.mark.parametrize(("name", "schema"), [("places.sqlite", FIREFOX), ("History", CHROMIUM)])
def test_a_profile_that_its_browser_has_locked_is_read_and_left_alone(
    tmp_path: Path, name: str, schema: str
) -> None:
    path = database(tmp_path / "profile" / name, schema)
    with written_to(path):
        before = contents(path.parent)
        titles = [d.title for d in documents(path)]
        assert contents(path.parent) == before
    assert {"Oil for walnut tables", "In the log"} <= set(titles)


def by_url(path: Path) -> dict[str, Document]:
    return {d.meta["url"]: d for d in documents(path)}


def test_firefox_pages_and_bookmarks(tmp_path: Path) -> None:
    found = by_url(database(tmp_path / "places.sqlite", FIREFOX))
    assert set(found) == {"https://www.example.org/oil", "https://example.net/kept"}
    oil, kept = found["https://www.example.org/oil"], found["https://example.net/kept"]
    assert (oil.date, oil.meta["visits"], oil.meta["site"], oil.kind) == (
        1714564800.0,
        "7",
        "example.org",
        "visit",
    )
    assert oil.text == "Oil for walnut tables\nWhich oil lasts\nhttps://www.example.org/oil"
    assert (kept.title, kept.meta["bookmarked"], kept.date) == ("A walnut shop", "yes", 1714564801.0)


def test_chromium_pages_and_bookmarks(tmp_path: Path) -> None:
    path = database(tmp_path / "History", CHROMIUM)
    node = {
        "type": "url",
        "url": "https://example.net/kept",
        "name": "Kept",
        "date_added": "13359038400000000",
    }
    (tmp_path / "Bookmarks").write_text(
        json.dumps({"roots": {"bar": {"type": "folder", "children": [node]}}})
    )
    found = by_url(path)
    assert set(found) == {"https://example.org/oil", "https://example.net/kept"}
    assert {d.date for d in found.values()} == {1714564800.0}
    assert found["https://example.net/kept"].meta["bookmarked"] == "yes"


def test_safari_counts_a_page_once_with_its_last_title(tmp_path: Path) -> None:
    (found,) = documents(database(tmp_path / "History.db", SAFARI))
    assert (found.title, found.date, found.meta["visits"]) == ("Oil for walnut tables", 1714564800.0, "2")


def test_other_databases_are_not_taken_for_a_history(tmp_path: Path) -> None:
    assert problem(database(tmp_path / "notes.sqlite", "CREATE TABLE urls (url)")).reason == "unsupported"
    assert problem(database(tmp_path / "History", "CREATE TABLE x (y)")).reason == "unsupported"


def test_the_profiles_of_a_home_are_found(tmp_path: Path) -> None:
    path = database(tmp_path / ".mozilla/firefox/abc.default/places.sqlite", FIREFOX)
    assert browser.histories("firefox", tmp_path) == [path]
    assert browser.histories("chromium", tmp_path) == []
