"""Index runs end to end, from files on disk to vectors in the index, against the bare embedding of the same chunks."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from gemmasearch.documents import SyncEvent
from gemmasearch.index import Index
from gemmasearch.models import Embedder, Passage, in_bulk, open_embedder
from gemmasearch.models.native import cores
from gemmasearch.rates import MANY
from gemmasearch.settings import Settings
from tests.bare import llama
from tests.bench import Row, row, seconds
from tests.bench.embedding import full_size
from tests.bench.texts import NOTES, copy_notes, model

STATIC_NOTES = int(os.environ.get("GSEARCH_BENCH_STATIC_NOTES", "3000"))
STATIC_ROUNDS = 5


@row
def index_minilm() -> Sequence[Row]:
    """Index real notes with MiniLM; yard-stick: ``Llama.embed`` over the chunks that came out."""
    path = model("GSEARCH_TEST_MODELS", "all-MiniLM-L6-v2-q8_0.gguf")
    return [_against_llama("index notes, MiniLM", path, 0.9)]


@row
def index_gemma() -> Sequence[Row]:
    """Index real notes with EmbeddingGemma's shape at full size (random weights), some minutes each; yard-stick:
    ``Llama.embed`` at its best settings over the very texts that are embedded, prompts included."""
    return [
        _against_llama(f"index notes, EmbeddingGemma shape {kind}", full_size(kind), 0.95)
        for kind in ("Q8_0", "Q4_0")
    ]


@row
def index_static() -> Sequence[Row]:
    """Index real notes with the static embedder, a fresh index each round; yard-stick: ``wordllama.embed`` over the
    chunks that come out, in turns with it, the best of each. A few hundred notes would measure the start only."""
    import wordllama

    bare = wordllama.WordLlama.load(
        cache_dir=Path(os.path.dirname(wordllama.__file__)), disable_download=True
    )
    with _notes(STATIC_NOTES, 3000, "static") as (home, settings):
        passages = _passages(home, settings)
        texts = [f"{p.title}\n{p.text}".strip() for p in passages]
        tokens = sum(_sizes(settings, texts))
        rounds = []
        for number in range(STATIC_ROUNDS):
            base = seconds(lambda: bare.embed(texts, norm=True))
            fresh = replace(settings, db=f"{settings.db}.{number}")
            rounds.append((base, _index(home, fresh, len(passages))))
        note = f"{len(texts):,} chunks of {len(os.listdir(home)):,} notes"
    base, ours = (min(each[side] for each in rounds) for side in (0, 1))
    return [
        Row("index notes, static", "bare wordllama.embed", tokens / base, tokens / ours, "tok/s", 0.9, note)
    ]


def _against_llama(name: str, path: Path, bar: float) -> Row:
    """A run takes minutes, in which a machine changes its pace. So the bare loop gets a third of the texts, one by
    chance of each three neighbours in length, and embeds half of them right before our run and half right after
    it: a drift falls on both, and the rates (tokens/s) compare. It stays in this process, where waiting OpenMP
    threads spin as briefly as for us, which helps it beside busy neighbours. Files and tokens are counted for
    neither; the model is hashed and tried before the clock runs, loaded within it for us and before it for the loop.
    """
    with _notes(NOTES, 300, str(path)) as (home, settings):
        passages = _passages(home, settings)
        texts, longest = _prompted(settings, passages)
        sizes = [min(size, longest) for size in _sizes(settings, texts)]
        third = _third(sizes)
        before, after = third[::2], third[1::2] or third[:1]
        base = _llama(path, longest, [texts[n] for n in before])
        ours = _index(home, settings, len(passages))
        base += _llama(path, longest, [texts[n] for n in after])
        note = f"{len(texts):,} chunks of {len(os.listdir(home)):,} notes, {len(before) + len(after)} in the loop"
    rate = sum(sizes[n] for n in (*before, *after)) / base
    return Row(name, "bare llama-cpp-python loop", rate, sum(sizes) / ours, "tok/s", bar, note)


def known_to_be_good(settings: Settings) -> None:
    """The model is hashed and tried, alone and with tiles, as it is once per model and machine."""
    embedder = open_embedder(settings)
    with in_bulk(embedder, settings, MANY):
        embedder.close()


@contextmanager
def _notes(count: int, usual: int, embedder: str) -> Iterator[tuple[Path, Settings]]:
    """A folder of so many real notes, and settings for an index of it whose model is known to be good."""
    with tempfile.TemporaryDirectory() as folder:
        home = copy_notes(Path(folder) / "notes", count, usual)
        settings = Settings(db=f"{folder}/private/index.db", models_dir=f"{folder}/models", embedder=embedder)
        known_to_be_good(settings)
        yield home, settings


def _passages(home: Path, settings: Settings) -> list[Passage]:
    """What a run would embed, from one of its own that is stopped when everything is read."""
    steps: set[str] = set()

    def progress(event: SyncEvent) -> None:
        if event.done == event.total:
            steps.add(event.step)

    with Index.open(settings=replace(settings, db=f"{settings.db}.read")) as index:
        index.index([home], progress=progress, stop=lambda: "read" in steps)
        space = index._store.ensure_space(index._embedder().space).id
        index._store.db.run("DELETE FROM vectors")  # that came along with the rows
        waiting = index._store.passages_to_embed(space, index._store.waiting(space))
    return [Passage(p.title, p.text) for p in {p.key: p for p in waiting}.values()]  # twins once


def _index(home: Path, settings: Settings, expected: int) -> float:
    """Seconds of a first run, which must embed so many passages."""
    with Index.open(settings=settings) as index:
        reports = []
        spent = seconds(lambda: reports.append(index.index([home])))
    assert reports[0].embedded == expected, (reports[0].embedded, expected)
    return spent


def _prompted(settings: Settings, passages: Sequence[Passage]) -> tuple[list[str], int]:
    """The texts as the model gets them, and how many tokens of one it takes."""
    embedder = open_embedder(settings)
    family = embedder.family  # type: ignore[attr-defined]
    texts = [family.document_text(p.title, p.text) for p in passages]
    embedder.close()
    return texts, embedder.max_tokens


def _sizes(settings: Settings, texts: Sequence[str]) -> list[int]:
    embedder: Embedder = open_embedder(settings)
    try:
        return [embedder.count_tokens(text) for text in texts]
    finally:
        embedder.close()


def _third(sizes: Sequence[int]) -> list[int]:
    """One by chance of each three neighbours in size."""
    chance = random.Random(1)
    ranked = sorted(range(len(sizes)), key=sizes.__getitem__)
    return [chance.choice(ranked[n : n + 3]) for n in range(0, len(ranked), 3)]


def _llama(path: Path, longest: int, texts: Sequence[str]) -> float:
    """Seconds of the bare loop at its best settings."""
    bare = llama(
        path, embedding=True, n_ctx=longest, n_batch=longest, n_ubatch=longest, n_threads=cores(),
        n_threads_batch=cores(), flash_attn=True,
    )  # fmt: skip
    bare.embed(texts[0])
    try:
        return seconds(lambda: [bare.embed(text, normalize=True) for text in texts])
    finally:
        bare.close()
