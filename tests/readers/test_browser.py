from __future__ import annotations

import json
from pathlib import Path

import apsw
import pytest

from gemmasearch.documents import Document
from gemmasearch.readers import profiles
from tests.readers.browser_profiles import (
    BOOKMARKS,
    CHROMIUM,
    FIREFOX,
    SAFARI,
    SAFARI_BOOKMARKS,
    Writer,
    contents,
    database,
)
from tests.readers.contract import ReaderContract, documents, problem


class TestHistory(ReaderContract):
    name, file, renamed = "history", "places.sqlite", ""

    def sample(self) -> bytes:
        connection = apsw.Connection(":memory:")
        for _ in connection.execute(FIREFOX):
            continue
        return connection.serialize("main")


@pytest.mark.parametrize("mode", ["wal", "delete"])
@pytest.mark.parametrize(("name", "schema"), [("places.sqlite", FIREFOX), ("History", CHROMIUM)])
def test_a_profile_that_its_browser_has_locked_is_read_and_left_alone(
    tmp_path: Path, name: str, schema: str, mode: str
) -> None:
    path = database(tmp_path / "profile" / name, schema)
    with Writer(path, mode=mode):
        before = contents(path.parent)
        titles = {d.title for d in documents(path)}
        assert contents(path.parent) == before
    assert {"Oil for walnut tables", "In the log"} <= titles and "Not committed" not in titles


def test_a_long_log_is_replayed_as_sqlite_does(tmp_path: Path) -> None:
    """Pages that were written again and again, a checkpoint in between, and the file grown by the log."""
    path = database(tmp_path / "places.sqlite", FIREFOX)
    writer = apsw.Connection(str(path))
    writer.execute("PRAGMA journal_mode=wal").fetchall()
    writer.execute("PRAGMA wal_autocheckpoint=0").fetchall()
    for round in range(3):
        for n in range(300):
            writer.execute(
                "INSERT INTO moz_places (url, title) VALUES (?, ?)",
                (f"https://example.org/{round}/{n}", "x" * 400),
            )
        writer.execute("UPDATE moz_places SET title = ? WHERE id % 7 = 0", (f"round {round}",))
        if round == 1:
            writer.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
    expected = sorted(
        writer.execute(
            "SELECT url, coalesce(title, '') FROM moz_places WHERE url LIKE 'https:%' AND hidden = 0"
        )
    )
    found = sorted((d.meta["url"], d.title) for d in documents(path))
    writer.close()
    assert [(u, t) for u, t in found if "kept" not in u] == [(u, t) for u, t in expected if "kept" not in u]
    assert len(found) == 902


def by_url(path: Path) -> dict[str, Document]:
    return {d.meta["url"]: d for d in documents(path)}


def test_firefox_pages_and_bookmarks(tmp_path: Path) -> None:
    found = by_url(database(tmp_path / "places.sqlite", FIREFOX))
    assert set(found) == {"https://www.example.org/oil", "https://example.net/kept"}
    oil, kept = found["https://www.example.org/oil"], found["https://example.net/kept"]
    assert (oil.date, oil.meta["visits"], oil.meta["site"]) == (1714564800.0, "7", "example.org")
    assert (
        oil.kind == "visit"
        and oil.text == "Oil for walnut tables\nWhich oil lasts\nhttps://www.example.org/oil"
    )
    assert (kept.title, kept.meta["bookmarked"], kept.date) == ("A walnut shop", "yes", 1714564801.0)


def test_a_bookmarks_name_hid_the_pages_title_and_its_tags_and_folders_were_found_by_nobody(
    tmp_path: Path,
) -> None:
    own = """
    INSERT INTO moz_places (id, url, title, visit_count, last_visit_date, guid) VALUES
     (10, 'https://example.org/apples', 'How to prune apple trees in winter', 3, 1714564800000000, 'x');
    INSERT INTO moz_bookmarks (id, type, fk, parent, title, dateAdded, guid) VALUES
     (20, 2, NULL, 0, '', 1, 'root________'), (21, 2, NULL, 20, 'toolbar', 1, 'toolbar_____'),
     (22, 2, NULL, 20, 'tags', 1, 'tags________'), (23, 2, NULL, 21, 'Garden', 1, 'gard'),
     (24, 2, NULL, 23, 'Trees', 1, 'tree'), (25, 2, NULL, 22, 'orchard', 1, 'orch'),
     (26, 1, 10, 24, 'Apples (RHS)', 1714564900000000, 'own'), (27, 1, 10, 25, NULL, 1714564900000000, 'tag'),
     (28, 2, NULL, 29, 'each', 1, 'e'), (29, 2, NULL, 28, 'other', 1, 'o'), (30, 1, 10, 29, 'Apples (RHS)', 1, 'loop');
    """
    page = by_url(database(tmp_path / "places.sqlite", FIREFOX + own))["https://example.org/apples"]
    lines = page.text.split("\n")
    assert lines[:2] == ["Apples (RHS)", "How to prune apple trees in winter"] and page.title == lines[0]
    assert "Garden / Trees" in lines and "toolbar" not in page.text and page.tags == ("orchard",)
    assert page.date == 1714564800.0, "of the last visit, not of the bookmark"

    path = database(tmp_path / "c" / "History", CHROMIUM)
    node = {
        "type": "url",
        "url": "https://example.org/oil",
        "name": "Table",
        "date_added": "13400000000000000",
    }
    tree = {"name": "Trips", "type": "folder", "children": [node]}
    bar = {"name": "Bookmarks bar", "type": "folder", "children": [tree]}
    (tmp_path / "c" / "Bookmarks").write_text(json.dumps({"roots": {"bookmark_bar": bar}}))
    oil = by_url(path)["https://example.org/oil"]
    assert oil.text.split("\n") == ["Table", "Oil for walnut tables", "Trips", "https://example.org/oil"]
    assert oil.date == 1714564800.0


def test_chromium_pages_and_bookmarks(tmp_path: Path) -> None:
    path = database(tmp_path / "History", CHROMIUM)
    (tmp_path / "Bookmarks").write_bytes(BOOKMARKS)
    found = by_url(path)
    assert set(found) == {"https://example.org/oil", "https://example.net/kept"}
    assert {d.date for d in found.values()} == {1714564800.0}
    assert found["https://example.net/kept"].meta["bookmarked"] == "yes"


@pytest.mark.parametrize(
    "raw", [b"", b"{", b'{"roots": []}', b'{"roots": {"a": {"children": 7}}}', b"[" * 100_000]
)
def test_damaged_bookmarks_cost_only_themselves(tmp_path: Path, raw: bytes) -> None:
    path = database(tmp_path / "History", CHROMIUM)
    (tmp_path / "Bookmarks").write_bytes(raw)
    assert set(by_url(path)) == {"https://example.org/oil"}


def test_safari_counts_a_page_once_with_its_last_title_and_knows_bookmarks(tmp_path: Path) -> None:
    path = database(tmp_path / "History.db", SAFARI)
    (tmp_path / "Bookmarks.plist").write_bytes(SAFARI_BOOKMARKS)
    found = by_url(path)
    oil, kept = found["https://example.org/oil"], found["https://example.net/kept"]
    assert (oil.title, oil.date, oil.meta["visits"]) == ("Oil for walnut tables", 1714564800.0, "2")
    assert (kept.title, kept.meta["bookmarked"], "Read it later" in kept.text) == ("Kept", "yes", True)


def test_other_databases_are_not_taken_for_a_history(tmp_path: Path) -> None:
    assert problem(database(tmp_path / "notes.sqlite", "CREATE TABLE urls (url)")).reason == "unsupported"
    assert problem(database(tmp_path / "History", "CREATE TABLE x (y)")).reason == "unsupported"


def test_a_history_made_to_run_for_ever_is_stopped(tmp_path: Path) -> None:
    """Its table is named like Chromium's, and each row costs an endless query."""
    path = database(
        tmp_path / "History",
        "CREATE TABLE urls (url, title, visit_count, last_visit_time, hidden);"
        "CREATE TABLE keep (x); DROP TABLE urls; CREATE VIEW urls AS WITH RECURSIVE n(x) AS"
        " (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS url, x AS title, 1 AS visit_count,"
        " 1 AS last_visit_time, 0 AS hidden FROM n; CREATE TABLE moz_places (id, url);",
    )
    assert problem(path, reader_seconds=3).reason in ("malformed", "timeout", "unsupported")


def test_the_profiles_of_a_home_are_found(tmp_path: Path) -> None:
    path = database(tmp_path / ".mozilla/firefox/abc.default/places.sqlite", FIREFOX)
    assert profiles.histories("firefox", tmp_path) == [path]
    assert profiles.histories("chromium", tmp_path) == []


def test_chrome_and_its_like_were_only_known_as_chromium(tmp_path: Path) -> None:
    chrome = database(tmp_path / ".config/google-chrome/Default/History", CHROMIUM)
    brave = database(tmp_path / ".config/BraveSoftware/Brave-Browser/Default/History", CHROMIUM)
    assert profiles.histories("Chrome", tmp_path) == [chrome]
    assert profiles.histories("brave", tmp_path) == [brave]
    assert profiles.histories("chromium", tmp_path) == [brave, chrome]
    assert profiles.is_of(str(chrome), "chrome", tmp_path) and not profiles.is_of(
        str(brave), "chrome", tmp_path
    )
    assert profiles.is_of(str(brave), "chromium", tmp_path)
