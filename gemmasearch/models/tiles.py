"""Whether AMX tiles work with a model on this machine, and for how many passages they pay.

They copy all weights (350 MB for EmbeddingGemma, where its file is mapped otherwise), so they are for an index run in
which many passages wait, never for searches. A library whose tiles are broken kills the process that uses them: a
child process tries, and what it found is remembered for model, library and processor.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from gemmasearch.models.buffers import has_tiles
from gemmasearch.models.facts import Facts
from gemmasearch.models.native import library
from gemmasearch.models.probe import in_a_child, limit_memory

if TYPE_CHECKING:
    import numpy as np

    from gemmasearch.models.gguf import GgufEmbedder

PASSAGES = 128  # minutes of EmbeddingGemma: to load it again (1 s) pays after two, to try it (5 s) after ten
MEMORY = 2 << 30  # bytes that must be available
FASTER = 1.25  # times as fast as without: less is not worth the memory
REBUILT = (
    'CMAKE_ARGS="-DCMAKE_CXX_FLAGS=-fno-dse" pip install --force-reinstall --no-cache-dir --no-deps '
    "--no-binary llama-cpp-python llama-cpp-python"
)
SECONDS = 180
_CODE = "import sys; sys.path.insert(0, sys.argv[1]); from gemmasearch.models.tiles import main; main()"
_ROUNDS = 2
_ALIKE = 0.99  # least cosine of a text's two vectors; measured: .9998
_DIED = frozenset(-s for s in (signal.SIGILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGFPE))


def pay(path: Path, facts: Facts, passages: int) -> bool:
    """Whether a model should be loaded with tiles to embed so many passages; tries it, if that is not known yet."""
    if passages < PASSAGES or _available() < MEMORY:
        return False
    return (gain(path, facts) or 0.0) >= FASTER


def gain(path: Path, facts: Facts) -> float | None:
    """How many times as fast a model embeds with tiles as without; 0.0 = they do not work. None = llama.cpp or a GPU
    has no use for them, or nothing could be found out."""
    api = library()
    if sys.platform != "linux" or not has_tiles(api) or api.llama_supports_gpu_offload():
        return None
    known, here = facts.get(path, "tiles"), _here(api)
    if not here[-1]:
        return None
    if isinstance(known, list) and known[:-1] == here and isinstance(known[-1], int | float):
        return float(known[-1])
    found = _tried(path)
    if found is not None:
        facts.put(path, tiles=[*here, found])
    return found


def _tried(path: Path) -> float | None:
    """What a child finds out; None if it was ended, or could not do it, for another reason than its tiles."""
    if _available() < MEMORY:
        return None
    try:
        done = in_a_child(_CODE, str(path), seconds=SECONDS)
        return 0.0 if done.returncode in _DIED else float(done.stdout) if done.returncode == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def main() -> None:
    """The child's side: the gain on stdout, unless it dies of SIGILL."""
    from gemmasearch.models.gguf import GgufEmbedder
    from gemmasearch.models.header import read_header

    path = Path(sys.argv[2])
    limit_memory(path.stat().st_size)
    header = read_header(path)
    fast = GgufEmbedder(path, header, "", gpu_layers=0, tiles=True)
    _embedded(fast)
    usual = GgufEmbedder(path, header, "", gpu_layers=0)
    rounds = [(_embedded(fast), _embedded(usual)) for _ in range(_ROUNDS)]
    (mine, _), (theirs, _) = rounds[0]
    alike = bool(((mine * theirs).sum(axis=1) >= _ALIKE).all())
    taken, without = (min(side[1] for side in sides) for sides in zip(*rounds, strict=True))
    sys.stdout.write(str(round(without / taken, 2) if alike else 0.0))


def _embedded(embedder: GgufEmbedder) -> tuple[np.ndarray, float]:
    """Vectors of some texts, and the processor's seconds: a neighbour is not in them."""
    import time

    from gemmasearch.models import Passage

    texts = [f"{n} times the kettle was filled with water for the tea of the guests. " * 3 for n in range(4)]
    start = time.process_time()
    vectors = embedder.embed_documents([Passage("", text) for text in texts])
    return vectors, time.process_time() - start


def _here(api: ModuleType) -> list[Any]:
    """Which library on which processor."""
    file = Path(api._lib._name)
    tiled = file.with_name("libggml-cpu.so")
    found = (tiled if tiled.exists() else file).stat()
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as stream:
        lines = [line for line in stream.read().split("\n\n")[0].splitlines() if ":" in line]
    processor = dict(line.split(":", 1) for line in lines)
    known = {name.strip(): value.strip() for name, value in processor.items()}
    return [
        found.st_size,
        found.st_mtime_ns,
        known.get("model name", ""),
        "amx_int8" in known.get("flags", ""),
    ]


def _available() -> int:
    """Bytes of memory that can be had without swapping, at most what a container may use."""
    try:
        with open("/proc/meminfo", encoding="ascii") as stream:
            free = next(int(line.split()[1]) << 10 for line in stream if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return 0
    try:
        return min(free, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    except (OSError, ValueError):  # no limit, or none that is told
        return free
