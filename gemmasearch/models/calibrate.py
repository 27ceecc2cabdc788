"""Which threads and batches are fastest on this machine: tried once for some seconds, remembered per model file."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gemmasearch.models.facts import Facts
from gemmasearch.models.native import cores

if TYPE_CHECKING:
    from gemmasearch.models import Passage
    from gemmasearch.models.gguf import GgufEmbedder

BATCHES = (128, 256, 512)  # tokens per decode
SECONDS = 10.0
_ROUNDS = 2
_BETTER = 1.03  # so much faster must another shape be than the usual one, or it is noise

Shape = tuple[int, int]  # threads, tokens per decode


def remembered(facts: Facts, path: Path) -> Shape | None:
    """What was found out for a model file on a machine with so many cores."""
    found = facts.get(path, _fact())
    if isinstance(found, list) and len(found) == 2 and all(isinstance(n, int) and n > 0 for n in found):
        return min(found[0], cores()), found[1]
    return None


def calibrate(
    embedder: GgufEmbedder, passages: Sequence[Passage], facts: Facts, path: Path, seconds: float = SECONDS
) -> dict[Shape, float]:
    """Try shapes on real passages within ``seconds``, keep and remember the fastest.

    One thread fewer than cores is among them: beside a busy neighbour it is the faster one.

    :return: texts per second of each shape that was tried.
    """
    usual = embedder.shape
    threads = sorted({max(1, cores() - 1), cores()}, reverse=True)
    shapes = list(dict.fromkeys([usual, *((t, b) for t in threads for b in BATCHES)]))
    rates: dict[Shape, float] = {}
    ends = time.perf_counter() + seconds
    for _ in range(_ROUNDS):
        for shape in shapes:
            if time.perf_counter() >= ends and usual in rates:
                break
            embedder.reshape(*shape)
            left = max(0.05, (ends - time.perf_counter()) / (len(shapes) * _ROUNDS))
            rates[shape] = max(rates.get(shape, 0.0), _rate(embedder, passages, left))
    best = max(rates, key=lambda shape: rates[shape])
    if rates[best] < rates[usual] * _BETTER:
        best = usual
    embedder.reshape(*best)
    facts.put(path, **{_fact(): list(best)})
    return rates


def _rate(embedder: GgufEmbedder, passages: Sequence[Passage], seconds: float) -> float:
    """Texts per second, over whole rounds of eight texts."""
    start, done = time.perf_counter(), 0
    while True:
        at = done % max(1, len(passages))
        batch = [*passages[at : at + 8]] or list(passages[:8])
        embedder.embed_documents(batch)
        done += len(batch)
        spent = time.perf_counter() - start
        if spent >= seconds:
            return done / spent


def _fact() -> str:
    return f"shape on {cores()} cores"
