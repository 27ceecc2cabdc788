"""Index runs end to end, from files on disk to vectors in the index, against the bare embedding of the same chunks."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from gemmasearch.index import Index
from gemmasearch.models import open_embedder
from gemmasearch.models.native import cores
from gemmasearch.settings import Settings
from tests.bare import llama
from tests.bench import Row, Unavailable, row, seconds
from tests.bench.texts import model

NOTES = 300


@row
def index_minilm() -> Sequence[Row]:
    """Index real notes with MiniLM; yard-stick: ``Llama.embed`` over the chunks that came out."""
    path = model("GSEARCH_TEST_MODELS", "all-MiniLM-L6-v2-q8_0.gguf")
    return [
        _run(
            "index notes, MiniLM",
            str(path),
            lambda texts: _llama(path, texts),
            "bare llama-cpp-python loop",
            0.9,
        )
    ]


@row
def index_static() -> Sequence[Row]:
    """Index real notes with the static embedder; yard-stick: ``wordllama.embed`` over the chunks that came out."""
    return [_run("index notes, static", "static", _wordllama, "bare wordllama.embed", None)]


def _run(
    name: str, embedder: str, bare: Callable[[list[str]], float], yardstick: str, bar: float | None
) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "notes"
        _copy_notes(home)
        settings = Settings(db=f"{folder}/private/index.db", models_dir=f"{folder}/models", embedder=embedder)
        open_embedder(settings).close()  # hashed and tried before the clock runs
        with Index.open(settings=settings) as index:
            ours = seconds(lambda: index.index([home]))
            texts = _chunks(index, home)
    opened = open_embedder(settings)
    tokens = sum(opened.count_tokens(text) for text in texts)
    opened.close()
    base = bare(texts)
    return Row(name, yardstick, tokens / base, tokens / ours, "tok/s", bar, f"{len(texts)} chunks")


def _copy_notes(home: Path) -> None:
    shared = os.environ.get("GSEARCH_TEST_DATA")
    if not shared:
        raise Unavailable("GSEARCH_TEST_DATA names no folder of notes")
    home.mkdir()
    files = sorted(p for p in (Path(shared) / "notes").rglob("*.md") if p.is_file())[:NOTES]
    for number, file in enumerate(files):
        shutil.copyfile(file, home / f"{number}-{file.name}")


def _chunks(index: Index, home: Path) -> list[str]:
    """The texts that were embedded, as a document prompt would hold them (title and passage)."""
    store = index._store
    paths = [file.path for file in store.files_below(str(home))]
    documents = [d for path in paths for d in store.documents_at(path)]
    ids = [chunk.chunk_id for d in documents for chunk in d.chunks if not chunk.quoted]
    return [f"{p.title}\n{p.text}".strip() for p in store.passages(ids)]


def _llama(path: Path, texts: list[str]) -> float:
    bare = llama(
        path, embedding=True, n_ctx=512, n_batch=512, n_ubatch=512, n_threads=cores(),
        n_threads_batch=cores(), flash_attn=True,
    )  # fmt: skip
    return seconds(lambda: [bare.embed(text, normalize=True) for text in texts])


def _wordllama(texts: list[str]) -> float:
    import wordllama

    folder = Path(os.path.dirname(wordllama.__file__))
    bare = wordllama.WordLlama.load(cache_dir=folder, disable_download=True)
    return seconds(lambda: bare.embed(texts, norm=True))
