"""Whether AMX tiles work with a model on this machine, and for how many passages they pay.

They copy all weights (350 MB for EmbeddingGemma, where its file is mapped otherwise), so they are for an index run in
which many passages wait, never for searches. A library whose tiles are broken kills the process that uses them
(:mod:`gemmasearch.models.trials`).
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from gemmasearch.models import trials
from gemmasearch.models.buffers import has_tiles
from gemmasearch.models.facts import Facts
from gemmasearch.models.native import library
from gemmasearch.models.probe import limit_memory

PASSAGES = 128  # minutes of EmbeddingGemma: to load it again (1 s) pays after two, to try it (5 s) after ten
MEMORY = 2 << 30  # bytes that must be available
FASTER = 1.25  # times as fast as without: less is not worth the memory
REBUILT = (
    'CMAKE_ARGS="-DCMAKE_CXX_FLAGS=-fno-dse" pip install --force-reinstall --no-cache-dir --no-deps '
    "--no-binary llama-cpp-python llama-cpp-python"
)
_CODE = "import sys; sys.path.insert(0, sys.argv[1]); from gemmasearch.models.tiles import main; main()"


def pay(path: Path, facts: Facts, passages: int) -> bool:
    """Whether a model should be loaded with tiles to embed so many passages; tries it, if that is not known yet."""
    if passages < PASSAGES or trials.available() < MEMORY:
        return False
    return (gain(path, facts) or 0.0) >= FASTER


def gain(path: Path, facts: Facts) -> float | None:
    """How many times as fast a model embeds with tiles as without; 0.0 = they do not work. None = llama.cpp or a GPU
    has no use for them, or nothing could be found out."""
    api = library()
    if sys.platform != "linux" or not has_tiles(api) or api.llama_supports_gpu_offload():
        return None
    known = _here(api)
    return trials.once(facts, path, "tiles", known, lambda: _tried(path)) if known[-1] else None


def _tried(path: Path) -> float | None:
    return trials.in_child(_CODE, path) if trials.available() >= MEMORY else None


def main() -> None:
    """The child's side: the gain on stdout, unless it dies of SIGILL."""
    from gemmasearch.models.gguf import GgufEmbedder
    from gemmasearch.models.header import read_header

    path = Path(sys.argv[2])
    limit_memory(path.stat().st_size)
    header = read_header(path)
    fast = GgufEmbedder(path, header, "", gpu_layers=0, tiles=True)
    usual = GgufEmbedder(path, header, "", gpu_layers=0)
    sys.stdout.write(str(trials.compared(fast, usual)))


def _here(api: ModuleType) -> list[Any]:
    """Which library on which processor, and whether that has AMX."""
    return [*trials.here(api), "amx_int8" in trials.processor().get("flags", "")]
