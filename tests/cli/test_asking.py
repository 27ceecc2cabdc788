"""Asking about a text at hand, in a conversation, and again from a crontab."""

from __future__ import annotations

import json
import re
from pathlib import Path

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


def test_a_standing_question_reports_new_mail_once_and_is_silent_otherwise(tmp_path: Path) -> None:
    notes, db = tmp_path / "notes", tmp_path / "i" / "i.db"
    notes.mkdir()
    (notes / "a.md").write_text("# Rent\n\nThe rent is 700 euros. The landlord is Mr Kessler.\n")
    env = {"GSEARCH_GENERATOR": "none", "GSEARCH_EMBEDDER": "static"}

    def gsearch(*arguments: str | Path) -> tuple[int, str]:
        done = run(*arguments, "--db", db, env=env)
        return done.code, done.text

    assert gsearch("index", notes)[0] == 0
    code, text = gsearch("ask", "--save", "rent", "How much is the rent?")
    assert code == 0 and "700" in text
    assert gsearch("ask", "--saved", "rent", "--new-only") == (1, "")
    (notes / "b.md").write_text("# Letter\n\nFrom May on the rent is 740 euros a month.\n")
    assert gsearch("index")[0] == 0
    code, text = gsearch("ask", "--saved", "rent", "--new-only")
    assert code == 0 and "740" in text
    assert gsearch("ask", "--saved", "rent", "--new-only") == (1, "")
    assert gsearch("ask", "--saved", "nothing")[0] == 2


def test_a_conversation_follows_up_lists_its_sources_and_ends_with_its_input(indexed: Indexed) -> None:
    lines = b"When was the boiler serviced?\n/sources\n/show 1\n/show 9\n/nonsense\n\nHow much is the deposit for the flat?\n"
    done = indexed.run("chat", "--generator", "none", stdin=lines)
    assert done.code == 0
    assert "14 March 2026" in done.text and "heating.md" in done.text and "2,340" in done.text
    assert "no source of that number" in done.said


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


def test_ask_as_json_holds_sentences_citations_evidence_and_timings(indexed: Indexed) -> None:
    done = indexed.run("ask", "--json", "--extract", "How much is the deposit for the flat?")
    answer = json.loads(done.text)["data"]
    assert answer["found"] and answer["sentences"][0]["citations"] == [1]
    assert (
        answer["citations"][0]["hit"]["page"] == 3 and answer["evidence"] and answer["timings"]["total"] > 0
    )


def test_impossible_combinations_are_usage_errors(indexed: Indexed) -> None:
    for arguments in (["--saved", "x", "why"], ["--new-only", "why"], ["--saved", "x", "--context", "y"], []):
        assert indexed.run("ask", *arguments).code == 2
