"""A question that was asked before loads no model, and leaves no trace once anything is forgotten."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import apsw
import numpy as np
import pytest

from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.remembered import Remembered
from gemmasearch.store import Store, questions
from tests import gguf_files
from tests.cli.terminal import run

SEARCH = """
import sys
from gemmasearch.__main__ import main
code = main(sys.argv[1:])
maps = open("/proc/self/maps").read()
print("libllama" in maps, file=sys.stderr)
sys.exit(code)
"""


def search(*words: str) -> tuple[list[dict[str, object]], bool]:
    """The hits, and whether llama.cpp was loaded."""
    line = [sys.executable, "-c", SEARCH, "search", "--json", *words]
    done = subprocess.run(line, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["data"], done.stderr.split()[-1] == "True"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_second_time_no_model_is_loaded_and_the_hits_are_the_same(tmp_path: Path) -> None:
    notes, db, model = tmp_path / "notes", tmp_path / "i" / "i.db", tmp_path / "tiny.gguf"
    notes.mkdir()
    (notes / "a.md").write_text("The kiln was fired in May.\n")
    (notes / "b.md").write_text("Glazes keep for a year.\n")
    gguf_files.gemma_embedding(model)
    assert run("index", notes, "--embedder", model, "--db", db).code == 0
    first, loaded = search("kiln in spring", "--db", str(db))
    again, loaded_again = search("kiln in spring", "--db", str(db))
    assert loaded and not loaded_again and again == first
    assert search("another question about a kiln", "--db", str(db))[1]
    assert kept(db) == 2
    assert run("forget", notes / "b.md", "--db", db).code == 0
    assert kept(db) == 0


def test_where_it_is_switched_off_nothing_is_kept(tmp_path: Path) -> None:
    db = indexed(tmp_path)
    assert run("search", "kiln", "--db", db, env={"GSEARCH_REMEMBER_QUESTIONS": "off"}).code == 0
    assert kept(db) == 0
    assert run("search", "kiln", "--db", db).code == 0
    assert kept(db) == 1


def test_a_row_that_was_damaged_is_asked_again(tmp_path: Path) -> None:
    db, embedder = indexed(tmp_path), FakeEmbedder()
    with Store.open(db, read_only=True) as store:
        vector = Remembered(embedder, store).embed_queries(["kiln"])
        assert np.array_equal(Remembered(embedder, store).embed_queries(["kiln"]), vector)
        assert embedder.queries == 1
        connection = apsw.Connection(str(db))
        connection.execute("UPDATE questions SET vector = zeroblob(length(vector))").fetchall()
        connection.close()
        assert np.array_equal(Remembered(embedder, store).embed_queries(["kiln"]), vector)
        assert embedder.queries == 2


def test_a_run_that_writes_holds_no_question_up(tmp_path: Path) -> None:
    db, embedder = indexed(tmp_path), FakeEmbedder()
    with Store.open(db) as writer, Store.open(db, read_only=True) as store:
        with writer.writing():
            writer.set_state("a", "b")
            Remembered(embedder, store).embed_queries(["kiln"])
        assert kept(db) == 0
        Remembered(embedder, store).embed_queries(["kiln"])
        assert kept(db) == 1 and embedder.queries == 2


def test_only_the_newest_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "KEPT", 3)
    db, embedder = indexed(tmp_path), FakeEmbedder()
    with Store.open(db, read_only=True) as store:
        for number in range(5):
            Remembered(embedder, store).embed_queries([f"question {number}"])
        assert kept(db) == 3
        Remembered(embedder, store).embed_queries(["question 4", "question 0", "question 4"])
    assert embedder.queries == 6


def indexed(folder: Path) -> Path:
    notes, db = folder / "notes", folder / "i" / "i.db"
    notes.mkdir()
    (notes / "a.md").write_text("The kiln was fired in May.\n")
    assert run("index", notes, "--embedder", "fake", "--db", db).code == 0
    return db


def kept(db: Path) -> int:
    connection = apsw.Connection(str(db), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return int(connection.execute("SELECT count(*) FROM questions").fetchall()[0][0])
    finally:
        connection.close()
