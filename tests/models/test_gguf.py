"""Embedding GGUFs through llama.cpp, against a forward pass written in numpy."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from gemmasearch.errors import ModelMissing, ModelUnsuitable
from gemmasearch.models import Passage, open_embedder
from gemmasearch.models.gguf import GgufEmbedder, truncate
from gemmasearch.models.header import read_header
from gemmasearch.models.prompts import family_of
from gemmasearch.settings import Settings
from tests import gguf_files
from tests.bare import llama
from tests.gguf_files import TINY

from .contract import EmbedderContract

TEXTS = ["hot tea water", "the meeting room", "price of lunch for march " * 12, "x"]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, np.ndarray]]:
    path = tmp_path_factory.mktemp("gguf") / "tiny-embedding.gguf"
    return path, gguf_files.gemma_embedding(path)


@cache
def opened(path: Path, dim: int) -> GgufEmbedder:
    return GgufEmbedder(path, read_header(path), "test", dim=dim)


class TestTinyEmbeddingGemma(EmbedderContract):
    @pytest.fixture
    def embedder(self, tiny: tuple[Path, dict[str, np.ndarray]]) -> GgufEmbedder:
        return GgufEmbedder(tiny[0], read_header(tiny[0]), "test", dim=32)


@pytest.mark.models
class TestMiniLM(EmbedderContract):
    @pytest.fixture
    def embedder(self, minilm: Path) -> GgufEmbedder:
        return GgufEmbedder(minilm, read_header(minilm), "test")


# -- the numpy reference ------------------------------------------------------------------------------------------


def rms(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-6) * weight


def rotate(x: np.ndarray, base: float) -> np.ndarray:
    """Rotary positions, halves paired. x: (tokens, heads, head)."""
    half = x.shape[-1] // 2
    angles = np.arange(len(x))[:, None] * base ** (-np.arange(half) / half)
    cos, sin = np.cos(angles)[:, None], np.sin(angles)[:, None]
    a, b = x[..., :half], x[..., half:]
    return np.concatenate([a * cos - b * sin, a * sin + b * cos], -1)


def gelu(x: np.ndarray) -> np.ndarray:
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def pooled(tokens: list[int], w: dict[str, np.ndarray]) -> np.ndarray:
    """The mean of the last hidden states of the Gemma 3 encoder with attention to both sides."""
    s = TINY
    x = w["token_embd.weight"][tokens] * np.sqrt(s.width)
    for block in range(s.blocks):
        b = {k.removeprefix(f"blk.{block}."): v for k, v in w.items() if k.startswith(f"blk.{block}.")}
        h = rms(x, b["attn_norm.weight"])
        q = (h @ b["attn_q.weight"].T).reshape(len(x), s.heads, s.head)
        k = (h @ b["attn_k.weight"].T).reshape(len(x), s.kv_heads, s.head)
        v = (h @ b["attn_v.weight"].T).reshape(len(x), s.kv_heads, s.head).repeat(s.heads // s.kv_heads, 1)
        q = rotate(rms(q, b["attn_q_norm.weight"]), s.base) / np.sqrt(s.head)
        k = rotate(rms(k, b["attn_k_norm.weight"]), s.base).repeat(s.heads // s.kv_heads, 1)
        scores = np.einsum("ihd,jhd->hij", q, k)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        out = np.einsum("hij,jhd->ihd", scores, v).reshape(len(x), -1) @ b["attn_output.weight"].T
        x = x + rms(out, b["post_attention_norm.weight"])
        h = rms(x, b["ffn_norm.weight"])
        out = (gelu(h @ b["ffn_gate.weight"].T) * (h @ b["ffn_up.weight"].T)) @ b["ffn_down.weight"].T
        x = x + rms(out, b["post_ffw_norm.weight"])
    return rms(x, w["output_norm.weight"]).mean(0)


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


@pytest.mark.parametrize("dim", [64, 32, 16])
def test_equals_the_numpy_forward_pass_at_full_size_and_truncated(
    tiny: tuple[Path, dict[str, np.ndarray]], dim: int
) -> None:
    path, weights = tiny
    embedder = opened(path, dim)
    vectors = embedder.embed_documents([Passage("", text) for text in TEXTS])
    for text, vector in zip(TEXTS, vectors, strict=True):
        tokens = embedder._lanes.load().tokens(f"title: none | text: {text}", wrap=True)
        inner = pooled(tokens, weights)
        full = weights["dense_3.weight"] @ (weights["dense_2.weight"] @ inner)
        short = full[:dim] / np.linalg.norm(full[:dim])
        assert cosine(vector, short) >= 0.999
        assert abs(cosine(vector, inner[:dim])) < 0.9, "the dense layers change the direction"


def test_query_and_document_get_the_prompts_of_the_family(tiny: tuple[Path, dict[str, np.ndarray]]) -> None:
    path, weights = tiny
    embedder = opened(path, 64)
    for text, vector in (
        ("task: search result | query: hot tea", embedder.embed_queries(["hot tea"])[0]),
        ("title: water | text: hot tea", embedder.embed_documents([Passage("water", "hot tea")])[0]),
    ):
        inner = pooled(embedder._lanes.load().tokens(text, wrap=True), weights)
        assert cosine(vector, weights["dense_3.weight"] @ (weights["dense_2.weight"] @ inner)) >= 0.999


def test_truncation_keeps_directions_and_survives_rows_that_are_no_numbers() -> None:
    rows = np.array([[3, 4, 12], [0, 0, 5], [np.nan, 1, 1], [np.inf, 1, 1]], dtype=np.float32)
    assert np.allclose(truncate(rows, 2), [[0.6, 0.8], [0, 0], [0, 0], [0, 0]])


def test_a_text_over_the_limit_is_cut_by_tokens_and_keeps_its_closing_token(
    tiny: tuple[Path, dict[str, np.ndarray]],
) -> None:
    embedder = opened(tiny[0], 64)
    tokens = embedder._tokenise(embedder._lanes.load(), "tea " * 5000)
    assert len(tokens) == embedder.max_tokens == 512
    assert (tokens[0], tokens[-1]) == (2, 1)


def test_without_dense_layers_it_is_refused_with_the_reason(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "nodense.gguf"
    gguf_files.gemma_embedding(path, dense=False)
    with pytest.raises(ModelUnsuitable, match="dense_2") as e:
        open_embedder(Settings(models_dir=settings.models_dir, embedder=str(path)))
    assert "models pull" in e.value.hint


def test_a_generator_is_no_embedder(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "generator.gguf"
    gguf_files.gemma3(path)
    with pytest.raises(ModelUnsuitable, match="no embedding model"):
        open_embedder(Settings(models_dir=settings.models_dir, embedder=str(path)))


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("all-MiniLM-L6-v2", "plain"),
        ("multilingual-e5-small", "e5"),
        ("bge-small-en-v1.5", "bge"),
        ("Bge M3", "plain"),
    ],
)
def test_families_of_bert_files_are_told_apart_by_their_names(tmp_path: Path, name: str, family: str) -> None:
    path = tmp_path / "b.gguf"
    gguf_files.bert(path, name=name)
    header = read_header(path)
    assert family_of(header).name == family
    embedder = GgufEmbedder(path, header, "test", dim=16)
    assert embedder.dim == embedder.space.full_dim == 48, "no Matryoshka family: never truncated"


def test_opening_by_path_is_tried_in_a_child_once(
    tiny: tuple[Path, dict[str, np.ndarray]], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []
    real = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: (started.append(a), real(*a, **k))[1])
    chosen = Settings(models_dir=settings.models_dir, embedder=str(tiny[0]), dim=32)
    first = open_embedder(chosen)
    second = open_embedder(chosen)
    assert len(started) == 1
    assert first.space == second.space
    assert first.dim == 32
    assert len(first.space.model) == 64, "the space names the file by its SHA-256"
    tiny[0].touch()
    open_embedder(chosen)
    assert len(started) == 2, "a changed file is tried again"


def test_a_closed_embedder_says_so_instead_of_crashing(tiny: tuple[Path, dict[str, np.ndarray]]) -> None:
    embedder = GgufEmbedder(tiny[0], read_header(tiny[0]), "test")
    embedder.close()
    with pytest.raises(ModelMissing, match="closed"):
        embedder.embed_queries(["tea"])


def test_llama_cpp_prints_nothing(tiny: tuple[Path, dict[str, np.ndarray]], tmp_path: Path) -> None:
    code = (
        "import sys; from gemmasearch.models import open_embedder; from gemmasearch.settings import Settings;"
        "e = open_embedder(Settings(models_dir=sys.argv[1], embedder=sys.argv[2]));"
        "e.embed_queries(['tea'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), str(tiny[0])],
        capture_output=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


MEMORY = """
import sys
from pathlib import Path
from gemmasearch.models import Passage
from gemmasearch.models.gguf import GgufEmbedder
from gemmasearch.models.header import read_header
def anonymous():
    return next(int(l.split()[1]) for l in open("/proc/self/status") if l.startswith("RssAnon")) / 1000
embedder = GgufEmbedder(Path(sys.argv[1]), read_header(Path(sys.argv[1])), "test")
first = embedder.embed_queries(["tea"])
before = anonymous()
embedder.embed_documents([Passage("", "tea " * 2000)])
print(anonymous() - before, (embedder.embed_queries(["tea"]) == first).all())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="measured and released on Linux only")
def test_a_long_text_leaves_no_room_for_logits_of_a_large_vocabulary_behind(tmp_path: Path) -> None:
    path = tmp_path / "large-vocabulary.gguf"
    vocabulary = gguf_files.padded(gguf_files.small_vocabulary(), 65_536)  # 512 outputs x 65,536 x 4 = 134 MB
    gguf_files.gemma_embedding(path, vocabulary=vocabulary)
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    grown, equal = done.stdout.split()
    assert float(grown) < 40, f"{grown} MB more"
    assert equal == "True"


@pytest.mark.models
def test_minilm_agrees_with_the_bare_loop(minilm: Path) -> None:
    bare = llama(minilm, embedding=True, n_ctx=512, n_batch=512, n_ubatch=512)
    texts = ["A cat sleeps on the sofa.", "Die Katze schläft.", "The invoice is due in March. " * 20]
    ours = GgufEmbedder(minilm, read_header(minilm), "test").embed_documents([Passage("", t) for t in texts])
    for text, vector in zip(texts, ours, strict=True):
        assert cosine(vector, np.array(bare.embed(text, normalize=True))) > 0.999
