"""How fast this machine is with this index: what `gsearch bench` shows."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from gemmasearch import models
from gemmasearch.light import dataclass
from gemmasearch.models import Passage
from gemmasearch.store import words

if TYPE_CHECKING:
    from gemmasearch.models import Embedder
    from gemmasearch.settings import Settings
    from gemmasearch.store import PassageRow, Store

SAMPLE = 48  # passages that are embedded
MANY = 1000  # passages, in an index run whose rate is told
QUERIES = 7
PAGE_TOKENS = 450  # of a printed page, where the index holds no PDF to count
_SLOW = 50.0  # passages per second: below, a first index takes long


@dataclass(frozen=True, slots=True)
class Rates:
    """Seconds and rates as measured now; what else runs on the machine is in them. None = does not apply."""

    model: str
    threads: int | None
    batch_tokens: int | None
    calibrated: bool  # threads and batches were tried out and remembered
    passages_per_second: float
    tokens_per_second: float
    pages_per_second: float
    messages_per_second: float
    waiting: int  # passages that have no vector yet
    seconds_left: float
    queries_ms: dict[str, float]  # mode -> median
    memory_mb: float | None  # of this process, without mapped model files
    advice: tuple[str, ...]


def measured(store: Store, embedder: Embedder, settings: Settings, search: Callable[..., Any]) -> Rates:
    """:param search: called with a line and ``mode=``. The index must hold some text."""
    rows = store.passages(store.sample(SAMPLE))
    passages = [Passage(row.title, row.text) for row in rows]
    calibrated = models.calibrated(embedder, settings, passages)
    waiting = store.without_vector(embedder.space.key)
    with models.in_bulk(embedder, settings, max(waiting, MANY)):
        per_second = _embedded(embedder, passages)
    tokens = statistics.fmean(embedder.count_tokens(p.text) for p in passages)
    shape = getattr(embedder, "shape", (None, None))
    return Rates(
        model=embedder.space.name,
        threads=shape[0],
        batch_tokens=shape[1],
        calibrated=calibrated,
        passages_per_second=per_second,
        tokens_per_second=per_second * tokens,
        pages_per_second=per_second * tokens / (store.tokens_per_page() or PAGE_TOKENS),
        messages_per_second=per_second / (store.passages_per_message() or 1.0),
        waiting=waiting,
        seconds_left=waiting / per_second,
        queries_ms={
            mode: _asked(rows, partial(search, mode=mode)) for mode in ("words", "meaning", "hybrid")
        },
        memory_mb=_anonymous(),
        advice=tuple(_advice(embedder, per_second, settings)),
    )


def _embedded(embedder: Embedder, passages: Sequence[Passage]) -> float:
    """Passages per second; the better of two rounds."""
    embedder.embed_documents(passages[:2])
    spent = []
    for _ in range(2):
        start = time.perf_counter()
        embedder.embed_documents(passages)
        spent.append(time.perf_counter() - start)
    return len(passages) / min(spent)


def _asked(rows: Sequence[PassageRow], search: Callable[[str], Any]) -> float:
    """Median milliseconds of questions of six words that stand in the index."""
    lines = [" ".join(w for w in words.exact(row.text).split() if len(w) > 3) for row in rows]
    lines = [" ".join(line.split()[:6]) for line in lines if line][:QUERIES]
    spent = []
    for line in lines:
        start = time.perf_counter()
        search(line)
        spent.append(time.perf_counter() - start)
    return 1000 * statistics.median(spent) if spent else 0.0


def _advice(embedder: Embedder, per_second: float, settings: Settings) -> list[str]:
    """What would make it faster here."""
    native = hasattr(embedder, "shape")
    said = []
    if native and (command := models.rebuilt(embedder, settings)):
        said.append(
            "llama.cpp was built so that it cannot use AMX of this processor; built again it embeds two to "
            f"three times as fast: {command}"
        )
    if native and per_second < _SLOW:
        if settings.gpu == "off":
            said.append("the GPU is off: --gpu auto uses one where llama.cpp was built for it")
        elif not _has_gpu():
            said.append("llama.cpp was built without a GPU; built for one it embeds many times faster")
        said.append("the built-in model embeds far faster, and finds less: gsearch index --embedder static")
    if settings.threads:
        said.append(f"{settings.threads} threads are set by hand; 0 lets this command choose")
    said.append("gsearch serve keeps index and model warm: a search starts at once")
    return said


def _has_gpu() -> bool:
    from gemmasearch.models.native import library

    return bool(library().llama_supports_gpu_offload())


def _anonymous() -> float | None:
    if sys.platform != "linux":
        return None
    with open("/proc/self/status") as stream:
        found = [line.split()[1] for line in stream if line.startswith("RssAnon")]
    return int(found[0]) / 1000 if found else None
