"""60 payloads in every place that a file can bring them, on a terminal, in a pipe and as JSON."""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gemmasearch import Index
from tests.cli.payloads import PAYLOADS, as_name, as_text, dangers
from tests.cli.terminal import Ran, run, run_on_terminal
from tests.readers.pdf_files import pdf

MANY = """
import os, sys
from gemmasearch.__main__ import main
for line in open(sys.argv[1], "rb").read().split(b"\\n\\n"):
    arguments = [os.fsdecode(bytes.fromhex(word.decode())) for word in line.split()]
    code = main(arguments)
    if code in (70, None) or code < 0:
        sys.exit(f"code {code}: {arguments!r}")
"""


CALM = b"Ordinary words around it, so that the file is taken for the text that it is.\n" * 6


@dataclass(frozen=True)
class Hostile:
    home: Path
    db: Path
    count: int


def _word(payload: bytes) -> str:
    return "=?utf-8?b?" + base64.b64encode(as_text(payload)[:5000].encode()).decode() + "?="


def _write(folder: Path, number: int, payload: bytes) -> None:
    """Five files that carry the payload in their name, folder, subject, sender, PDF title and body."""
    at = os.fsencode(folder)
    named = b"%s/%02d%s.md" % (at, number, as_name(payload))
    inside = b"%s/%02df%s" % (at, number, as_name(payload))
    os.mkdir(inside)
    for path, text in (
        (named, b"# Quokka\nquokka name%d sleeps\n" % number),
        (inside + b"/note.md", b"quokka folder%d sleeps\n" % number),
        (b"%s/%02d-body.md" % (at, number), b"# Body\nquokka body%d %s sleeps\n%s" % (number, payload, CALM)),
        (b"%s/%02d-empty%s.md" % (at, number, as_name(payload)[:180]), b""),
    ):
        with open(path, "wb") as file:
            file.write(text)
    for field, subject, sender in (("subject", _word(payload), "Dana"), ("sender", "Quokka", _word(payload))):
        (folder / f"{number:02}-{field}.eml").write_text(
            f"From: {sender} <d@example.org>\nTo: {sender} <k@example.org>\nSubject: {subject}\n"
            f"Date: Wed, 01 May 2024 12:00:00 +0000\nMessage-ID: <{field}{number}@x>\n\nquokka {field}{number} sleeps\n"
        )
    title = ("\ufeff" + as_text(payload)[:5000]).encode("utf-16-be").hex()
    (folder / f"{number:02}-title.pdf").write_bytes(
        pdf([f"quokka pdf{number} sleeps"], info=f"/Title <{title}>")
    )


def _make(folder: Path, payloads: tuple[bytes, ...]) -> Hostile:
    home, db = folder / "home", folder / "private" / "index.db"
    home.mkdir()
    for number, payload in enumerate(payloads):
        _write(home, number, payload)
    done = run("index", home, "--db", db, "--embedder", "static")
    assert done.code == 0, done.said
    assert done.text.startswith(f"files: {6 * len(payloads)} new"), done.text
    return Hostile(home, db, len(payloads))


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    """One payload of each sort."""
    sorts = (0, 2, 18, 20, 22, 29, 34, 38, 41, 43, 46, 47, 49, 55, 56, 59)
    return _make(tmp_path_factory.mktemp("few"), tuple(PAYLOADS[i] for i in sorts))


@pytest.fixture(scope="module")
def all_of_them(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    return _make(tmp_path_factory.mktemp("all"), PAYLOADS)


def _commands(hostile: Hostile, payloads: tuple[bytes, ...]) -> list[list[str]]:
    """Everything that prints something of a file or of what was typed."""
    look = ["search", "-n", "900", "--all", "--mode", "words", "quokka"]
    with Index.open(hostile.db, read_only=True) as index:
        handles = [h.id for h in index.search("quokka", mode="words", limit=900, collapse=False)]
    commands = [
        look, [*look, "--explain"], [*look, "--group", "file"], [*look, "--group", "thread"], [*look, "--sort", "path"], [*look, "--paths"],
        [*look, "--csv"], [*look, "--jsonl"], [*look, "--json"], [*look, "--format", "{path} {title} {sender} {place} {snippet}"],
        ["search", "-n", "900", "quokka sleeps"], ["status", "--failed"], ["status"], ["dupes"], ["dupes", "--json"], ["roots"],
        ["ask", "--extract", "what sleeps?"], ["ask", "--extract", "--markdown", "which quokka sleeps?"],
        ["similar", handles[0]],
    ]  # fmt: skip
    commands += [["show", handle] for handle in handles[::5]] + [
        ["open", "--print", handle] for handle in handles[::7]
    ]
    commands += [["thread", handle] for handle in handles[::9]]
    for payload in payloads:
        typed = os.fsdecode(as_name(payload))
        commands += [
            ["show", typed], ["search", "--", typed], ["search", "--explain-query", "--", typed], ["search", "--mode", typed, "x"],
            ["save", "--", typed, "x"], ["similar", "--", typed], ["why", "--", f"{hostile.home}/{typed}"], ["index", "-q", "--", typed],
            [f"--{typed}"], [typed], ["search", "--format", "{" + typed + "}", "x"], ["search", "--embedder", typed, "quokka"],
            ["search", "--db", f"/{typed}", "x"], ["models", "path", "--", typed], ["search", "x", "--after", typed],
        ]  # fmt: skip
    return [[command[0], "--db", str(hostile.db), *command[1:]] if "--db" not in command and command[0] in _INDEXED else command for command in commands]  # fmt: skip


_INDEXED = (
    "search",
    "show",
    "open",
    "similar",
    "thread",
    "dupes",
    "status",
    "ask",
    "save",
    "why",
    "index",
    "roots",
)


def _ran(hostile: Hostile, payloads: tuple[bytes, ...], runner: Callable[..., Ran], folder: Path) -> Ran:
    """All the commands in one process: a start for each would take minutes."""
    commands = _commands(hostile, payloads)
    listed = folder / "commands"
    listed.write_bytes(
        b"\n\n".join(b" ".join(os.fsencode(w).hex().encode() for w in c if w) for c in commands)
    )
    done = runner(
        command=[sys.executable, "-c", MANY, str(listed)], env={"PYTHONPATH": os.getcwd(), "COLUMNS": "80"}
    )
    assert done.code == 0, (done.said or done.text)[-2000:]
    return done


def _on_a_terminal(hostile: Hostile, payloads: tuple[bytes, ...], folder: Path) -> None:
    received = _ran(hostile, payloads, run_on_terminal, folder).out
    assert dangers(received) == []
    for visible in (b"[/x]", b"[link=http://evil.example]click[/link]"):
        assert visible in received


def _in_a_pipe(hostile: Hostile) -> None:
    look = ("search", "-n", "900", "--all", "--mode", "words", "--db", hostile.db, "quokka")
    lines = run(*look).out.split(b"\n")
    assert lines.pop() == b"" and len(lines) == 6 * hostile.count
    assert {line.count(b"\t") for line in lines} == {5}
    assert len(run(*look, "--paths").out.split(b"\n")) == 6 * hostile.count + 1


def _as_json(hostile: Hostile) -> None:
    """JSON holds what the index holds, and this the exact names of the files."""
    look = ("search", "-n", "900", "--all", "--mode", "words", "--db", hostile.db, "quokka")
    hits = json.loads(run(*look, "--json").text)["data"]["hits"]
    with Index.open(hostile.db, read_only=True) as index:
        known = index.search("quokka", mode="words", limit=900, collapse=False)
    assert len(hits) == len(known) == 6 * hostile.count
    paths = set()
    for hit, was in zip(hits, known, strict=True):
        exact = base64.b64decode(hit["path_b64"]) if "path_b64" in hit else os.fsencode(hit["path"])
        paths.add(exact)
        assert exact == os.fsencode(was.path)
        for name in ("title", "text", "sender", "recipients", "part"):
            assert hit[name] == getattr(was, name)
        assert hit["snippet"]["text"] == was.snippet.text
    on_disk = {os.path.join(at, name) for at, _, names in os.walk(os.fsencode(hostile.home)) for name in names if b"-empty" not in name}  # fmt: skip
    assert paths == on_disk
    by_line = [json.loads(line) for line in run(*look, "--jsonl").out.splitlines()]
    assert by_line == hits


def test_one_payload_of_each_sort_everywhere(few: Hostile, tmp_path: Path) -> None:
    _in_a_pipe(few)
    _as_json(few)


@pytest.mark.slow
def test_sixty_payloads_on_a_terminal(all_of_them: Hostile, tmp_path: Path) -> None:
    assert len(PAYLOADS) == 60
    _on_a_terminal(all_of_them, PAYLOADS, tmp_path)


@pytest.mark.slow
def test_sixty_payloads_in_a_pipe_and_as_json(all_of_them: Hostile) -> None:
    _in_a_pipe(all_of_them)
    _as_json(all_of_them)


@pytest.mark.slow
def test_progress_on_a_terminal_names_files_harmlessly(all_of_them: Hostile, tmp_path: Path) -> None:
    received = run_on_terminal(
        "index", all_of_them.home, "-v", "--embedder", "static", "--db", tmp_path / "i.db"
    ).out
    for cursor in (b"\x1b[?25l", b"\x1b[?25h", b"\x1b[2K", b"\x1b[1A", b"\r"):
        received = received.replace(cursor, b"")
    styles = [d for d in dangers(received) if "\\x1b" not in d]
    assert styles == []
    assert (
        b"\x1b]" not in received
        and b"\x1bP" not in received
        and b"\x1b[31m" not in received.replace(b"\x1b[38;", b"")
    )
