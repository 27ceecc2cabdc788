"""Long index runs multiply half-precision weights where these are faster: tried once, and nothing is left behind."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from gemmasearch.models import Passage, halves, in_bulk, native, open_embedder, trials
from gemmasearch.models.facts import Facts
from gemmasearch.models.gguf import GgufEmbedder
from gemmasearch.models.header import read_header
from gemmasearch.settings import Settings
from tests import gguf_files

PASSAGES = [Passage("", "price of lunch for march " * n) for n in range(1, 9)]
F16 = 1  # as ggml numbers its types


@pytest.fixture(scope="module")
def quantised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gguf") / "tiny-q4_0.gguf"
    gguf_files.gemma_embedding(path, quantised="Q4_0")
    return path


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "gsearch"


@pytest.fixture
def settings(quantised: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of a machine on which they are twice as fast, and pay for any passage."""
    if native.library().llama_supports_gpu_offload():
        pytest.skip("llama.cpp was built for a GPU")
    monkeypatch.setattr(halves, "WORK", 1)
    monkeypatch.setattr(halves, "SAVED", 1)
    found = Settings(embedder=str(quantised), models_dir=str(tmp_path / "models"), generator="none")
    Facts(found.models_path).put(quantised, halves=[*trials.here(native.library()), 2.0])
    return found


def loaded(embedder: GgufEmbedder) -> Path:
    return embedder._lanes.load().path


def test_the_blocks_become_half_precision_numbers_and_the_table_stays(quantised: Path, cache: Path) -> None:
    before = read_header(quantised).tensors
    with halves.written(quantised) as other:
        assert other is not None and other.parent == cache
        after = read_header(other).tensors
    assert set(before) == set(after)
    assert after["token_embd.weight"].type == before["token_embd.weight"].type != F16
    assert {after[name].type for name in after if "attn_q.weight" in name or "ffn_up" in name} == {F16}
    assert not list(cache.iterdir()), "nothing is left behind"


def test_a_long_run_embeds_with_them_and_gives_back_what_it_took(
    settings: Settings, quantised: Path, cache: Path
) -> None:
    embedder = open_embedder(settings)
    assert isinstance(embedder, GgufEmbedder)
    before = embedder.embed_documents(PASSAGES)
    with in_bulk(embedder, settings, 100):
        assert loaded(embedder).parent == cache and not list(cache.glob("halves*"))
        within = embedder.embed_documents(PASSAGES)
    assert loaded(embedder) == quantised
    assert np.array_equal(before, embedder.embed_documents(PASSAGES))
    assert (np.sum(before * within, axis=1) > 0.99).all() and not np.array_equal(before, within)
    embedder.close()


@pytest.mark.parametrize("hindrance", ["few passages", "no memory", "no disk", "no gain", "no blocks"])
def test_they_are_used_only_where_they_pay(
    settings: Settings, quantised: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hindrance: str
) -> None:
    facts, path = Facts(settings.models_path), quantised
    assert halves.pay(path, facts, 100)
    if hindrance == "few passages":
        monkeypatch.setattr(halves, "SAVED", 1 << 60)
    elif hindrance == "no memory":
        monkeypatch.setattr(trials, "available", lambda: 1000)
    elif hindrance == "no disk":
        monkeypatch.setattr(halves.shutil, "disk_usage", lambda folder: SimpleNamespace(free=1000))
    elif hindrance == "no gain":
        facts.put(path, halves=[*trials.here(native.library()), 1.01])
    else:
        path = tmp_path / "whole.gguf"
        gguf_files.gemma_embedding(path)
    assert not halves.pay(path, facts, 100)


def test_few_passages_are_no_reason_to_try(
    settings: Settings, quantised: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(halves, "WORK", 1 << 60)
    assert halves.pay(quantised, Facts(settings.models_path), 100), "the gain is known"
    assert not halves.pay(quantised, Facts(tmp_path / "other"), 100)
    assert Facts(tmp_path / "other").get(quantised, "halves") is None


def test_they_are_tried_in_a_child_once(
    quantised: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = Facts(tmp_path)
    found = halves.gain(quantised, facts)
    assert found is not None and found > 0, "their vectors are those of the blocks"
    assert not list(cache.iterdir())
    monkeypatch.setattr(halves, "_CODE", "no Python: it would be found out that nothing can be found out {0}")
    assert halves.gain(quantised, facts) == found
    monkeypatch.setattr(trials, "here", lambda api: [0, 0, "another processor"])
    assert halves.gain(quantised, facts) is None, "and that is not remembered"


def test_a_run_goes_on_with_the_blocks_where_the_file_cannot_be_written(
    settings: Settings, quantised: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = open_embedder(settings)
    assert isinstance(embedder, GgufEmbedder)
    for code in ("import sys; sys.exit(1)  # {0}", "import os; os.kill(os.getpid(), 9)  # {0}"):
        monkeypatch.setattr(halves, "_CODE", code)
        with in_bulk(embedder, settings, 100):
            assert loaded(embedder) == quantised
            assert embedder.embed_documents(PASSAGES).any(axis=1).all()
    assert not list(cache.glob("halves*"))
    embedder.close()


def test_what_a_killed_run_left_is_deleted(quantised: Path, cache: Path) -> None:
    cache.mkdir(parents=True)
    old, new, other = cache / "halves-a.gguf", cache / "halves-b.gguf", cache / "patterns"
    for file in (old, new, other):
        file.write_bytes(b"weights")
    for file in (old, other):
        os.utime(file, (time.time() - 2 * 3600,) * 2)
    with halves.written(quantised):
        pass
    assert not old.exists() and new.exists() and other.exists()
