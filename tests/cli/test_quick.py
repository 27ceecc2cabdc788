"""The short way of ``search`` and ``ask``: it understands a line as Typer does, and a warm helper writes what the
command would."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import typer

from gemmasearch import sample
from gemmasearch.cli import quick
from gemmasearch.cli.app import app
from gemmasearch.index import Index
from gemmasearch.serving import door
from gemmasearch.settings import Settings

ROOT = Path(__file__).parents[2]

PLAIN = [
    "heating",
    "heating in winter",
    "-n 3 heating",
    "heating --number=2 --json",
    "--all --explain -q heating",
    "-0 heating",
    "--csv --min-score 30 heating --sort date",
    "--mode words --db /tmp/x.db heating -v",
    "--format {path} heating --embedder static",
    "--jsonl --sort=path heating",
    "heating --after c12",
    "heating --serve-for 10m",
    "@name",
]
PLAIN_QUESTIONS = [
    "when was the boiler serviced?",
    "--extract who repairs the heating --json",
    "-q --db /tmp/x.db how much --embedder=static -v",
    "--generator none how much",
]
LEFT_TO_TYPER = [
    "",
    "--help",
    "heating --help",
    "heating -n 0",
    "heating -n x",
    "heating -n",
    "heating --sort size",
    "heating --mode nonsense",
    "heating --min-score 101",
    "heating -garden",
    "heating -- -garden",
    "heating -n3",
    "heating -qv",
    "heating --new",
    "heating --group file",
    "heating --explain-query",
    "heating --unknown",
    "heating --json=yes",
    "heating --db -x",
]
QUESTIONS_LEFT_TO_TYPER = [
    "",
    "--help",
    "-",
    "what is this --context -",
    "has the rent changed --save rent",
    "--saved rent --new-only",
    "how much --format markdown",
    "how much -n 3",
    "how much --generator",
]


def by_typer(name: str, arguments: list[str]) -> dict[str, Any]:
    command = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
    context = command.make_context(name, arguments)
    return {
        p.name: context.params[p.name]
        for p in command.params
        if p.name != "help" and context.get_parameter_source(p.name).name == "COMMANDLINE"
    }


@pytest.mark.parametrize(
    ("name", "words", "line"),
    [*(("search", "query", line) for line in PLAIN), *(("ask", "question", q) for q in PLAIN_QUESTIONS)],
)
def test_a_plain_line_is_understood_as_typer_does(name: str, words: str, line: str) -> None:
    found = quick.parsed([name, *line.split()])
    expected = {k: str(v) if k in ("db", "sort") else v for k, v in by_typer(name, line.split()).items()}
    assert found == {**expected, words: list(expected[words])}


@pytest.mark.parametrize(
    ("name", "line"),
    [*(("search", line) for line in LEFT_TO_TYPER), *(("ask", line) for line in QUESTIONS_LEFT_TO_TYPER)],
)
def test_everything_else_is_left_to_typer(name: str, line: str) -> None:
    assert quick.parsed([name, *line.split()]) is None


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("search", {"--new", "--explain-query", "--group", "--help", "-h"}),
        ("ask", {"--context", "--save", "--saved", "--new-only", "--format", "--help", "-h"}),
    ],
)
def test_every_option_is_known_or_left_to_typer_on_purpose(name: str, left: set[str]) -> None:
    command = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
    known = {flag for p in command.params for flag in (*p.opts, *p.secondary_opts) if flag.startswith("-")}
    assert {*quick.FLAGS[name], *quick.VALUES[name]} == known - left


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quick")
    sample.unpack(folder / "home")
    with Index.open(settings=Settings(db=str(folder / "p" / "index.db"), embedder="static")) as index:
        index.index([folder / "home"])
    return folder


def environment(home: Path, **more: str) -> dict[str, str]:
    runtime = home / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    return {
        "PATH": os.environ["PATH"], "HOME": str(home), "XDG_RUNTIME_DIR": str(runtime), "PYTHONPATH": str(ROOT),
        "GSEARCH_DB": str(home / "p" / "index.db"), "LANG": "C.UTF-8", **more,
    }  # fmt: skip


def gsearch(home: Path, *arguments: str, code: str = "", **more: str) -> subprocess.CompletedProcess[bytes]:
    program = ["-c", code] if code else ["-m", "gemmasearch"]
    return subprocess.run(
        [sys.executable, *program, *arguments],
        env=environment(home, **more),
        cwd=home,
        capture_output=True,
        timeout=60,
    )


NOTHING = "import sys; print(*sys.modules, file=sys.stderr)"
LOADED = """
import sys
from gemmasearch.__main__ import main
main(sys.argv[1:])
print(*sorted(sys.modules), file=sys.stderr)
"""
# Modules beside those of an interpreter that does nothing: what they may be, and how many.
COLD_BUDGET, HYBRID_BUDGET, WARM_BUDGET = 124, 142, 12


def modules(done: subprocess.CompletedProcess[bytes]) -> set[str]:
    return set(done.stderr.decode().split("\n")[-2].split())


def named(loaded: set[str]) -> set[str]:
    """Those that somebody imported by name: the parts that a module of Python has are other ones in each version, and
    3.13 went over a budget that 3.11 kept to."""
    python = {name for name in loaded if name.partition(".")[0] in sys.stdlib_module_names}
    return loaded - {name for name in python if name.startswith("_") or "." in name}


def test_a_cold_search_by_words_keeps_to_its_budget_of_modules(home: Path) -> None:
    nothing = modules(gsearch(home, code=NOTHING))
    loaded = modules(gsearch(home, "search", "--mode", "words", "heating", code=LOADED))
    assert not {n.partition(".")[0] for n in loaded} & {
        "typer", "pydantic", "rich", "numpy", "tokenizers", "llama_cpp", "sqlite_vec", "asyncio", "dateutil", "platformdirs"
    }  # fmt: skip
    assert len(named(loaded - nothing)) <= COLD_BUDGET, sorted(loaded - nothing)


WAITS = """
import atexit, sys, threading
from gemmasearch.__main__ import run
def last():
    threading.main_thread().join()
    print("of a thread", flush=True)
if sys.argv[1] == "exit":
    atexit.register(print, "at the exit", flush=True)
else:
    threading.Thread(target=last).start()
sys.argv[1:] = ["search", "heating"]
run()
"""


@pytest.mark.parametrize("what", ["exit", "thread"])
def test_what_waits_for_the_end_of_a_search_is_not_cut_off(home: Path, what: str) -> None:
    plain = gsearch(home, "search", "heating").stdout
    done = gsearch(home, what, code=WAITS)
    said = {"exit": b"at the exit\n", "thread": b"of a thread\n"}[what]
    assert (done.returncode, done.stdout) == (0, plain + said), done.stderr


def test_a_cold_search_with_the_static_embedder_keeps_to_its_budget_of_modules(home: Path) -> None:
    """The tokenizer's file took a third of the search to read."""
    nothing = modules(gsearch(home, code=NOTHING))
    loaded = modules(gsearch(home, "search", "a word of winter", "--embedder", "static", code=LOADED))
    assert "numpy" in loaded
    assert not {n.partition(".")[0] for n in loaded} & {
        "typer", "pydantic", "rich", "tokenizers", "llama_cpp", "asyncio", "tempfile", "dateutil", "platformdirs"
    }  # fmt: skip
    own = {name for name in named(loaded - nothing) if name.partition(".")[0] != "numpy"}
    assert len(own) <= HYBRID_BUDGET, sorted(own)


def test_numpy_has_one_thread_unless_the_user_says_otherwise(home: Path) -> None:
    code = LOADED.replace("*sorted(sys.modules)", "__import__('os').environ['OPENBLAS_NUM_THREADS']")
    assert modules(gsearch(home, "--version", code=code)) == {"1"}
    assert modules(gsearch(home, "--version", code=code, OPENBLAS_NUM_THREADS="3")) == {"3"}


def test_a_question_is_answered_without_the_command_line_library(home: Path) -> None:
    question = ("how much is the deposit for the flat?", "--extract")
    loaded = modules(gsearch(home, "ask", *question, code=LOADED))
    assert "gemmasearch.answering" in loaded
    assert not {n.partition(".")[0] for n in loaded} & {"typer", "pydantic", "rich", "llama_cpp", "asyncio"}
    plain, with_typer = (gsearch(home, "ask", *question, *more) for more in ((), ("--format", "text")))
    assert (plain.returncode, plain.stdout) == (0, with_typer.stdout)


def test_a_question_about_a_folder_from_here_means_that_folder(home: Path) -> None:
    """`in:.` was looked up where the helper stood, or where a standing question was asked again."""
    saved = gsearch(home, "ask", "--save", "here", "--extract", "how much is the deposit? in:./home")
    assert saved.returncode == 0, saved.stderr
    with Index.open(home / "p" / "index.db", read_only=True) as index:
        from gemmasearch.answering import standing

        assert f'in:"{home / "home"}"' in standing.saved(index._store)["here"].question


@pytest.mark.slow
def test_what_a_helper_answers_is_what_the_command_writes(home: Path) -> None:
    lines = [
        ["heating", "in", "winter"], ["--json", "Lisbon"], ["zzzzqqqq"], ["--paths", "garden"], ["heatting"],
        ["-n", "2", "--explain", "heating"], ["-v", "-n", "1", "heating"], ["--csv", "--json", "x"], ["--mode", "words", "heating", "--db", "p/index.db"],
    ]  # fmt: skip
    alone = [gsearch(home, "search", *line) for line in lines]
    with subprocess.Popen(
        [sys.executable, "-m", "gemmasearch", "serve"], env=environment(home), stderr=subprocess.PIPE
    ) as process:
        try:
            assert process.stderr is not None
            assert b"serving on" in process.stderr.readline()
            nothing = modules(gsearch(home, code=NOTHING))
            loaded = modules(gsearch(home, "search", "heating", code=LOADED))
            assert not {"re", "enum", "json", "socket", "hashlib", "typing", "pathlib", "apsw"} & loaded, (
                "the helper was not asked"
            )
            assert len(loaded - nothing) <= WARM_BUDGET, sorted(loaded - nothing)
            for line, before in zip(lines, alone, strict=True):
                through = gsearch(home, "search", *line)
                assert (through.returncode, through.stdout, through.stderr) == (
                    before.returncode, before.stdout, before.stderr,
                ), line  # fmt: skip
            # Another model than the helper keeps: the command does it itself.
            other = gsearch(home, "search", "heating", "--embedder", "fake", code=LOADED)
            assert "apsw" in modules(other)
        finally:
            process.terminate()


def test_a_search_leaves_a_helper_behind_where_that_is_asked_for(home: Path, monkeypatch) -> None:
    first = gsearch(home, "search", "heating", "--serve-for", "30s")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home / "run"))
    index, ends = str(home / "p" / "index.db"), time.monotonic() + 60
    while (connection := door.knock(index)) is None and time.monotonic() < ends:
        time.sleep(0.1)
    assert connection is not None
    with closing(connection):
        pid, _, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    try:
        second = gsearch(home, "search", "heating", code=LOADED)
        assert "apsw" not in modules(second)
        assert second.stdout == first.stdout
        assert gsearch(home, "search", "heating", "--serve-for", "soon").returncode == 2
    finally:
        os.kill(pid, signal.SIGTERM)


@pytest.mark.slow
def test_bench_says_how_fast_this_machine_is_and_changes_nothing(home: Path) -> None:
    before = json.loads(gsearch(home, "status", "--json").stdout)["data"]["status"]
    done = gsearch(home, "bench", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["data"]
    assert found["model"] == "static" and found["waiting"] == 0
    assert found["passages_per_second"] > 0 and found["tokens_per_second"] > found["passages_per_second"]
    assert set(found["queries_ms"]) == {"words", "meaning", "hybrid"} and all(found["queries_ms"].values())
    other = json.loads(gsearch(home, "bench", "--json", "--embedder", "fake").stdout)["data"]
    assert other["model"] == "fake" and other["waiting"] > 50
    assert json.loads(gsearch(home, "status", "--json").stdout)["data"]["status"] == before
    assert "tokens/s" in gsearch(home, "bench").stdout.decode()
