"""Against qmd (https://github.com/tobi/qmd): the same kind of model by llama.cpp, SQLite FTS5 and sqlite-vec, on Node.

The command is ``qmd`` on PATH, or what ``GSEARCH_BENCH_QMD`` names. Its state goes to a folder of the run, through
HOME and the XDG variables, and ``QMD_HOME`` for a wrapper that wants to be told; other ``QMD_…`` variables pass.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from gemmasearch.index import Index
from gemmasearch.models import open_embedder
from gemmasearch.settings import Settings
from tests.bench import Row, Unavailable, row, seconds
from tests.bench.command import ROOT, gsearch
from tests.bench.embedding import full_size
from tests.bench.indexing import known_to_be_good
from tests.bench.texts import NOTES, copy_notes

PORTION = 100  # notes that one indexes before the other's turn
QUESTIONS = 7
ROUNDS = 5


@dataclass(frozen=True)
class Both:
    """The same folder of notes for both, each with its own state below ``folder``."""

    qmd: str
    folder: Path
    settings: Settings

    @property
    def notes(self) -> Path:
        return self.folder / "notes"

    def theirs(self, *arguments: str) -> str:
        state = self.folder / "qmd"
        passed = {name: value for name, value in os.environ.items() if name.startswith("QMD_")}
        xdg = {f"XDG_{kind}_HOME": str(state / kind.lower()) for kind in ("CACHE", "CONFIG", "DATA", "STATE")}
        own = {"HOME": str(state), "QMD_HOME": str(state), "PATH": os.environ["PATH"]}
        if self.settings.embedder != "static":
            own["QMD_EMBED_MODEL"] = self.settings.embedder
        return _output([self.qmd, *arguments], {**passed, **xdg, **own})

    def ours(self, *arguments: str) -> str:
        environment = {
            "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(self.folder / "ours"),
            "XDG_RUNTIME_DIR": str(self.folder / "ours"), "GSEARCH_MODELS_DIR": self.settings.models_dir,
            "GSEARCH_EMBEDDER": self.settings.embedder, "GSEARCH_GENERATOR": "none",
        }  # fmt: skip
        return _output(gsearch(*arguments, "--db", self.settings.db), environment)


@row
def qmd_index() -> Sequence[Row]:
    """Index notes with EmbeddingGemma's shape at full size, as commands: ``qmd collection add``, ``update`` and
    ``embed`` against ``gsearch index``.

    Notes come in portions of a hundred, and who goes first changes with each, so that a drift of the machine falls
    on both; the text of the files, in our tokenizer's tokens, counts once for both, whatever each makes of it. Our
    model is hashed and tried before (qmd does neither). The catalog's file is the Q8_0 one; the Q4_0 one is what both
    would take for speed.
    """
    return [_indexed(kind) for kind in ("Q8_0", "Q4_0")]


def _indexed(kind: str) -> Row:
    with _both(str(full_size(kind))) as both:
        spent = {"theirs": 0.0, "ours": 0.0}
        portions = -(-NOTES // PORTION)
        usual = 300 // portions
        for turn in range(portions):
            count = min(PORTION, NOTES - turn * PORTION)
            copy_notes(both.notes / f"part {turn}", count, usual, turn * usual)
            turns = {"theirs": lambda: _their_run(both), "ours": lambda: _our_run(both)}
            for side in sorted(turns, reverse=turn % 2 == 0):
                spent[side] += seconds(turns[side])
        _check(both)
        tokens, files = _source_tokens(both)
    rates = {side: tokens / each for side, each in spent.items()}
    note = f"{tokens:,} tokens in {files} notes"
    name = f"index notes, EmbeddingGemma shape {kind}"
    return Row(name, "qmd update and embed", rates["theirs"], rates["ours"], "tok/s", 1.4, note)


def _their_run(both: Both) -> None:
    if "notes" not in both.theirs("collection", "list"):
        both.theirs("collection", "add", str(both.notes), "--name", "notes")
    both.theirs("update")
    both.theirs("embed")


def _our_run(both: Both) -> None:
    both.ours("index", "--quiet", "--foreground", str(both.notes))


def _check(both: Both) -> None:
    """Nothing waits for a vector on either side."""
    said = both.theirs("status")
    assert "need embedding" not in said and f"{_files(both)} files indexed" in said, said
    with Index.open(settings=both.settings, create=False) as index:
        found = index.status()
        assert found.embedded == found.embeddable and found.indexed == _files(both), found


def _files(both: Both) -> int:
    return sum(1 for _ in both.notes.rglob("*.md"))


def _source_tokens(both: Both) -> tuple[int, int]:
    embedder = open_embedder(both.settings)
    texts = [file.read_text(encoding="utf-8", errors="replace") for file in both.notes.rglob("*.md")]
    tokens = sum(embedder.count_tokens(text) for text in texts)
    embedder.close()
    return tokens, len(texts)


@row
def qmd_search() -> Sequence[Row]:
    """Cold searches as commands, a process each, on the same notes: ``qmd search`` (BM25) against ours by words, and
    against ours by words and meaning with the static model.

    All are asked the same questions in turns, taken from the notes; the least times of each question count, and of
    those the median.
    """
    with _both("static") as both:
        copy_notes(both.notes, NOTES, 300)
        both.theirs("collection", "add", str(both.notes), "--name", "notes")
        _our_run(both)
        asked = _questions(both)
        bests = [_bests(both, question) for question in asked]
        base, words, hybrid = (1000 * statistics.median(times) for times in zip(*bests, strict=True))
        note = f"{len(asked)} questions, {_files(both)} notes"
    return [
        Row("search, words only, cold", "qmd search (BM25)", base, words, "ms", 1.0, note),
        Row("search, hybrid static, cold", "qmd search (BM25)", base, hybrid, "ms", 1.5, note),
    ]


def _bests(both: Both, question: str) -> list[float]:
    """Least seconds of qmd, of ours by words and of ours by words and meaning, asked in turns."""
    asking = (
        lambda: both.theirs("search", question),
        lambda: both.ours("search", "--mode", "words", question),
        lambda: both.ours("search", question),
    )
    rounds = [[seconds(ask) for ask in asking] for _ in range(ROUNDS)]
    return [min(times) for times in zip(*rounds, strict=True)]


def _questions(both: Both) -> list[str]:
    """Two neighbouring words each, from notes far apart, for which both find something by words."""
    found: list[str] = []
    files = sorted(both.notes.rglob("*.md"))
    for file in files[:: max(1, len(files) // (3 * QUESTIONS))]:
        words = file.read_text(encoding="utf-8", errors="replace").split()
        question = next(
            (f"{a} {b}" for a, b in pairwise(words) if f"{a}{b}".isalpha() and min(len(a), len(b)) > 3), ""
        )
        if question and question not in found and _answered(both, question):
            found.append(question)
    if not found:
        raise Unavailable("no question of the notes finds something with both")
    return found[:QUESTIONS]


def _answered(both: Both, question: str) -> bool:
    if "No results" in both.theirs("search", question):
        return False
    try:
        return bool(both.ours("search", "--mode", "words", question))
    except subprocess.CalledProcessError as e:
        if e.returncode == 1:
            return False
        raise


@contextmanager
def _both(embedder: str) -> Iterator[Both]:
    qmd = os.environ.get("GSEARCH_BENCH_QMD") or shutil.which("qmd")
    if not qmd:
        raise Unavailable("qmd is not installed, and GSEARCH_BENCH_QMD names none")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("qmd", "ours"):
            (folder / part).mkdir(mode=0o700)
        settings = Settings(
            db=f"{name}/ours/index.db", models_dir=f"{name}/ours/models", embedder=embedder, generator="none"
        )
        known_to_be_good(settings)
        yield Both(qmd, folder, settings)


def _output(command: list[str], environment: dict[str, str]) -> str:
    """:raises CalledProcessError: it failed."""
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    return done.stdout.decode(errors="replace")
