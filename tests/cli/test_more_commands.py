"""Kinds of files, labels for a pipe, and the pages that a browser remembers."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.terminal import run
from tests.readers.browser_profiles import FIREFOX, Writer, contents, database


def test_formats_lists_suffixes_and_what_needs_an_extra() -> None:
    rows = {line.split("\t")[0]: line.split("\t") for line in run("formats").lines}
    assert ".pdf" in rows["pdf"][2] and ".md" in rows["markdown"][2] and rows["xlsx"][7] == "extra: office"
    assert {f["name"] for f in json.loads(run("formats", "--json").text)["data"]} == set(rows)


def test_classify_labels_a_pipe_and_files(tmp_path: Path) -> None:
    party = tmp_path / "party.txt"
    party.write_text("Come to our birthday party on Saturday! There will be cake, music and dancing.\n")
    labels = "invoice=a bill that has to be paid,party=an invitation to a celebration"
    env = {"GSEARCH_EMBEDDER": "static"}
    bill = b"Invoice 4711: please pay 300 euros by bank transfer within 14 days.\n"
    done = run("classify", "--labels", labels, "-", party, stdin=bill, env=env)
    rows = [line.split("\t") for line in done.lines]
    assert [(r[0], r[1]) for r in rows] == [("-", "invoice"), (str(party), "party")]
    assert all(0 <= float(r[2]) <= 1 for r in rows)
    assert run("classify", "--labels", "one", party, env=env).code == 2
    assert run("classify", "--labels", "a,b", tmp_path / "none", env=env).code == 2


def test_visited_pages_are_found_by_their_address_while_the_browser_writes(tmp_path: Path) -> None:
    profile = database(tmp_path / "home" / ".mozilla" / "firefox" / "x.default" / "places.sqlite", FIREFOX)
    db = tmp_path / "i" / "i.db"
    env = {"HOME": str(tmp_path / "home"), "GSEARCH_EMBEDDER": "static"}
    with Writer(profile):
        before = contents(profile.parent)
        done = run("index", "--browser", "firefox", "--db", db, env=env)
        assert done.code == 0, done.said
        assert contents(profile.parent) == before
    found = run("search", "walnut oil", "--format", "{url}", "--db", db, env=env)
    assert found.lines[0] == "https://www.example.org/oil"
    assert str(profile) in run("status", "--db", db, env=env).text
    assert run("index", "--browser", "netscape", "--db", db, env=env).code == 2
