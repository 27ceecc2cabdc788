from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gemmasearch.errors import ModelMissing, ModelUnsuitable
from gemmasearch.models import Passage, static
from gemmasearch.models.static import StaticEmbedder

from .contract import TEXTS, EmbedderContract


class TestStatic(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> StaticEmbedder:
        return StaticEmbedder()


class TestStaticTruncated(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> StaticEmbedder:
        return StaticEmbedder(64)


REFERENCE = """
import sys, json, os
import numpy as np, wordllama
from wordllama import WordLlama
model = WordLlama.load(cache_dir=os.path.dirname(wordllama.__file__), disable_download=True, trunc_dim=int(sys.argv[1]))
np.save(sys.argv[2], model.embed(json.load(sys.stdin), norm=True))
"""


@pytest.mark.parametrize("dim", [256, 64])
def test_equals_the_vectors_of_wordllama_itself(tmp_path: Path, dim: int) -> None:
    import json

    texts = [t for t in TEXTS if t and "\udcff" not in t] * 40 + ["word " * 900]
    out = tmp_path / "reference.npy"
    subprocess.run(
        [sys.executable, "-c", REFERENCE, str(dim), str(out)], input=json.dumps(texts).encode(), check=True
    )
    embedder = StaticEmbedder(dim)
    narrow = embedder.embed_queries(texts[:20])  # half-precision rows
    wide = embedder.embed_queries(texts)  # float32 rows
    reference = np.load(out)
    assert np.abs(narrow - reference[:20]).max() < 1e-6
    assert np.abs(wide - reference).max() < 1e-6


def test_truncation_is_cut_and_normalise_again() -> None:
    full, short = StaticEmbedder(256), StaticEmbedder(128)
    whole = full.embed_queries(["a cup of tea"])[0, :128]
    assert np.allclose(short.embed_queries(["a cup of tea"])[0], whole / np.linalg.norm(whole), atol=1e-6)


def test_asking_for_more_dimensions_than_there_are_gives_all() -> None:
    assert StaticEmbedder(768).space.dim == 256


def test_nothing_of_wordllama_nor_of_the_network_is_imported() -> None:
    code = (
        "import sys; from gemmasearch.models.static import StaticEmbedder as E;"
        "E().embed_queries(['tea']);"
        "print([m for m in ('wordllama', 'requests', 'huggingface_hub', 'safetensors', 'socket', 'llama_cpp')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]", done.stdout


def test_a_missing_package_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing) as e:
        StaticEmbedder(folder=tmp_path)
    assert "pip install" in e.value.hint


@pytest.mark.parametrize("content", [b"", b"abc", b"\xff" * 64, b"\x02" + b"\0" * 7 + b"{}", b"\x10" * 400])
def test_damaged_weights_are_refused_and_named(tmp_path: Path, content: bytes) -> None:
    folder = static.package_dir()
    assert folder is not None
    for name in (static.WEIGHTS, static.TOKENIZER):
        (tmp_path / name).parent.mkdir()
    (tmp_path / static.TOKENIZER).write_bytes((folder / static.TOKENIZER).read_bytes())
    (tmp_path / static.WEIGHTS).write_bytes(content)
    with pytest.raises(ModelUnsuitable) as e:
        StaticEmbedder(folder=tmp_path)
    assert str(tmp_path) in e.value.message


def test_a_text_of_megabytes_takes_bounded_work() -> None:
    vectors = StaticEmbedder().embed_documents([Passage("", "x" * 20_000_000)])
    assert vectors.shape == (1, 256)


def test_a_frequent_word_is_known_and_a_slip_of_one_is_not() -> None:
    from gemmasearch.models.static import is_frequent

    assert is_frequent("cool") and not is_frequent("temprature")
