"""Kinds of files, labels for a pipe, and the pages that a browser remembers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.terminal import run, run_on_terminal
from tests.readers.browser_profiles import FIREFOX, Writer, contents, database


def test_formats_lists_suffixes_and_what_needs_an_extra() -> None:
    rows = {line.split("\t")[0]: line.split("\t") for line in run("formats").lines}
    assert ".pdf" in rows["pdf"][2] and ".md" in rows["markdown"][2] and rows["xlsx"][7] == "extra: office"
    assert {f["name"] for f in json.loads(run("formats", "--json").text)["data"]} == set(rows)


def test_the_table_of_formats_was_four_hundred_columns_wide_on_a_terminal() -> None:
    shown = run_on_terminal("formats", columns=80).lines
    assert max(map(len, shown)) <= 80
    assert "".join(shown).count("max_pdf_bytes") > 5 and " .md" in " ".join(shown)


@pytest.mark.slow
def test_a_long_description_ran_through_the_columns_of_labels_on_a_terminal(tmp_path: Path) -> None:
    db = tmp_path / "i" / "i.db"
    (tmp_path / "note.md").write_text("A note.\n")
    assert run("index", tmp_path / "note.md", "--db", db, "--embedder", "static").code == 0
    said = "What one has to pay, from whom it came and until when: bills, receipts, reminders of all sorts"
    assert run("label", "add", "invoice", "--describe", said, "--db", db).code == 0
    shown = run_on_terminal("label", "list", "--db", db, columns=80).lines
    assert max(map(len, shown)) <= 80 and len(shown) > 3
    start = shown[0].index("description")
    assert " ".join(line[start:] for line in shown[1:]) == said and not shown[2][:start].strip()


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


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_bookmark_that_was_never_opened_was_among_the_visited_pages(tmp_path: Path) -> None:
    profile = database(tmp_path / "places.sqlite", FIREFOX)
    db, env = tmp_path / "i" / "i.db", {"GSEARCH_EMBEDDER": "static"}
    assert run("index", "--browser", profile, "--db", db, env=env).code == 0

    def addresses(line: str) -> set[str]:
        return set(run("search", line, "--format", "{url}", "--db", db, env=env).lines)

    visited, kept = "https://www.example.org/oil", "https://example.net/kept"
    assert addresses("visited:2024-05") == {visited} and addresses("-visited:2024-05") == {kept}
    assert addresses("date:2024-05") == {visited, kept}


def test_an_option_before_the_command_was_called_unknown_without_a_word_of_its_place(tmp_path: Path) -> None:
    said = run("--db", tmp_path / "i.db", "search", "boiler").said
    assert "No such option" in said and "gsearch search --db …" in said
    assert "gsearch label list --db …" in run("label", "--db", tmp_path / "i.db", "list").said
    assert "see `gsearch --help`" in run("--nosuch").said


def test_a_schedule_named_each_day_by_its_minutes_and_an_interval_that_cron_lacks_not_at_all() -> None:
    env = {"PATH": ""}
    assert "every day\n" in run("schedule", "install", "--every", "1d", "--print", env=env).said
    assert "every 2 hours\n" in run("schedule", "install", "--every", "2h", "--print", env=env).said
    changed = run("schedule", "install", "--every", "90m", "--print", env=env).said
    assert "every hour (cron cannot keep 90m)" in changed


def test_most_lines_of_the_list_of_commands_broke_off() -> None:
    for group in ((), ("label",), ("schedule",), ("models",)):
        listed = run_on_terminal(*group, "--help", columns=80).text
        assert "Commands:" in listed and "..." not in listed.partition("Commands:")[2]
