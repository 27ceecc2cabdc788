"""Whether a model embeds faster in another way than the usual one.

A child process tries, as what is broken there ends the process; what it found is remembered for model, library and
processor.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from gemmasearch.models.facts import Facts
from gemmasearch.models.probe import in_a_child

if TYPE_CHECKING:
    import numpy as np

    from gemmasearch.models.gguf import GgufEmbedder

SECONDS = 180
_ALIKE = 0.99  # least cosine of a text's two vectors; measured: .9998
_DIED = frozenset(-s for s in (signal.SIGILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGFPE))


def once(
    facts: Facts, path: Path, name: str, here: Sequence[Any], find_out: Callable[[], float | None]
) -> float | None:
    """What is remembered under a name for a model ``here``, or is found out now; None, which is not remembered, if
    nothing could be."""
    known = facts.get(path, name)
    if isinstance(known, list) and known[:-1] == [*here] and isinstance(known[-1], int | float):
        return float(known[-1])
    found = find_out()
    if found is not None:
        facts.put(path, **{name: [*here, found]})
    return found


def in_child(code: str, path: Path) -> float | None:
    """The gain that a child prints; 0.0 if its calculations ended it, None if it was ended, or could not do it, for
    another reason."""
    try:
        done = in_a_child(code, str(path), seconds=SECONDS)
        return 0.0 if done.returncode in _DIED else float(done.stdout) if done.returncode == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def compared(other: GgufEmbedder, usual: GgufEmbedder, rounds: int = 2) -> float:
    """How many times as fast ``other`` is; 0.0 = it gives other vectors. For the child's side."""
    _embedded(other)
    pairs = [(_embedded(other), _embedded(usual)) for _ in range(rounds)]
    (mine, _), (theirs, _) = pairs[0]
    alike = bool(((mine * theirs).sum(axis=1) >= _ALIKE).all())
    taken, without = (min(side[1] for side in sides) for sides in zip(*pairs, strict=True))
    return round(without / taken, 2) if alike else 0.0


def _embedded(embedder: GgufEmbedder) -> tuple[np.ndarray, float]:
    """Vectors of some texts, and the processor's seconds: a neighbour is not in them."""
    import time

    from gemmasearch.models import Passage

    texts = [f"{n} times the kettle was filled with water for the tea of the guests. " * 3 for n in range(4)]
    start = time.process_time()
    vectors = embedder.embed_documents([Passage("", text) for text in texts])
    return vectors, time.process_time() - start


def here(api: ModuleType) -> list[Any]:
    """Which library on which processor."""
    file = Path(api._lib._name)
    own = file.with_name("libggml-cpu.so")
    found = (own if own.exists() else file).stat()
    return [found.st_size, found.st_mtime_ns, processor().get("model name", "")]


def processor() -> dict[str, str]:
    """What Linux says of the first one; nothing elsewhere."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as stream:
            lines = [line for line in stream.read().split("\n\n")[0].splitlines() if ":" in line]
    except OSError:
        return {}
    return {name.strip(): value.strip() for name, value in (line.split(":", 1) for line in lines)}


def available() -> int:
    """Bytes of memory that can be had without swapping, at most what a container may use; 0 where it is not told."""
    try:
        with open("/proc/meminfo", encoding="ascii") as stream:
            free = next(int(line.split()[1]) << 10 for line in stream if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return 0
    try:
        return min(free, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    except (OSError, ValueError):  # no limit, or none that is told
        return free
