"""Saved searches: listed, asked again, and what is new since."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.terminal import COMMAND, run

STATIC = {"GSEARCH_EMBEDDER": "static"}


@pytest.mark.slow
def test_a_saved_search_is_listed_asked_and_tells_only_what_is_new(tmp_path: Path) -> None:
    folder, db = tmp_path / "n", tmp_path / "i" / "i.db"
    folder.mkdir()
    (folder / "a.md").write_text("The kiln was fired in May.\n")
    run("index", folder, "--db", db, env=STATIC)
    assert run("save", "pots", "kiln", "--db", db).code == 0
    assert run("save", "--db", db).text == "pots\tkiln\n"
    assert run("search", "@pots", "--paths", "--db", db, env=STATIC).lines == [str(folder / "a.md")]
    assert run("search", "--new", "@pots", "--paths", "--db", db, env=STATIC).lines == [str(folder / "a.md")]
    assert run("search", "--new", "@pots", "--paths", "--db", db, env=STATIC).code == 1
    (folder / "b.md").write_text("A second kiln was bought in June.\n")
    run("index", "--db", db, env=STATIC)
    assert run("search", "--new", "@pots", "--paths", "--db", db, env=STATIC).lines == [str(folder / "b.md")]
    unknown = run("search", "@nothing", "--db", db, env=STATIC)
    assert unknown.code == 1 and "no search is saved as nothing" in unknown.said
    assert run("search", "--new", "@nothing", "--db", db, env=STATIC).code == 2
    assert run("search", "--new", "kiln", "--db", db, env=STATIC).code == 2
    more = run("search", "--new", "@pots", "date:2w", "--db", db, env=STATIC)
    assert more.code == 2 and "takes the name of a saved search alone" in more.said
    for name in ("c.md", "d.md"):
        (folder / name).write_text(f"A kiln in the yard of {name}.\n")
        os.utime(folder / name, times=(0, 1.7e9 + ord(name[0])))
    run("index", "--db", db, env=STATIC)
    newest = run("search", "--new", "@pots", "--sort", "date", "--paths", "--db", db, env=STATIC)
    assert newest.lines == [str(folder / "d.md"), str(folder / "c.md")], "the order was not heeded"


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a full disk to write to")
def test_news_that_could_not_be_written_were_lost(tmp_path: Path) -> None:
    folder, db = tmp_path / "n", tmp_path / "i" / "i.db"
    folder.mkdir()
    (folder / "a.md").write_text("The kiln was fired in May.\n")
    run("index", folder, "--db", db, env=STATIC)
    run("save", "pots", "kiln", "--db", db)
    run("ask", "--save", "fired", "When was the kiln fired?", "--extract", "--db", db, env=STATIC)
    (folder / "b.md").write_text("The kiln was fired again on 9 June.\n")
    run("index", "--db", db, env=STATIC)
    for line in (
        ("search", "--new", "@pots", "--paths"),
        ("ask", "--saved", "fired", "--new-only", "--extract"),
    ):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [*COMMAND, *line, "--db", db],
                stdout=full,
                stderr=subprocess.PIPE,
                env={**os.environ, **STATIC},
            )
        assert done.returncode == 6, done.stderr
        again = run(*line, "--db", db, env=STATIC)
        assert again.code == 0 and str(folder / "b.md") in again.text
        assert run(*line, "--db", db, env=STATIC).code == 1


@pytest.mark.slow
def test_a_name_that_is_kept_anew_says_what_it_stood_for(tmp_path: Path) -> None:
    db = tmp_path / "i" / "i.db"
    (tmp_path / "a.md").write_text("The kiln was fired in May.\n")
    run("index", tmp_path / "a.md", "--db", db, env=STATIC)
    assert run("save", "pots", "kiln", "--db", db).code == 0
    again = run("save", "pots", "@pots may", "--db", db)
    assert again.code == 0 and "it stood for: kiln" in again.said
    assert run("save", "--db", db).text == "pots\tkiln may\n"
    assert run("save", "nope", "--db", db).code == 1
    unset = run("save", "pots", "", "--db", db)  # an unset variable of a script forgot the name
    assert unset.code == 2 and "empty" in unset.said
    assert run("save", "--db", db).text == "pots\tkiln may\n"


@pytest.mark.slow
def test_lists_of_nothing_and_a_name_that_was_forgotten_said_nothing_of_it(tmp_path: Path) -> None:
    db, empty = tmp_path / "i.db", {"PATH": "", "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    (tmp_path / "a.md").write_text("a note")
    assert run("index", tmp_path / "a.md", "--db", db, env={"GSEARCH_EMBEDDER": "static"}).code == 0
    assert "gsearch save NAME" in run("save", "--db", db).said
    assert run("save", "rent", "from:kessler", "--db", db).code == 0
    assert "from:kessler" in run("save", "rent", "--db", db).said
    assert "schedule install" in run("schedule", "show", env=empty).said
    assert "no schedule" in run("schedule", "remove", env=empty).said
