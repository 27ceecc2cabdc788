"""Visited and imported pages, by the commands."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path

import apsw
import pytest

from gemmasearch.errors import UsageProblem
from gemmasearch.indexing import pages
from gemmasearch.settings import Settings
from tests.cli.terminal import COMMAND, Ran, run
from tests.readers.browser_profiles import CHROMIUM, FIREFOX, Writer, contents, database

PAGE = b"<!doctype html><title>Oil</title><nav>menu</nav><main><h1>Oil</h1><p>The walnut table drinks tung oil.</p></main>"


def command(db: Path, name: str, *arguments: str | Path, stdin: bytes = b"") -> Ran:
    return run(name, "--db", db, *arguments, stdin=stdin)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("browser", "place", "schema"),
    [
        ("firefox", ".mozilla/firefox/abc.default/places.sqlite", FIREFOX),
        pytest.param("chromium", ".config/chromium/Default/History", CHROMIUM, marks=pytest.mark.slow),
    ],
)
def test_pages_of_a_running_browser_are_found_listed_and_forgotten_and_its_profile_stays_as_it_was(
    tmp_path: Path, private_home: Path, browser: str, place: str, schema: str
) -> None:
    db = tmp_path / "i.db"
    path = database(private_home / place, schema)
    with Writer(path):
        before = contents(path.parent)
        done = command(db, "index", "--browser", browser)
        assert done.code == 0, done.said
        assert contents(path.parent) == before
    hits = json.loads(command(db, "search", "--json", "walnut oil site:example.org visited:2024-05").out)[
        "data"
    ]["hits"]
    hit = hits[0]
    assert hit["meta"]["url"].endswith("example.org/oil")
    assert command(db, "search", "walnut oil visited:2023").code == 1
    assert "example.org/oil" in command(db, "search", "walnut tables").text
    assert command(db, "search", "title:log").code == 0 and command(db, "search", "committed").code == 1
    assert f"visited pages of {browser}" in command(db, "roots").text
    assert command(db, "forget", "--browser", browser).code == 0
    assert command(db, "search", "walnut").code == 1
    assert command(db, "roots").text.strip() == ""
    assert command(db, "forget", "--browser", browser).code == 1


@pytest.mark.slow
def test_a_page_that_was_forgotten_came_back_with_the_next_visit(tmp_path: Path, private_home: Path) -> None:
    db = tmp_path / "i.db"
    path = database(private_home / ".mozilla/firefox/abc.default/places.sqlite", FIREFOX)
    assert command(db, "index", "--browser", "firefox").code == 0
    assert command(db, "forget", "--yes", "walnut oil site:example.org").code == 0
    assert command(db, "search", "--mode", "words", "walnut oil site:example.org/oil").code == 1
    connection = apsw.Connection(str(path))
    connection.execute("UPDATE moz_places SET last_visit_date = last_visit_date + 86400000000").fetchall()
    connection.close()
    done = command(db, "index")
    assert done.code == 0 and "1 changed" in done.text
    assert command(db, "search", "--mode", "words", "walnut oil site:example.org/oil").code == 1
    assert command(db, "search", "--mode", "words", "walnut tables").code == 0
    assert command(db, "forget", "--undo").code == 0 and command(db, "index").code == 0
    assert command(db, "search", "--mode", "words", "walnut oil site:example.org/oil").code == 0


@pytest.mark.slow
def test_a_page_from_a_pipe_is_kept_private_found_by_its_address_and_replaced(tmp_path: Path) -> None:
    db = tmp_path / "private" / "i.db"
    url = "https://www.example.org/oil?a=1"
    done = command(db, "import-page", "-", "--url", url, stdin=PAGE)
    assert done.code == 0, done.said
    assert url in done.text and "Oil" in done.text
    hits = json.loads(command(db, "search", "--json", "tung oil site:example.org visited:today").out)["data"][
        "hits"
    ]
    assert [h["meta"]["url"] for h in hits] == [url] and hits[0]["title"] == "Oil"
    assert command(db, "import-page", "-", "--url", url, stdin=PAGE.replace(b"tung", b"linseed")).code == 0
    assert command(db, "search", "-n1", "linseed site:example.org").code == 0
    assert command(db, "search", "tung").code == 1
    kept = list((tmp_path / "private" / "i-pages").iterdir())
    assert len(kept) == 1 and stat.S_IMODE(kept[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(kept[0].parent.stat().st_mode) == 0o700
    assert "imported pages" in command(db, "roots").text
    assert command(db, "forget", kept[0].parent).code == 0


def test_a_page_saved_with_singlefile_brings_its_own_address(tmp_path: Path) -> None:
    head = b"<!DOCTYPE html> <html lang=en><!--\n Page saved with SingleFile \n url: https://example.net/table \n"
    head += b" saved date: Wed May 01 2024 12:00:00 GMT+0200 (CEST)\n-->"
    file = tmp_path / "page.html"
    file.write_bytes(head + PAGE)
    done = json.loads(command(tmp_path / "i.db", "import-page", "--json", file).out)["data"]
    assert (done["page"]["url"], done["page"]["title"]) == ("https://example.net/table", "Oil")
    (hit,) = json.loads(command(tmp_path / "i.db", "search", "--json", "tung visited:2024-05-01").out)[
        "data"
    ]["hits"]
    assert hit["meta"]["url"] == "https://example.net/table"


@pytest.mark.parametrize(
    ("raw", "url", "said"),
    [
        (b"", "", "no web page"),
        (b"%PDF-1.7\n", "", "no web page, but pdf"),
        (PAGE, "javascript:alert(1)", "no web address"),
        (b"<html><body></body></html>", "", "no-text"),
    ],
)
def test_what_is_no_page_is_refused(tmp_path: Path, raw: bytes, url: str, said: str) -> None:
    with pytest.raises(UsageProblem, match=said):
        pages.keep(raw, Settings(db=str(tmp_path / "i.db")), url=url)
    assert not pages.folder(tmp_path / "i.db").exists()


@pytest.mark.slow
def test_a_page_that_was_forgotten_and_imported_again_was_found_by_no_search(tmp_path: Path) -> None:
    db, url = tmp_path / "i.db", "https://example.org/oil"
    page = json.loads(command(db, "import-page", "-", "--url", url, "--json", stdin=PAGE).out)["data"]["page"]
    assert command(db, "forget", page["path"]).code == 0
    assert command(db, "search", "--mode", "words", "walnut").code == 1
    assert command(db, "import-page", "-", "--url", url, stdin=PAGE).code == 0
    assert command(db, "search", "--mode", "words", "walnut").code == 0


@pytest.mark.slow
def test_forgetting_all_imported_pages_did_not_say_that_their_files_stay(tmp_path: Path) -> None:
    db = tmp_path / "i.db"
    assert command(db, "import-page", "-", "--url", "https://example.org/oil", stdin=PAGE).code == 0
    done = command(db, "forget", tmp_path / "i-pages")
    assert done.code == 0 and f"rm -r {tmp_path / 'i-pages'}" in done.said


@pytest.mark.slow
def test_forgetting_an_imported_page_by_a_query_did_not_say_that_its_copy_stays(tmp_path: Path) -> None:
    db, url = tmp_path / "i.db", "https://example.org/oil"
    page = json.loads(command(db, "import-page", "-", "--url", url, "--json", stdin=PAGE).out)["data"]["page"]
    done = command(db, "forget", "site:example.org")
    assert done.code == 0 and f"rm {page['path']}" in done.said


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    [
        ["import-page", "-", "--url", "https://example.org/"],
        ["similar", "-"],
        ["classify", "-", "--labels", "a,b"],
        ["ask", "what", "--context", "-"],
        ["ask", "-"],
    ],
    ids=lambda line: line[0],
)
def test_a_pipe_that_never_ends_took_all_memory_and_was_called_a_bug(tmp_path: Path, line: list[str]) -> None:
    assert command(tmp_path / "i.db", "import-page", "-", stdin=PAGE).code == 0
    with subprocess.Popen(["yes", "some words"], stdout=subprocess.PIPE) as endless:
        done = subprocess.run(
            [*COMMAND, *line, "--db", str(tmp_path / "i.db")],
            stdin=endless.stdout,
            capture_output=True,
            timeout=120,
            check=False,
        )
        endless.kill()
    assert done.returncode == 2 and b"more than" in done.stderr, done.stderr


@pytest.mark.slow
def test_a_pipe_into_which_nobody_writes_kept_import_page_waiting_for_ever(tmp_path: Path) -> None:
    pipe, db = tmp_path / "pipe", tmp_path / "i" / "i.db"
    os.mkfifo(pipe)
    alone = run("import-page", pipe, "--db", db, env={"GSEARCH_EMBEDDER": "static"})
    assert alone.code == 2 and "into which nobody writes" in alone.said and not db.exists()
    late = f"exec 3>{pipe}; sleep 6; printf '<title>Kiln</title><p>Fired at dusk.' >&3"
    with subprocess.Popen(["sh", "-c", late]):
        done = run("import-page", pipe, "--db", db, env={"GSEARCH_EMBEDDER": "static"})
    assert (done.code, done.text.split("\t")[0]) == (0, "Kiln")
