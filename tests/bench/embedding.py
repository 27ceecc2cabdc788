"""Throughput of the embedders against the bare loop of the library that each stands on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from gemmasearch.models import Embedder, Passage, in_bulk
from gemmasearch.models.native import cores
from gemmasearch.rates import MANY
from gemmasearch.settings import Settings
from tests import gguf_files
from tests.bare import llama
from tests.bench import Row, in_turns, row
from tests.bench.texts import model, passages

ROOT = Path(__file__).parents[2]


@row
def embed_minilm() -> Sequence[Row]:
    """MiniLM: our embedder against ``Llama.embed`` at its best settings over the same texts."""
    from gemmasearch.models.gguf import GgufEmbedder
    from gemmasearch.models.header import read_header

    path = model("GSEARCH_TEST_MODELS", "all-MiniLM-L6-v2-q8_0.gguf")
    embedder = GgufEmbedder(path, read_header(path), "bench")
    return [*_against_llama(path, embedder, passages(120), "MiniLM q8_0")]


def _against_llama(path: Path, embedder: Embedder, texts: list[str], name: str) -> Sequence[Row]:
    bare = llama(
        path,
        embedding=True,
        n_ctx=embedder.max_tokens,
        n_batch=embedder.max_tokens,
        n_ubatch=embedder.max_tokens,
        n_threads=cores(),
        n_threads_batch=cores(),
        flash_attn=True,
    )
    documents = [Passage("", text) for text in texts]
    prompted = [embedder.family.document_text("", t) for t in texts]  # type: ignore[attr-defined]
    tokens = sum(min(len(bare.tokenize(t.encode())), embedder.max_tokens) for t in prompted)
    with in_bulk(embedder, Settings(models_dir=str(gguf_files.scratch() / "m")), MANY):
        base, ours = in_turns(
            lambda: [bare.embed(text, normalize=True) for text in prompted],
            lambda: embedder.embed_documents(documents),
        )
    bare.close()
    embedder.close()
    return [Row(f"embed, {name}", "bare llama-cpp-python loop", tokens / base, tokens / ours, "tok/s", 0.95)]


_LOOP = """
import sys, time
from pathlib import Path
path, texts = sys.argv[1], ["number %d of the tea kettle and the water " % n * 12 for n in range(12)]
{}
embed(texts[:2])
start = time.perf_counter()
embed(texts)
print(time.perf_counter() - start)
"""
_BARE = """
from tests.bare import llama
bare = llama(path, embedding=True, n_ctx=512, n_batch=512, n_ubatch=512, flash_attn=True)
embed = lambda texts: [bare.embed(text) for text in texts]
"""
_OURS = """
from gemmasearch.models import Passage
from gemmasearch.models.gguf import GgufEmbedder
from gemmasearch.models.header import read_header
from tests.bare import works
ours = GgufEmbedder(Path(path), read_header(Path(path)), "bench", tiles=works(Path(path), True))
embed = lambda texts: ours.embed_documents([Passage("", text) for text in texts])
"""


@row
def busy_neighbour() -> Sequence[Row]:
    """MiniLM while another process keeps every core busy: seconds for 12 texts."""
    path = model("GSEARCH_TEST_MODELS", "all-MiniLM-L6-v2-q8_0.gguf")
    neighbours = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(cores())]
    try:
        base, ours = (
            min(
                float(
                    subprocess.check_output([sys.executable, "-c", _LOOP.format(code), str(path)], cwd=ROOT)
                )
                for _ in range(2)
            )
            for code in (_BARE, _OURS)
        )
    finally:
        for neighbour in neighbours:
            neighbour.kill()
            neighbour.wait()
    return [Row("embed, MiniLM, every core busy", "bare llama-cpp-python loop", base, ours, "s", 1.0)]


@row
def embed_static() -> Sequence[Row]:
    """The static embedder against wordllama's own ``embed`` over the same texts."""
    import os

    import wordllama

    from gemmasearch.models.static import StaticEmbedder

    bare = wordllama.WordLlama.load(
        cache_dir=Path(os.path.dirname(wordllama.__file__)), disable_download=True
    )
    embedder = StaticEmbedder()
    texts = passages(3000)
    documents = [Passage("", text) for text in texts]
    base, ours = in_turns(lambda: bare.embed(texts, norm=True), lambda: embedder.embed_documents(documents))
    return [
        Row("embed, static", "bare wordllama.embed", len(texts) / base, len(texts) / ours, "texts/s", 0.95)
    ]


@row
def embed_gemma() -> Sequence[Row]:
    """EmbeddingGemma's shape at full size (random weights), Q8_0 and Q4_0, against the bare loop."""
    from gemmasearch.models.gguf import GgufEmbedder
    from gemmasearch.models.header import read_header

    rows: list[Row] = []
    for kind in ("Q8_0", "Q4_0"):
        path = full_size(kind)
        embedder = GgufEmbedder(path, read_header(path), "bench")
        rows += _against_llama(path, embedder, passages(16), f"EmbeddingGemma shape {kind}")
    return rows


def full_size(kind: str) -> Path:
    """A file of EmbeddingGemma's shape, written once per machine (some 300 MB, half a minute)."""
    path = gguf_files.scratch() / f"embeddinggemma-shape-{kind}.gguf"
    if not path.is_file():
        partial = path.with_suffix(".part")
        gguf_files.gemma_embedding(
            partial,
            gguf_files.EMBEDDING_GEMMA,
            vocabulary=gguf_files.gemma_vocabulary(),
            quantised=kind,
            table="Q8_0",
        )
        partial.replace(path)
    return path
