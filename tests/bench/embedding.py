"""Throughput of the embedders against the bare loop of the library that each stands on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gemmasearch.models import Embedder, Passage
from gemmasearch.models.native import cores
from tests.bench import Row, in_turns, row
from tests.bench.texts import model, passages


@row
def embed_minilm() -> Sequence[Row]:
    """MiniLM: our embedder against ``Llama.embed`` at its best settings over the same texts."""
    from gemmasearch.models.gguf import GgufEmbedder
    from gemmasearch.models.header import read_header

    path = model("GSEARCH_TEST_MODELS", "all-MiniLM-L6-v2-q8_0.gguf")
    embedder = GgufEmbedder(path, read_header(path), "bench")
    return [*_against_llama(path, embedder, passages(120), "MiniLM q8_0")]


def _against_llama(path: Path, embedder: Embedder, texts: list[str], name: str) -> Sequence[Row]:
    from llama_cpp import Llama

    bare = Llama(
        str(path),
        embedding=True,
        n_ctx=embedder.max_tokens,
        n_batch=embedder.max_tokens,
        n_ubatch=embedder.max_tokens,
        n_threads=cores(),
        n_threads_batch=cores(),
        flash_attn=True,
        verbose=False,
    )
    documents = [Passage("", text) for text in texts]
    prompted = [embedder.family.document_text("", t) for t in texts]  # type: ignore[attr-defined]
    tokens = sum(min(len(bare.tokenize(t.encode())), embedder.max_tokens) for t in prompted)
    base, ours = in_turns(
        lambda: [bare.embed(text, normalize=True) for text in prompted],
        lambda: embedder.embed_documents(documents),
    )
    bare.close()
    embedder.close()
    return [Row(f"embed, {name}", "bare llama-cpp-python loop", tokens / base, tokens / ours, "tok/s", 0.95)]


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
    from tests import gguf_files

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
