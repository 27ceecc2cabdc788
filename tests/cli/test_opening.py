"""Opening a file never runs what its name says."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gemmasearch.cli.opening import command_for, runnable
from gemmasearch.errors import UsageProblem
from gemmasearch.index import Index, Place
from gemmasearch.settings import Settings
from tests.cli.conftest import Indexed
from tests.cli.terminal import run
from tests.readers.mail_files import attached, multipart, plain

NAMES = [
    "-rf",
    "--help",
    "$(touch canary)",
    "a;touch canary",
    "`touch canary`",
    "a\nb",
    "{line}",
    "a b",
    "'",
    '"',
    "|x",
    "&",
    "*",
    "日本",
]


@pytest.mark.slow
def test_a_file_name_reaches_the_program_as_one_argument(tmp_path: Path) -> None:
    folder = tmp_path / "n"
    folder.mkdir()
    for number, name in enumerate(NAMES):
        (folder / f"{name}.md").write_text(f"The quokka sleeps {number} hours.\n")
    recorder = tmp_path / "recorder"
    recorder.write_text(f'#!/bin/sh\nprintf "%s\\0" "$@" > {tmp_path}/seen\n')
    recorder.chmod(0o755)
    db = tmp_path / "i" / "i.db"
    assert run("index", folder, "--db", db, "--embedder", "static", cwd=tmp_path).code == 0
    hits = [json.loads(line) for line in run("search", "--jsonl", "-n", "50", "quokka", "--db", db).lines]
    assert {hit["path"] for hit in hits} == {str(folder / f"{name}.md") for name in NAMES}
    env = {"GSEARCH_OPEN_TEXT": f"{recorder} --at {{page}} {{path}}"}
    for hit in hits:
        assert run("open", hit["id"], "--db", db, env=env, cwd=tmp_path).code == 0
        seen = (tmp_path / "seen").read_bytes().split(b"\0")[:-1]
        assert seen == [b"--at", b"1", os.fsencode(hit["path"])]
    assert not list(tmp_path.rglob("canary"))


def test_an_editor_that_knows_lines_gets_the_line() -> None:
    place = Place("/n/x.md", "note", None, 12)
    assert command_for(place, Settings(), "vim -R") == ["vim", "-R", "+12", "/n/x.md"]
    assert command_for(place, Settings(), "gimp") == ["gimp", "/n/x.md"]
    with pytest.raises(UsageProblem, match="No closing quotation"):  # was an internal error
        command_for(place, Settings(), "code 'unclosed")
    assert command_for(place, Settings(), " ")[0] in ("open", "xdg-open")
    assert command_for(place, Settings(open_text="code -g {path}:{line}"), "vim") == [
        "code",
        "-g",
        "/n/x.md:12",
    ]
    assert command_for(Place("/n/x.pdf", "pdf", 3), Settings(open_pdf="evince -i {page}"), "") == [
        "evince", "-i", "3", "/n/x.pdf"
    ]  # fmt: skip


def test_a_template_with_an_open_quote_is_a_usage_error() -> None:
    with pytest.raises(UsageProblem):
        command_for(Place("/n/x.md", "note"), Settings(open_text="code 'x"), "")


def test_a_blank_template_and_one_that_begins_with_the_path_ran_the_file_itself() -> None:
    place = Place("/n/run.sh", "code", None, None)
    assert command_for(place, Settings(open_other="  "), "")[0] in ("xdg-open", "open")
    with pytest.raises(UsageProblem, match="run the file itself"):
        command_for(place, Settings(open_other="{path}"), "")


@pytest.mark.parametrize(
    "shell", ["sh -c 'less {path}'", "xterm -e /bin/bash -lc 'vi {path}; read'", "sh -c {path}"]
)
def test_a_shell_in_a_template_ran_what_the_name_of_a_file_says(shell: str) -> None:
    place = Place("/n/$(touch canary).md", "note", None, None)
    with pytest.raises(UsageProblem, match="shell"):
        command_for(place, Settings(open_text=shell), "")
    safe = """sh -c 'less "$1"' sh {path}"""
    assert command_for(place, Settings(open_text=safe), "")[-1] == place.path


@pytest.mark.slow
def test_a_desktops_opener_under_another_name_ran_what_it_should_show(tmp_path: Path) -> None:
    (tmp_path / "n").mkdir()
    script = tmp_path / "n" / "tool.py"
    script.write_text("print('quokka')\n")
    db = tmp_path / "i" / "i.db"
    assert run("index", tmp_path / "n", "--db", db, "--embedder", "static", cwd=tmp_path).code == 0
    for opener in ("/usr/bin/xdg-open {path}", "gio open {path}"):
        refused = run("open", script, "--db", db, env={"GSEARCH_OPEN_OTHER": opener}, cwd=tmp_path)
        assert refused.code == 2 and "--force" in refused.said, refused.said


def test_a_field_that_is_none_is_named_before_anything_is_opened() -> None:
    with pytest.raises(UsageProblem, match="nope"):
        command_for(Place("/n/x.md", "note"), Settings(open_text="vi {nope} {path}"), "")


def test_a_program_that_fails_is_named_with_its_code(indexed: Indexed) -> None:
    hit = indexed.run("search", "--format", "{id}", "-n", "1", "ext:md").lines[0]
    done = run("open", hit, "--db", indexed.db, env={"GSEARCH_OPEN_TEXT": "false {path}"})
    assert done.code == 6 and "false ended with exit code 1" in done.said


def test_what_the_desktop_would_run_is_refused(tmp_path: Path) -> None:
    script = tmp_path / "x.md"
    script.write_text("#!/bin/sh\n")
    assert not runnable(str(script))
    script.chmod(0o755)
    assert runnable(str(script))
    assert runnable("/n/Invoice.DESKTOP") and runnable("/n/x.html.sh") and not runnable("/n/lease.pdf")


def test_a_message_inside_a_mailbox_is_shown_not_opened(indexed: Indexed) -> None:
    handle = indexed.run(
        "search", "--format", "{id} {path}", "-n", "50", "boiler Kondensatleitung kind:mail"
    ).lines
    inside = next(line.split()[0] for line in handle if line.endswith("archive.mbox"))
    done = indexed.run("open", inside, "--print")
    assert done.code == 2 and f"gsearch show {inside}" in done.said


@pytest.mark.slow
def test_what_is_no_file_of_its_own_is_not_handed_to_a_viewer(tmp_path: Path) -> None:
    mail = tmp_path / "n" / "a.eml"
    mail.parent.mkdir()
    mail.write_text(
        multipart(
            plain("See the note."), attached(b"# Quokka\nThe quokka sleeps.\n", "q.md", "text/markdown")
        )
    )
    db = tmp_path / "i" / "i.db"
    assert run("index", mail, "--db", db, "--embedder", "static").code == 0
    with Index.open(db, read_only=True) as index:
        handle = next(h.id for h in index.search("quokka sleeps") if h.meta.get("attached_to") is not None)
    done = run("open", "--print", handle, "--db", db)
    assert done.code == 2 and f"{handle} is an attachment inside {mail}" in done.said


@pytest.mark.slow
def test_a_path_with_a_line_break_was_not_taken_back_as_it_was_printed(tmp_path: Path) -> None:
    folder = tmp_path / "n"
    folder.mkdir()
    for name, text in {"a\nb.md": "quartz one", "c\td.md": "quartz two", "e\\nf.md": "quartz three"}.items():
        (folder / name).write_text(text)
    (tmp_path / "link").symlink_to(folder)
    db = ("--db", tmp_path / "i" / "index.db")
    run("index", *db, folder)
    printed = run("search", *db, "--mode", "words", "--paths", "quartz").lines
    assert len(printed) == 3
    shown = [run("show", *db, path) for path in printed]
    assert sorted(done.text.split()[-1] for done in shown) == ["one", "three", "two"]
    assert run("show", *db, tmp_path / "link" / "e\\nf.md").code == 0  # reached by a link, as a shell may
    assert run("show", *db, folder / "a\\tb.md").code == 1
