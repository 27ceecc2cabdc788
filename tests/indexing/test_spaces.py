"""Another model in the middle of use: searches answer throughout from one complete space; shorter vectors in place."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from gemmasearch.index import Index
from gemmasearch.settings import Settings
from gemmasearch.store import Store
from tests.cli.terminal import COMMAND
from tests.indexing.trees import note, plant

QUERIES = (
    "boiler in the garden",
    "an orchard by the harbour",
    "candle",
    "needle and ribbon",
    "yellow window",
)


def index(db: Path, *arguments: str | Path) -> subprocess.Popen[str]:
    """A run without a generator, one or two threads."""
    environment = {**os.environ, "GSEARCH_GENERATOR": "none", "GSEARCH_THREADS": "1"}
    return subprocess.Popen(
        [*COMMAND, "index", "--json", "--db", str(db), *map(str, arguments)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def report(process: subprocess.Popen[str]) -> dict[str, int]:
    out, said = process.communicate(timeout=1800)
    assert process.returncode == 0, said
    found: dict[str, int] = json.loads(out)["data"]
    return found


@dataclass
class Searcher:
    """Searches again and again, and looks whether the space that answers is complete."""

    db: Path
    stop: threading.Event = field(default_factory=threading.Event)
    spaces: list[str] = field(default_factory=list)  # that answered, in order, each once
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def run(self) -> None:
        try:
            with Index.open(
                settings=Settings(db=str(self.db), generator="none"), create=False, read_only=True
            ) as index:
                while not self.stop.wait(0.3):  # a person, not a load test
                    self._ask(index)
        except Exception as e:
            self.wrong.append(repr(e))

    def _ask(self, index: Index) -> None:
        for query in QUERIES:
            hits = index.search(query, mode="hybrid", limit=5)
            if not hits or not any(h.meaning is not None for h in hits):
                self.wrong.append(f"{query}: {len(hits)} hits, {index.notes}")
        status = index.status()
        if not self.spaces or self.spaces[-1] != status.space:
            self.spaces.append(status.space)
        self.answers[status.space] += len(QUERIES)
        if index.notes:
            self.wrong.append(str(index.notes))
        with Store.open(self.db, read_only=True) as store:
            missing = store.db.value(
                """SELECT count(*) FROM chunks c JOIN spaces s ON s.state = 'active' AND c.id <= s.complete_to
                   WHERE c.key IS NOT NULL
                     AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.space_id = s.id AND v.key = c.key)"""
            )
            if missing:
                self.wrong.append(f"{missing} passages without a vector in {status.space}")


def vectors(db: Path) -> dict[bytes, np.ndarray]:
    with Store.open(db, read_only=True) as store:
        assert len(store.spaces()) == 1
        return {
            key: np.frombuffer(raw, np.int8).astype(float)
            for key, raw in store.db.rows("SELECT key, vector FROM vectors")
        }


def building(db: Path) -> int:
    with Store.open(db, read_only=True) as store:
        return sum(store.vector_count(s.id) for s in store.spaces() if not s.active)


def switch(folder: Path, minilm: Path, files: int) -> str:
    tree, db = folder / "tree", folder / "i" / "i.db"
    plant(tree, files)
    first = report(index(db, tree, "--embedder", "static"))
    searcher = Searcher(db)
    thread = threading.Thread(target=searcher.run)
    thread.start()
    try:
        run = index(db, "--embedder", minilm)
        while building(db) < first["embedded"] // 3 and run.poll() is None:
            time.sleep(0.1)
        run.kill()
        run.communicate()
        half = building(db)
        assert 0 < half < first["embedded"], half
        (tree / "later.md").write_text(note(random.Random(5)))  # life goes on meanwhile
        second = report(index(db))  # the model is remembered? no: the run that was killed chose it
        if second["pending"] == 0 and building(db):
            second = report(index(db, "--embedder", minilm))
        time.sleep(3)
    finally:
        searcher.stop.set()
        thread.join(60)
    assert not searcher.wrong, searcher.wrong[:5]
    assert len(searcher.spaces) == 2 and searcher.spaces[0] == "static", searcher.spaces
    assert all(searcher.answers[space] for space in searcher.spaces)
    made = vectors(db)
    assert {len(v) for v in made.values()} == {384}
    assert second["embedded"] <= len(made) - half + 8, (second, half)
    with Store.open(db) as store:
        assert store.examine() == []
    return f"{dict(searcher.answers)} answers, killed at {half} of {first['embedded']}, then {second['embedded']} embedded"


@pytest.mark.models
@pytest.mark.timeout(900)
def test_another_model_is_built_beside_the_one_that_answers(
    tmp_path: Path, minilm: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = switch(tmp_path, minilm, 30)
    with capsys.disabled():
        print(said)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_another_model_over_a_large_index(
    tmp_path: Path, minilm: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = switch(tmp_path, minilm, max(100, round(1500 * float(os.environ.get("GSEARCH_SOAK", "1")))))
    with capsys.disabled():
        print(said)


@pytest.mark.slow
def test_vectors_are_cut_in_place_and_only_made_longer_by_the_model(tmp_path: Path) -> None:
    tree, db = tmp_path / "tree", tmp_path / "i" / "i.db"
    plant(tree, 80)
    report(index(db, tree, "--embedder", "static"))
    whole = vectors(db)
    assert {len(v) for v in whole.values()} == {256}
    for dim in (128, 64):
        before = vectors(db)
        done = report(index(db, "--dim", str(dim)))
        after = vectors(db)
        assert done["embedded"] == 0 and done["pending"] == 0 and after.keys() == before.keys()
        for key, vector in after.items():
            cut = before[key][:dim]
            assert len(vector) == dim
            assert vector @ cut / np.linalg.norm(vector) / np.linalg.norm(cut) > 0.999
        again = report(index(db))  # from cron, without the flag
        assert again["embedded"] == 0 and {len(v) for v in vectors(db).values()} == {dim}
    up = report(index(db, "--dim", "256"))
    assert up["embedded"] == len(whole)
    assert all((vectors(db)[key] == vector).all() for key, vector in whole.items())


@pytest.mark.models
def test_vectors_are_cut_even_where_the_model_is_gone(tmp_path: Path, minilm: Path) -> None:
    """MiniLM is no Matryoshka model: without its file nothing is cut and the run says what is missing."""
    tree, db, model = tmp_path / "tree", tmp_path / "i" / "i.db", tmp_path / "m.gguf"
    plant(tree, 3)
    shutil.copy(minilm, model)
    report(index(db, tree, "--embedder", model))
    model.unlink()
    run = index(db, "--dim", "64")
    out, said = run.communicate(timeout=60)
    assert run.returncode == 4 and "m.gguf" in said + out and {len(v) for v in vectors(db).values()} == {384}
