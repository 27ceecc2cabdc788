"""Asking about a text at hand, in a conversation, and again from a crontab."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Indexed
from tests.cli.terminal import run

LETTER = b"""Dear Ms Brandt,

we will replace the windows on 9 June 2026. Please be at home from 8 to 12.
Invoice 4711 over 300 euros is still open.

Kind regards, Weller
"""


def test_a_text_from_a_pipe_can_be_asked_and_nothing_of_it_is_kept(tmp_path: Path) -> None:
    env = {"TMPDIR": str(tmp_path), "GSEARCH_GENERATOR": "none", "GSEARCH_EMBEDDER": "static"}
    done = run("ask", "when will the windows be replaced", "--context", "-", stdin=LETTER, env=env)
    assert done.code == 0 and "9 June 2026" in done.text
    assert list(tmp_path.iterdir()) == []
    assert run("ask", "-", "--context", "-", stdin=LETTER, env=env).code == 2
    assert run("ask", "what", "--context", "/no/such/file", env=env).code == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "digits", ["123 456 " * 4_000, "31415926" * 4_000, "a = 12, " * 4_000, "1.2.2024 12 " * 3_000]
)
def test_a_question_about_a_text_of_thousands_of_digits_was_not_answered_in_minutes(digits: str) -> None:
    text = f"The rent is 900 euros.\n\nThe digits of the rent: {digits}\n"
    done = run("ask", "how many digits has the rent", "--extract", "--context", "-", stdin=text.encode())
    assert done.code in (0, 1), done.said
    done = run("ask", "how much is the rent", "--extract", "--context", "-", stdin=text.encode())
    assert "900 euros" in done.text


@pytest.mark.parametrize(
    "raw", [b"%PDF-1.4\nBT (The rent is 900 euros.) Tj ET\n", b"{\\rtf1 The rent is 900 euros.}"]
)
def test_what_is_text_for_no_reader_was_quoted_as_it_stands(raw: bytes) -> None:
    done = run("ask", "what is the rent", "--context", "-", stdin=raw)
    assert done.code == 2 and "is no text" in done.said


LETTER_OF_MAY = b"""From: Kessler <kessler@example.org>
To: nora@example.org
Subject: Your flat
Date: Fri, 1 May 2026 10:00:00 +0200
Message-ID: <rent-1@example.org>

Dear Ms Brandt, from June on the rent of the flat is 740 euros a month.
"""
CRONTAB = """
gsearch() { "$PYTHON" -m gemmasearch "$@" --db "$DB" 2>>"$HOME/errors"; }
for turn in 1 2 3; do
  if [ "$turn" = 2 ]; then
    cp "$HOME/letter" "$MAIL/new/1.host"; cp "$HOME/other" "$MAIL/new/2.host"
  fi
  gsearch index --quiet >/dev/null
  gsearch ask --saved rent --new-only; echo "turn $turn: $?"
done
"""


@pytest.mark.slow
def test_a_standing_question_in_a_crontab_reports_new_mail_once_and_is_silent_otherwise(
    tmp_path: Path,
) -> None:
    mail, db = tmp_path / "Mail", tmp_path / "i" / "i.db"
    for folder in ("cur", "new", "tmp"):
        (mail / folder).mkdir(parents=True)
    (mail / "cur" / "0.host:2,S").write_bytes(
        LETTER_OF_MAY.replace(b"740", b"700").replace(b"rent-1", b"rent-0")
    )
    (tmp_path / "letter").write_bytes(LETTER_OF_MAY)
    (tmp_path / "other").write_bytes(LETTER.replace(b"Dear", b"Subject: Windows\n\nDear"))
    env = {"GSEARCH_GENERATOR": "none", "GSEARCH_EMBEDDER": "static"}
    assert run("index", mail, "--db", db, env=env).code == 0
    first = run("ask", "--save", "rent", "How much is the rent of the flat?", "--db", db, env=env)
    assert first.code == 0 and "700" in first.text
    done = subprocess.run(
        ["/bin/sh", "-c", CRONTAB],
        env={
            **os.environ,
            **env,
            "PYTHON": sys.executable,
            "DB": str(db),
            "HOME": str(tmp_path),
            "MAIL": str(mail),
        },
        capture_output=True,
        text=True,
        timeout=200,
        cwd=Path(__file__).parents[2],
    )
    report, rest = done.stdout.split("turn 2: 0\n")
    assert report.startswith("turn 1: 1\n") and "740" in report and "Kessler" in report
    assert rest == "turn 3: 1\n"
    assert run("ask", "--saved", "nothing", "--db", db, env=env).code == 2


def test_a_conversation_follows_up_lists_its_sources_and_ends_with_its_input(indexed: Indexed) -> None:
    lines = b"When was the boiler serviced?\n/sources\n/show 1\n/show 9\n/nonsense\n\nHow much is the deposit for the flat?\n"
    done = indexed.run("chat", "--extract", stdin=lines)
    assert done.code == 0
    assert "14 March 2026" in done.text and "heating.md" in done.text and "2,340" in done.text
    assert "no source of that number" in done.said


@pytest.mark.parametrize("number", ["²", "9" * 5_000])
def test_a_source_that_python_reads_as_no_number_ended_the_conversation(
    indexed: Indexed, number: str
) -> None:
    done = indexed.run("chat", "--extract", stdin=f"/open {number}\n/show {number}\n".encode())
    assert done.code == 0 and done.said.count("no source of that number") == 2


@pytest.mark.slow
def test_a_source_of_a_conversation_opens_at_its_line_and_history_is_kept_only_if_wanted(
    indexed: Indexed, tmp_path: Path
) -> None:
    lines = b"When was the boiler serviced?\n/open 1\n/open 9\n"
    editor = {"GSEARCH_OPEN_TEXT": "printf OPENED:%s:{line} {path}", "XDG_DATA_HOME": str(tmp_path)}
    options = ("chat", "--generator", "none", "--db", indexed.db)
    done = run(*options, stdin=lines, env=editor)
    assert (
        re.search(r"OPENED:.*heating\.md:\d+|OPENED:\d+", done.text)
        and "no source of that number" in done.said
    )
    assert not list(tmp_path.rglob("chat_history"))
    assert run(*options, stdin=lines, env={**editor, "GSEARCH_HISTORY": "on"}).code == 0
    (history,) = tmp_path.rglob("chat_history")
    assert history.stat().st_mode & 0o777 == 0o600
    assert history.read_text().split("\n")[0] == "When was the boiler serviced?"
    assert run(*options, stdin=lines, env={**editor, "GSEARCH_HISTORY": "maybe"}).code == 2


@pytest.mark.slow
def test_markdown_holds_no_link_or_tag_of_the_files_making(tmp_path: Path) -> None:
    (tmp_path / "n").mkdir()
    (tmp_path / "n" / "a.md").write_text(
        "The kiln was fired on 3 May 2024 [see](http://evil.example) <img src=x>.\n"
    )
    db = tmp_path / "i" / "i.db"
    run("index", tmp_path / "n", "--db", db, "--embedder", "static")
    done = run("ask", "--format", "markdown", "--extract", "When was the kiln fired?", "--db", db)
    assert done.code == 0 and "3 May 2024" in done.text
    assert "img src" in done.text and not re.search(r"(?<!\\)[\[<]", done.text)
    assert "1. `" in done.text
    refused = run("ask", "--format", "markdown", "--extract", "Which opera was sung in Lisbon?", "--db", db)
    assert refused.code == 1 and "Nearest passages" in refused.text and "a.md" in refused.text
    misspelt = run("ask", "--extract", "Which opera was snug in the klin?", "--db", db)
    assert misspelt.code == 1 and "did you mean: " in misspelt.said and "kiln" in misspelt.said


def test_a_refusal_showed_scraps_and_marks_of_lists_and_in_markdown_no_place(tmp_path: Path) -> None:
    (tmp_path / "lease.md").write_text(
        "Section 9.\n\nThe garden belongs to the flat.\n\nSection 10.\n\n- Rent is due on the third working day.\n"
    )
    db = tmp_path / "i" / "i.db"
    run("index", tmp_path / "lease.md", "--db", db, "--embedder", "static")
    line = ("ask", "--extract", "Which opera was sung in the garden section?", "--db", db)
    plain = run(*line).text
    assert "lease.md, line 3)" in plain and "· Section" not in plain and "· -" not in plain
    marked = run(*line, "--format", "markdown").text
    assert "lease.md`, line 3)" in marked and "- Section" not in marked and "- -" not in marked


def test_ask_as_json_holds_sentences_citations_evidence_and_timings(indexed: Indexed) -> None:
    done = indexed.run("ask", "--json", "--extract", "How much is the deposit for the flat?")
    answer = json.loads(done.text)["data"]
    assert answer["found"] and answer["sentences"][0]["citations"] == [1]
    assert (
        answer["citations"][0]["hit"]["page"] == 3 and answer["evidence"] and answer["timings"]["total"] > 0
    )


def test_impossible_combinations_are_usage_errors(indexed: Indexed) -> None:
    for arguments in (
        ["--saved", "x", "why"],
        ["--new-only", "why"],
        ["--saved", "x", "--context", "y"],
        ["--format", "markdown", "--json", "why"],
        [],
    ):
        assert indexed.run("ask", *arguments).code == 2


@pytest.mark.slow
def test_a_question_that_is_kept_with_extract_is_answered_without_a_generator(tmp_path: Path) -> None:
    """Kept and asked again, it went to the generator whatever the line said."""
    (tmp_path / "n").mkdir()
    (tmp_path / "n" / "a.md").write_text("Tom agreed to rent out the house until 2027.\n")
    db = tmp_path / "i" / "i.db"
    run("index", tmp_path / "n", "--db", db, "--embedder", "static")
    asked = ("ask", "--extract", "--generator", "fake", "--db", db)
    done = run(*asked, "--save", "house", "Has Tom agreed to rent out the house?", "--json")
    assert json.loads(done.text)["data"]["generator"] == ""
    again = run(*asked, "--saved", "house", "--json")
    assert json.loads(again.text)["data"]["generator"] == ""
