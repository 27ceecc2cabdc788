"""A thousand odd documents through every output format and back by the format's own standard parser."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import random
import re
import subprocess
from pathlib import Path

import pytest

from gemmasearch import Index
from gemmasearch.documents import Hit
from tests.cli.terminal import COMMAND, run

ODD = [
    '"', '""', "'", ",", ";", "\t", "\n", "\r\n", "\\", "\\n", "{path}", "{", "}}", "=1+1", "+49", "-5", "@cmd", "'=x", "`rm`", "$(id)", "|", "&", "<b>",
    "[/x]", "日本", "🙂", "e\u0301", "\u202e", "\x1b[31m", "%s", "%0a", "null", "NaN", "  ", "#", "//", "~", "*", "?", "é", "\x85", "\u2028",
]  # fmt: skip
COUNT = 1000


def _odd(chance: random.Random) -> str:
    return "".join(chance.choice(ODD) for _ in range(chance.randint(1, 5)))


def _write(folder: Path, number: int, chance: random.Random) -> None:
    name = "n" + _odd(chance).replace("/", "_").replace("\0", "") + f"{number}"
    raw = os.fsencode(name) + (b"\xff\xe9" if number % 10 == 0 else b"")
    at = os.path.join(os.fsencode(folder), b"d%d" % (number % 7), raw)
    os.makedirs(os.path.dirname(at), exist_ok=True)
    title, text = _odd(chance), f"{_odd(chance)} pangolin number{number} {_odd(chance)} sleeps in the sun"
    if number % 3:
        body = f"# {title}\n\n{text}\n".encode("utf-8", "replace")
        ending = b".md"
    else:
        subject = base64.b64encode(title.encode()).decode()
        body = f"From: =?utf-8?b?{subject}?= <d@example.org>\nSubject: =?utf-8?b?{subject}?=\nDate: Wed, 01 May 2024 12:00:00 +0000\n\n{text}\n".encode()
        ending = b".eml"
    with open(at + ending, "wb") as file:
        file.write(body)


@pytest.fixture(scope="module")
def thousand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("odd")
    chance = random.Random(7)
    for number in range(COUNT):
        _write(folder / "home", number, chance)
    done = run("index", folder / "home", "--db", folder / "p" / "i.db", "--embedder", "static")
    assert done.text.startswith(f"files: {COUNT:,} new"), done.text
    return folder / "p" / "i.db"


@pytest.fixture(scope="module")
def known(thousand: Path) -> list[Hit]:
    with Index.open(thousand, read_only=True) as index:
        found = index.search("pangolin", mode="words", limit=1000, collapse=False)
    assert len(found) == COUNT
    return found


def _out(db: Path, *options: str, number: int = 1000) -> bytes:
    arguments = ("search", "--db", db, "--mode", "words", "--all", "-n", str(number), *options, "pangolin")
    done = run(*arguments, env={"LC_ALL": "C.UTF-8"})
    assert (done.code, done.err) == (0, b"")
    return done.out


def _lines(out: bytes) -> list[str]:
    """By line feeds alone, as grep, awk and read see them."""
    assert out.endswith(b"\n")
    return os.fsdecode(out).split("\n")[:-1]


def _one_line(text: str) -> str:
    return re.sub("[\t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", " ", text)


def _escaped(path: str) -> str:
    return path.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


@pytest.mark.slow
def test_json_and_jsonl(thousand: Path, known: list[Hit]) -> None:
    hits = json.loads(_out(thousand, "--json"))["data"]["hits"]
    assert [json.loads(line) for line in _lines(_out(thousand, "--jsonl"))] == hits
    for hit, was in zip(hits, known, strict=True):
        exact = base64.b64decode(hit["path_b64"]) if "path_b64" in hit else os.fsencode(hit["path"])
        assert exact == os.fsencode(was.path)
        for name in ("id", "text", "sender", "kind", "line"):
            assert hit[name] == getattr(was, name)
        title = base64.b64decode(hit["title_b64"]) if "title_b64" in hit else hit["title"].encode()
        assert title == os.fsencode(was.title), "a document without a title goes by its file's name"
        assert [tuple(mark) for mark in hit["snippet"]["marks"]] == list(was.snippet.marks)


@pytest.mark.slow
def test_csv(thousand: Path, known: list[Hit]) -> None:
    text = _out(thousand, "--csv").decode("utf-8", "surrogateescape")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))

    # A spreadsheet drops blanks, and does not show some characters.
    formula = "(?:[\t\r\n]|[\\s\u00ad\u200b-\u200f\u2060\ufeff]*[-=+@＝＋－＠])"

    def back(cell: str) -> str:
        return cell[1:] if re.match(f"'+{formula}", cell) else cell

    for row, was in zip(rows, known, strict=True):
        assert not any(re.match(formula, cell) for cell in row.values())
        assert back(row["path"]) == was.path and back(row["title"]) == was.title
        assert back(row["sender"]) == was.sender and back(row["snippet"]) == was.snippet.text
        assert (row["id"], int(row["line"])) == (was.id, was.line)


@pytest.mark.slow
def test_paths_with_nul_are_the_files_themselves(thousand: Path, known: list[Hit]) -> None:
    names = _out(thousand, "-0").split(b"\0")
    assert names.pop() == b"" and names == [os.fsencode(h.path) for h in known]
    assert all(os.path.isfile(name) for name in names)
    assert _lines(_out(thousand, "--paths")) == [_escaped(h.path) for h in known]


@pytest.mark.slow
def test_piped_lines_and_templates(thousand: Path, known: list[Hit]) -> None:
    fields = [line.split("\t") for line in _lines(_out(thousand))]
    filled = [
        line.split("\t") for line in _lines(_out(thousand, "--format", "{id}\\t{path}\\t{title}\\t{sender}"))
    ]
    for six, four, was in zip(fields, filled, known, strict=True):
        path, _, score, handle, title, snippet = six
        assert (path, handle, title) == (_escaped(was.path), was.id, _one_line(was.title))
        assert 0 <= int(score) <= 100 and snippet == _one_line(was.snippet.text)
        assert four == [was.id, _escaped(was.path), _one_line(was.title), _one_line(was.sender)]
    *exact, end = _out(thousand, "--format", "{path}\\0{text}\\0").split(b"\0")
    pairs = [(os.fsencode(h.path), h.text.encode()) for h in known]
    assert [tuple(exact[i : i + 2]) for i in range(0, len(exact), 2)] == pairs and end == b""


@pytest.mark.slow
@pytest.mark.parametrize("form", ["", "--json", "--jsonl", "--csv", "--paths", "-0", "--format={text}"])
def test_head_ends_it_cleanly(thousand: Path, form: str) -> None:
    line = f'"$@" search --db {thousand} --mode words --all -n 1000 {form} pangolin | head -1 | wc -l'
    script = ["bash", "-c", f"set -o pipefail; {line}; exit ${{PIPESTATUS[0]}}", "x", *COMMAND]
    done = subprocess.run(script, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == "1" or form == "-0"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("form", "empty"), [("--jsonl", b""), ("--paths", b""), ("-0", b""), ("--format={path}", b""), ("", b"")]
)
def test_nothing_found_is_an_empty_document(thousand: Path, form: str, empty: bytes) -> None:
    options = [form] if form else []
    done = run("search", "--db", thousand, "--mode", "words", *options, "zyzzyva")
    assert (done.code, done.out) == (1, empty)
    assert run("search", "--db", thousand, "--mode", "words", "--csv", "zyzzyva").out.startswith(
        b"path,part,"
    )
    assert (
        json.loads(run("search", "--db", thousand, "--json", "--mode", "words", "zyzzyva").out)["data"][
            "hits"
        ]
        == []
    )
