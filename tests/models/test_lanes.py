"""Two contexts of one model side by side give the vectors of one, and no thread gets in another one's way."""

from __future__ import annotations

import gc
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest

from gemmasearch.errors import ModelMissing, ModelUnsuitable
from gemmasearch.models import Passage, in_bulk, open_embedder
from gemmasearch.models.choose import LANES
from gemmasearch.models.gguf import GgufEmbedder
from gemmasearch.models.header import read_header
from gemmasearch.models.lanes import LOADER
from gemmasearch.settings import Settings
from tests import gguf_files

PASSAGES = [Passage("", "price of lunch for march " * (1 + n % 9)) for n in range(40)]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lanes") / "tiny.gguf"
    gguf_files.gemma_embedding(path)
    return path


@pytest.fixture
def embedder(path: Path) -> GgufEmbedder:
    return GgufEmbedder(path, read_header(path), "", dim=64, threads=2, lazy=True)


def alike(one: np.ndarray, other: np.ndarray) -> bool:
    return bool((np.sum(one * other, axis=1) > 0.9999).all())


def test_two_lanes_give_the_vectors_of_one(embedder: GgufEmbedder) -> None:
    alone = embedder.embed_documents(PASSAGES)
    with embedder.in_two_lanes() as lanes:
        assert lanes == 2
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: embedder.embed_documents(PASSAGES), range(4)))
    assert all(alike(alone, each) for each in found)
    with embedder.in_two_lanes():
        assert alike(alone, embedder.embed_documents(PASSAGES)), "and again, after they were given back"
    assert alike(alone, embedder.embed_documents(PASSAGES))
    embedder.close()


def test_the_second_context_is_given_back(embedder: GgufEmbedder) -> None:
    with embedder.in_two_lanes():
        embedder.embed_documents(PASSAGES)
        first = embedder._lanes.load()
        assert len(first._beside) == 1
    gc.collect()
    assert not first._beside
    embedder.close()


def test_a_model_that_is_closed_closes_both_contexts(embedder: GgufEmbedder) -> None:
    with embedder.in_two_lanes():
        first = embedder._lanes.load()
        (second,) = first._beside
        embedder.close()
        for each in (first, second):
            with pytest.raises(ModelMissing):
                _ = each.context


def test_one_thread_has_one_lane(path: Path) -> None:
    embedder = GgufEmbedder(path, read_header(path), "", dim=64, threads=1)
    with embedder.in_two_lanes() as lanes:
        assert lanes == 1
        assert embedder.embed_documents(PASSAGES).shape == (40, 64)
    embedder.close()


def test_fewer_threads_than_lanes_use_one_of_them_and_more_both_again(embedder: GgufEmbedder) -> None:
    alone = embedder.embed_documents(PASSAGES)
    with embedder.in_two_lanes():
        for threads in (1, 3, 2):
            embedder.reshape(threads, 128)
            assert len(embedder._lanes._free) == min(threads, 2)
            assert alike(alone, embedder.embed_documents(PASSAGES))
    embedder.close()


def test_without_memory_for_a_second_context_one_does(embedder: GgufEmbedder, monkeypatch) -> None:
    first = embedder._lanes.load()
    monkeypatch.setattr(first.api, "llama_init_from_model", lambda *_: None)
    with embedder.in_two_lanes() as lanes:
        assert lanes == 1
        assert embedder.embed_documents(PASSAGES).shape == (40, 64)
    embedder.close()


@pytest.mark.slow
def test_a_question_waits_for_one_decode_and_not_for_all_passages(embedder: GgufEmbedder) -> None:
    done: list[str] = []
    begun = Event()

    def passages() -> None:
        tokenise = embedder._tokenise
        embedder._tokenise = lambda *a: (begun.set(), tokenise(*a))[1]  # type: ignore[method-assign]
        embedder.embed_documents(PASSAGES * 50)
        done.append("passages")

    working = Thread(target=passages)
    working.start()
    begun.wait(10)
    embedder.embed_queries(["lunch"])
    done.append("question")
    working.join()
    assert done == ["question", "passages"]
    embedder.close()


def test_tiles_may_come_and_go_while_others_ask(embedder: GgufEmbedder) -> None:
    asked = embedder.embed_queries(["lunch"])
    with ThreadPoolExecutor(1) as pool:
        for _ in range(4):
            others = [pool.submit(embedder.embed_queries, ["lunch"]) for _ in range(20)]
            embedder.reload(tiles=False)
            with embedder.in_two_lanes():
                embedder.embed_documents(PASSAGES[:4])
            assert all(alike(asked, each.result(timeout=60)) for each in others)
    embedder.close()


def test_what_fails_in_a_lane_reaches_the_caller(embedder: GgufEmbedder, monkeypatch) -> None:
    with embedder.in_two_lanes():
        native = embedder._lanes.load()
        with monkeypatch.context() as patched:
            patched.setattr(native.api, "llama_decode", lambda *_: 1)
            with pytest.raises(ModelUnsuitable):
                embedder.embed_documents(PASSAGES)
        assert embedder.embed_documents(PASSAGES).shape == (40, 64)
    embedder.close()


def test_few_passages_make_no_second_context(path: Path, tmp_path: Path) -> None:
    settings = Settings(embedder=str(path), models_dir=str(tmp_path), threads=2)
    embedder = open_embedder(settings)
    for passages, lanes in ((LANES - 1, 1), (LANES, 2)):
        with in_bulk(embedder, settings, passages) as hands:
            assert hands == lanes
    embedder.close()


def test_a_file_that_was_begun_is_loaded_beside_other_work(embedder: GgufEmbedder, path: Path) -> None:
    embedder.begin()
    embedder.begin()
    found = embedder.embed_documents(PASSAGES)
    other = GgufEmbedder(path, read_header(path), "", dim=64, threads=2)
    assert alike(found, other.embed_documents(PASSAGES))
    other.begin()  # there is nothing to do
    for each in (embedder, other):
        each.close()


def test_a_file_that_cannot_be_loaded_is_told_of_by_its_first_use(
    path: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "cut.gguf"
    shutil.copyfile(path, copy)
    embedder = GgufEmbedder(copy, read_header(copy), "", dim=64, lazy=True)
    copy.write_bytes(path.read_bytes()[:5000])
    embedder.begin()
    with pytest.raises(ModelUnsuitable):
        embedder.embed_documents(PASSAGES)
    assert capfd.readouterr().err == ""
    embedder.close()


BEGUN = """
import sys, threading
from pathlib import Path
from gemmasearch.models.gguf import GgufEmbedder
from gemmasearch.models.header import read_header
from gemmasearch.models.lanes import LOADER

class Noticed:
    def find_spec(self, name, path=None, target=None):
        if threading.current_thread().name == LOADER:
            print(name)

sys.meta_path.insert(0, Noticed())
path = Path(sys.argv[1])
embedder = GgufEmbedder(path, read_header(path), "", dim=64, lazy=True)
embedder.begin()
for thread in threading.enumerate():
    if thread.name == LOADER:
        thread.join()
assert embedder._lanes._all
"""


def test_the_thread_that_loads_a_file_imports_nothing(path: Path) -> None:
    """An interrupt of Python's imports in the main thread left their lock held, and `ask` hung for ever."""
    done = subprocess.run([sys.executable, "-c", BEGUN, path], capture_output=True, text=True, check=True)
    assert done.stdout == ""


def test_a_closed_model_is_not_loaded_by_a_thread_that_comes_too_late(embedder: GgufEmbedder) -> None:
    """It was, and the exit of the interpreter freed what was still being made: an abort."""
    with embedder._lanes._changed:
        embedder.begin()  # the thread waits for the lock
        closing = Thread(target=embedder.close)
        embedder._lanes._closed = True
        closing.start()
    closing.join()
    for thread in threading.enumerate():
        if thread.name == LOADER:
            thread.join()
    assert not embedder._lanes._all
    with pytest.raises(ModelMissing):
        embedder.embed_documents(PASSAGES)
