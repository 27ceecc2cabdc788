"""Processors with AMX: weights are repacked without its tiles, and tiles are tried before they are used."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gemmasearch.errors import ModelUnsuitable
from gemmasearch.models import Passage, buffers, in_bulk, native, open_embedder, rebuilt, tiles
from gemmasearch.models.facts import Facts
from gemmasearch.models.gguf import GgufEmbedder
from gemmasearch.models.header import read_header
from gemmasearch.settings import Settings
from tests import gguf_files
from tests.bare import works

ROOT = Path(__file__).parents[2]
PASSAGES = [Passage("", "price of lunch for march " * n) for n in range(1, 9)]


@pytest.fixture(scope="module")
def quantised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gguf") / "tiny-q4_0.gguf"
    gguf_files.gemma_embedding(path, quantised="Q4_0")
    return path


@pytest.fixture
def settings(quantised: Path, tmp_path: Path) -> Settings:
    return Settings(embedder=str(quantised), models_dir=str(tmp_path / "models"), generator="none")


@pytest.fixture
def amx() -> None:
    if not buffers.has_tiles(native.library()):
        pytest.skip("llama.cpp was not built for AMX")
    if "amx_int8" not in Path("/proc/cpuinfo").read_text():
        pytest.skip("this processor has no AMX")


@contextmanager
def told() -> Iterator[list[str]]:
    """What llama.cpp says meanwhile, of which it keeps nothing otherwise."""
    api, lines = native.library(), []
    listener = api.llama_log_callback(lambda level, text, data: lines.append(text.decode()))
    api.llama_log_set(listener, None)
    try:
        yield lines
    finally:
        api.llama_log_set(native._keep[0], None)


def listed() -> list[bytes]:
    types = buffers._types(native.library())
    assert types is not None
    return types[1]


def test_weights_are_repacked_beside_amx(amx: None, quantised: Path) -> None:
    before = listed()
    assert before[0] == b"AMX" and b"CPU_REPACK" in before
    with told() as lines:
        embedder = GgufEmbedder(quantised, read_header(quantised), "")
        vectors = embedder.embed_documents(PASSAGES)
    said = "".join(lines)
    assert "CPU_REPACK model buffer" in said and "AMX model buffer" not in said
    assert vectors.any(axis=1).all() and listed() == before
    embedder.close()


def test_the_list_is_as_before_when_a_load_fails(amx: None, tmp_path: Path) -> None:
    before = listed()
    (tmp_path / "no.gguf").write_bytes(b"nothing")
    with pytest.raises(ModelUnsuitable):
        native.Native(tmp_path / "no.gguf", lambda parameters: None)
    assert listed() == before
    with buffers.offered(native.library(), tiles=False) as usable:
        assert usable and listed() == [name for name in before if name != b"AMX"]


def test_an_unknown_llama_cpp_gets_no_special_buffers(amx: None) -> None:
    class Nothing:
        def __getitem__(self, name: str) -> None:
            raise AttributeError(name)

    other: Any = SimpleNamespace(
        _lib=Nothing(), llama_print_system_info=native.library().llama_print_system_info
    )
    with buffers.offered(other, tiles=False) as usable:
        assert not usable


def test_tiles_are_tried_in_a_child_once(amx: None, quantised: Path, tmp_path: Path, monkeypatch) -> None:
    facts = Facts(tmp_path)
    found = tiles.gain(quantised, facts)
    assert found is not None and (found > 0) == works(quantised, True)
    monkeypatch.setattr(tiles, "_CODE", "no Python: it would be found out that nothing can be found out")
    assert tiles.gain(quantised, facts) == found
    monkeypatch.setattr(tiles, "_here", lambda api: [0, 0, "another processor", True])
    assert tiles.gain(quantised, facts) is None, "and that is not remembered"
    monkeypatch.undo()
    assert tiles.gain(quantised, facts) == found


def test_a_trial_that_was_killed_is_no_verdict(
    amx: None, quantised: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(tiles, "_CODE", "import os; os.kill(os.getpid(), 9)")
    assert tiles.gain(quantised, Facts(tmp_path)) is None
    assert Facts(tmp_path).get(quantised, "tiles") is None


def test_broken_tiles_are_told_with_the_command_that_builds_them(
    amx: None, settings: Settings, quantised: Path
) -> None:
    embedder = open_embedder(settings)
    command = rebuilt(embedder, settings)
    assert (command == "") == works(quantised, True)
    assert command in ("", tiles.REBUILT)
    embedder.close()


def test_only_long_runs_use_tiles(amx: None, settings: Settings, quantised: Path, monkeypatch) -> None:
    embedder = open_embedder(settings)
    before = embedder.embed_documents(PASSAGES)
    facts = Facts(settings.models_path)
    here = tiles._here(native.library())
    facts.put(quantised, tiles=[*here, 2.0 if works(quantised, True) else 0.0])

    def buffer_of(passages: int) -> str:
        with told() as lines, in_bulk(embedder, settings, passages):
            vectors = embedder.embed_documents(PASSAGES)
        assert (np.sum(before * vectors, axis=1) > 0.99).all()
        return "AMX" if "AMX model buffer" in "".join(lines) else ""

    assert buffer_of(tiles.PASSAGES) == ("AMX" if works(quantised, True) else "")
    assert buffer_of(tiles.PASSAGES - 1) == ""
    with told() as lines:
        assert np.allclose(before, embedder.embed_documents(PASSAGES), atol=1e-6)
    assert "AMX model buffer" not in "".join(lines), "what was taken is given back"
    monkeypatch.setattr(tiles, "MEMORY", 1 << 60)
    assert buffer_of(tiles.PASSAGES) == ""
    embedder.close()


def test_runs_and_searches_print_nothing_of_llama_cpp(amx: None, settings: Settings, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for number in range(tiles.PASSAGES + 2):
        (home / f"{number}.md").write_text(f"number {number} of the water for tea")
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path), "GSEARCH_EMBEDDER": settings.embedder, "GSEARCH_GENERATOR": "none",
        "GSEARCH_MODELS_DIR": settings.models_dir,
    }  # fmt: skip

    def gsearch(*arguments: str) -> str:
        command = [sys.executable, "-m", "gemmasearch", *arguments, "--db", str(tmp_path / "p" / "index.db")]
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, check=True)
        assert done.stderr == b""
        return done.stdout.decode()

    gsearch("index", "--quiet", "--foreground", str(home))
    assert Facts(settings.models_path).get(Path(settings.embedder), "tiles") is not None
    assert "water for tea" in gsearch("search", "--quiet", "water for tea")
