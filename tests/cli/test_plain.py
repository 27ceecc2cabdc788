"""The short way of ``index``: a line is understood as Typer does, and a glance reports what the run would."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from gemmasearch.cli import plain
from gemmasearch.cli.app import app
from gemmasearch.indexing import glance
from gemmasearch.indexing.lock import lock_path
from gemmasearch.store import Store
from gemmasearch.store.glance import GLANCE

ROOT = Path(__file__).parents[2]
PLAIN = [
    "",
    "mail notes",
    "--json",
    "-q --db /tmp/x.db mail -v",
    "mail --foreground --prune --strict",
    "--embedder static --dim=128 --gpu off --ocr=off --archives on",
    "--max-time 20m --quiet",
    "--quiet --scheduled 1800 --db /tmp/x.db",
]
LEFT_TO_TYPER = [
    "--help",
    "mail --help",
    "--wait 5",
    "--wait",
    "--include *.md mail",
    "mail --exclude *.md",
    "--browser firefox",
    "--dim x",
    "--dim -1",
    "--scheduled soon",
    "--scheduled 1.5",
    "--db",
    "--db -x",
    "--json=yes",
    "--db= mail",
    "-qv",
    "-- mail",
    "--unknown",
]


def by_typer(arguments: list[str]) -> dict[str, Any]:
    command = typer.main.get_command(app).commands["index"]  # type: ignore[attr-defined]
    context = command.make_context("index", arguments)
    return {
        p.name: context.params[p.name]
        for p in command.params
        if p.name != "help" and context.get_parameter_source(p.name).name == "COMMANDLINE"
    }


@pytest.mark.parametrize("line", PLAIN)
def test_a_plain_line_is_understood_as_typer_does(line: str) -> None:
    expected = by_typer(line.split())
    paths = [str(path) for path in expected.pop("paths", None) or ()]
    found = plain.parsed(["index", *line.split()])
    assert found == {**{k: str(v) if k == "db" else v for k, v in expected.items()}, "paths": paths}


@pytest.mark.parametrize("line", LEFT_TO_TYPER)
def test_everything_else_is_left_to_typer(line: str) -> None:
    assert plain.parsed(["index", *line.split()]) is None
    assert plain.parsed(["index", ""]) is None


def test_every_option_is_known_or_left_to_typer_on_purpose() -> None:
    command = typer.main.get_command(app).commands["index"]  # type: ignore[attr-defined]
    known = {flag for p in command.params for flag in (*p.opts, *p.secondary_opts) if flag.startswith("-")}
    left = {"--help", "-h", "--wait", "--include", "--exclude", "--browser"}
    assert {*plain.FLAGS, *plain.VALUES} == known - left


# -- the glance


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A maildir, notes with an ignore file, and a key, all of them old enough, and indexed."""
    for name in ("mail/cur", "mail/new", "mail/tmp", "mail/.notmuch", "notes/sub"):
        (tmp_path / "tree" / name).mkdir(parents=True)
    for number in range(6):
        deliver(tmp_path, f"cur/{number}.host:2,", f"parcel{number}")
    tree = tmp_path / "tree"
    (tree / "notes" / "a.md").write_text("a note about harbours\n")
    (tree / "notes" / "sub" / "b.md").write_text("a note about lanterns\n")
    (tree / "notes" / "sub" / "draft.md").write_text("a note about pelicans\n")
    (tree / "notes" / "sub" / ".gitignore").write_text("draft.md\n")
    (tree / "notes" / "empty.md").write_text("")
    (tree / "notes" / "id_rsa").write_text("key\n")
    for _ in range(2):
        assert index(tmp_path, str(tree)).returncode == 0
    assert record(tmp_path)
    return tmp_path


def deliver(home: Path, name: str, word: str) -> None:
    text = f"From: a@b.c\nSubject: s\nDate: Mon, 5 Jan 2026 10:00:00 +0000\n\nabout {word}\n"
    (home / "tree" / "mail" / name).write_text(text)


# As if two seconds had gone by since the last change.
CODE = """
import sys
from gemmasearch.__main__ import main
{before}
code = main(sys.argv[1:])
print(*sorted(sys.modules), file=sys.stderr)
sys.exit(code)
"""
WHOLE = "from gemmasearch.indexing import current; current.RACY_NS = 0"


def index(home: Path, *arguments: str, code: str = WHOLE, **more: str) -> subprocess.CompletedProcess[str]:
    environ = {
        "PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8",
        "GSEARCH_DB": str(home / "p" / "index.db"), "GSEARCH_EMBEDDER": "fake", **more,
    }  # fmt: skip
    command = [sys.executable, "-c", CODE.format(before=code), "index", "--foreground", *arguments]
    return subprocess.run(command, env=environ, cwd=home, capture_output=True, text=True, timeout=60)


def record(home: Path) -> str:
    with Store.open(home / "p" / "index.db", read_only=True) as store:
        return store.state(GLANCE) or ""


def at_a_glance(home: Path, *arguments: str, code: str = "", **more: str) -> dict[str, Any]:
    """The report of a run that was a glance."""
    done = index(home, "--json", *arguments, code=code, **more)
    assert done.returncode == 0, done.stderr
    assert "gemmasearch.indexing.sync" not in done.stderr.split(), "a whole run"
    return json.loads(done.stdout)["data"]


def whole(home: Path, *arguments: str, **more: str) -> dict[str, Any]:
    """The report of a run that looked at everything."""
    done = index(home, "--json", *arguments, **more)
    assert done.returncode == 0, done.stderr
    assert "gemmasearch.indexing.sync" in done.stderr.split(), "no more than a glance"
    return json.loads(done.stdout)["data"]


def timeless(report: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in report.items() if name != "seconds"}


def test_a_glance_reports_what_the_run_would_and_loads_next_to_nothing(home: Path) -> None:
    seen = timeless(at_a_glance(home))
    assert seen["unchanged"] == 8 and seen["skipped"] == {"empty": 1, "secret": 1}
    assert timeless(at_a_glance(home, str(home / "tree"))) == seen
    assert timeless(whole(home, "--max-time", "1h")) == seen
    quiet, told = index(home, "--quiet", code=""), index(home, code="")
    assert (quiet.returncode, quiet.stdout) == (0, "")
    for done in (quiet, told):
        loaded = {name.partition(".")[0] for name in done.stderr.split()}
        assert not loaded & {
            "typer",
            "dataclasses",
            "typing",
            "json",
            "re",
            "pathlib",
            "psutil",
            "platformdirs",
        }
    lines = [told.stdout, index(home, "--max-time", "1h").stdout]
    assert len({re.sub(r"[\d.]+ s$", "", line.strip()) for line in lines}) == 1, lines


def test_what_a_glance_does_without_is_there_for_others() -> None:
    code = "import sys; before = 'collections' in sys.modules; import gemmasearch.store.glance as g; " \
           "assert before or 'collections' not in sys.modules, 'loaded'; " \
           "import collections.abc; from collections import OrderedDict; import apsw; " \
           "assert collections.abc is sys.modules['collections.abc'] and g.apsw is apsw; " \
           "assert apsw.Connection(':memory:').execute('SELECT :n', OrderedDict(n=3)).fetchall() == [(3,)]"  # fmt: skip
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_glance_leaves_the_marks_of_a_run(home: Path) -> None:
    with Store.open(home / "p" / "index.db", read_only=True) as store:
        before, looked = store.state(glance.RUN), store.roots()[0].looked
    at_a_glance(
        home, "--scheduled", "1800", code="from gemmasearch.indexing import glance; glance.JUST_NOW = 0"
    )
    with Store.open(home / "p" / "index.db", read_only=True) as store:
        beat = json.loads(store.state(glance.RUN) or "")
        assert beat["at"] > json.loads(before or "")["at"] and beat["said"] == "done"
        assert json.loads(store.state(glance.SCHEDULED) or "")["every"] == 1800
        assert (store.roots()[0].looked or 0) > (looked or 0)
    assert lock_path(home / "p" / "index.db").read_bytes() == b""


def test_a_mark_that_was_left_just_now_is_not_written_again(home: Path) -> None:
    def marks() -> list[str | None]:
        with Store.open(home / "p" / "index.db", read_only=True) as store:
            return [store.state(glance.RUN), store.state(glance.SCHEDULED)]

    at_a_glance(home, "--scheduled", "1800")
    first = marks()
    at_a_glance(home, "--scheduled", "1800")
    assert marks() == first and first[1]
    at_a_glance(home, "--scheduled", "3600")
    assert json.loads(marks()[1] or "")["every"] == 3600


def change_flag(home: Path) -> None:
    (home / "tree/mail/cur/1.host:2,").rename(home / "tree/mail/cur/1.host:2,S")


CHANGES = {
    "new mail": (lambda h: deliver(h, "new/n.host", "quince"), {"new": 1}),
    "removed mail": (lambda h: (h / "tree/mail/cur/0.host:2,").unlink(), {"gone": 1}),
    "another flag": (change_flag, {"moved": 1}),
    "an edited note": (lambda h: (h / "tree/notes/a.md").write_text("a note about walnuts\n"), {"changed": 1}),
    "a new note": (lambda h: (h / "tree/notes/sub/c.md").write_text("a note about walnuts\n"), {"new": 1}),
    "an edited ignore file": (lambda h: (h / "tree/notes/sub/.gitignore").write_text("nothing\n"), {"new": 1}),
    "a new ignore file": (lambda h: (h / "tree/.gsearchignore").write_text("b.md\n"), {"gone": 1}),
    "a folder of the maildir": (lambda h: (h / "tree/mail/.notmuch/cur").mkdir(), {"unchanged": 8}),
    "no rights": (lambda h: (h / "tree/notes/a.md").chmod(0o640), {"unchanged": 8}),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", CHANGES)
def test_whatever_changed_is_found_by_the_next_run(home: Path, name: str) -> None:
    change, expected = CHANGES[name]
    change(home)
    report = whole(home)
    assert {key: report[key] for key in expected} == expected
    index(home)  # finds nothing to do, and leaves a record
    at_a_glance(home)


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments", [["retry"], ["roots", "tree", "--exclude", "b.md"], ["forget", "tree/notes/a.md"], ["doctor", "--repair"]]
)  # fmt: skip
def test_after_commands_that_change_what_is_to_be_done_a_run_is_whole(
    home: Path, arguments: list[str]
) -> None:
    if arguments[0] == "doctor":
        with Store.open(home / "p" / "index.db", create=True) as store:
            store.db.run("DELETE FROM words WHERE rowid = 1")
    environ = {
        **os.environ,
        "GSEARCH_DB": str(home / "p" / "index.db"),
        "PYTHONPATH": str(ROOT),
        "HOME": str(home),
    }
    command = [sys.executable, "-m", "gemmasearch", *arguments]
    done = subprocess.run(command, env=environ, cwd=home, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    whole(home)


def test_another_model_or_setting_needs_a_whole_run(home: Path) -> None:
    assert whole(home, GSEARCH_EMBEDDER="static")["embedded"] > 0
    at_a_glance(home, GSEARCH_EMBEDDER="static")
    whole(home, GSEARCH_EMBEDDER="static", GSEARCH_OCR_LANGUAGES="en")
    (home / ".config" / "gsearch").mkdir(parents=True)
    (home / ".config" / "gsearch" / "config.toml").write_text("results = 5\n")
    whole(home, GSEARCH_EMBEDDER="static")


def test_a_message_edited_in_its_place_is_found_by_a_whole_run_a_day_later(home: Path) -> None:
    with open(home / "tree/mail/cur/3.host:2,", "a") as message:
        message.write("and zeppelins\n")
    assert at_a_glance(home)["unchanged"] == 8
    later = "import time; now = time.time; time.time = lambda: now() + 86_400; "
    later += "ns = time.time_ns; time.time_ns = lambda: ns() + 86_400_000_000_000"
    done = index(home, "--json", code=later)
    assert json.loads(done.stdout)["data"]["changed"] == 1, done.stderr


def test_a_run_that_was_killed_is_gone_on_with(home: Path) -> None:
    lock_path(home / "p" / "index.db").write_text('{"pid": 1, "host": "h", "since": 1.0, "what": "index"}')
    whole(home)
    at_a_glance(home)


def test_a_record_of_other_roots_or_a_damaged_one_is_not_believed(home: Path) -> None:
    (home / "other").mkdir()
    whole(home, str(home / "other"))
    whole(home)
    at_a_glance(home)
    whole(home, str(home / "other"))  # of two roots one
    whole(home)
    with Store.open(home / "p" / "index.db", create=True) as store:
        store.set_state(GLANCE, record(home)[:-30])
    whole(home)
