"""A quantised model with half-precision numbers in place of its blocks, for an index run in which many passages wait.

A processor without instructions for small whole numbers multiplies such weights faster than 8- or 4-bit ones, whose
scales are applied block by block (with AVX2, measured on EmbeddingGemma's shape: 15 % more tokens per second than
Q8_0, 5 % more than Q4_0); a child process tries (:mod:`gemmasearch.models.trials`). They take 200 MB instead of 60
or 110 of a mapped file, so they are for long runs, never for searches. llama.cpp writes the file in two seconds, maps
it, and it is deleted at once: its pages live as long as they are mapped.
"""

from __future__ import annotations

import math
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from gemmasearch import places
from gemmasearch.models import trials
from gemmasearch.models.facts import Facts
from gemmasearch.models.header import Header, read_header
from gemmasearch.models.native import cores, halved, library
from gemmasearch.models.probe import in_a_child, limit_memory

# Passages times quantised weights from which it is tried, which takes ten seconds: 200 passages of EmbeddingGemma,
# two minutes of work. And what must be saved of them: eight passages, to write and load the file takes five.
WORK, SAVED = 20_000_000_000, 800_000_000
FASTER = 1.03  # times as fast as before: less is noise, or not worth the memory
_ROUNDS = 4
_TABLES = ("token_embd.weight", "output.weight")  # of tokens: looked up, not multiplied
_WHOLE = frozenset({0, 1, 30})  # ggml types of numbers that are none in blocks: F32, F16, BF16
_BYTES = 2
_NAMES = "halves-*.gguf"
_LEFT = 3600.0  # seconds after which a file is one of a run that was killed
_CODE = "import sys; sys.path.insert(0, sys.argv[1]); from gemmasearch.models.halves import {0}; {0}()"


def pay(path: Path, facts: Facts, passages: int) -> bool:
    """Whether a model should be loaded so to embed so many passages; tries it, if that is not known yet and they are
    many."""
    weights = _quantised(read_header(path))
    work = passages * weights
    if work < SAVED or not _has_room(path.stat().st_size + _BYTES * weights):
        return False
    found = gain(path, facts, tries=work >= WORK) or 0.0
    return found >= FASTER and work * (1 - 1 / found) >= SAVED


def gain(path: Path, facts: Facts, *, tries: bool = True) -> float | None:
    """How many times as fast a model embeds so; 0.0 = it cannot be had so. None = a GPU has no use for it, or nothing
    could be found out.

    :param tries: if that is not known yet.
    """
    api = library()
    if api.llama_supports_gpu_offload():
        return None

    def find_out() -> float | None:
        return trials.in_child(_CODE.format("main"), path) if tries else None

    return trials.once(facts, path, "halves", trials.here(api), find_out)


@contextmanager
def written(path: Path) -> Iterator[Path | None]:
    """The file, which is deleted at the end: load it meanwhile. None = it could not be written."""
    with ExitStack() as opened:
        found = None
        with suppress(OSError, subprocess.TimeoutExpired):
            other = opened.enter_context(_file())
            done = in_a_child(_CODE.format("write"), str(path), str(other), seconds=trials.SECONDS)
            found = other if done.returncode == 0 else None
        yield found


def write() -> None:
    """A child's side: write the file that the last argument names."""
    path, other = map(Path, sys.argv[2:])
    limit_memory(path.stat().st_size)
    sys.exit(not halved(path, other, _table_type(read_header(path)), cores()))


def main() -> None:
    """A child's side: the gain on stdout."""
    from gemmasearch.models.gguf import GgufEmbedder

    path = Path(sys.argv[2])
    limit_memory(path.stat().st_size)
    header = read_header(path)
    with _file() as other:
        if not halved(path, other, _table_type(header), cores()):
            sys.stdout.write("0.0")
            return
        fast = GgufEmbedder(other, read_header(other), "", gpu_layers=0)
    usual = GgufEmbedder(path, header, "", gpu_layers=0)
    sys.stdout.write(str(trials.compared(fast, usual, _ROUNDS)))


def _quantised(header: Header) -> int:
    """How many weights stand in blocks."""
    multiplied = (each for name, each in header.tensors.items() if name not in _TABLES)
    return sum(math.prod(each.shape) for each in multiplied if each.type not in _WHOLE)


def _table_type(header: Header) -> int:
    table = header.tensors.get(_TABLES[0])
    return table.type if table else 1


def _has_room(size: int) -> bool:
    """Whether there are so many bytes in memory and on the disk, with as much again to spare."""
    try:
        return trials.available() >= 2 * size and shutil.disk_usage(_folder()).free >= 2 * size
    except OSError:
        return False


def _folder() -> Path:
    folder = Path(places.cache_dir())
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


@contextmanager
def _file() -> Iterator[Path]:
    """A new file for it, deleted at the end. :raises OSError: there cannot be any."""
    folder = _folder()
    for left in folder.glob(_NAMES):
        with suppress(OSError):
            if left.stat().st_mtime < time.time() - _LEFT:
                left.unlink()
    before, after = _NAMES.split("*")
    with tempfile.NamedTemporaryFile(prefix=before, suffix=after, dir=folder) as file:
        yield Path(file.name)
