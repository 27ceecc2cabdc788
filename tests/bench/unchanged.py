"""A run that finds nothing new over 100,000 small files, against ``find`` and Recoll on the same tree."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench import Row, Unavailable, row, seconds
from tests.bench.command import ROOT, gsearch
from tests.indexing.trees import sentence

FILES = int(os.environ.get("GSEARCH_BENCH_FILES", "100000"))
MEGABYTES = 300.0
ROUNDS = 5


@row
def unchanged() -> Sequence[Row]:
    """The whole command, warm caches; its memory; and how many files of the tree it opens (strace)."""
    with _tree() as (tree, db):
        ours = gsearch("index", "--quiet", "--foreground", "--db", str(db))
        find = ["find", str(tree), "-type", "f", "-printf", "%s %T@ %p\n"]
        _run([*ours, str(tree)])
        time.sleep(2.1)  # stamps prove nothing before
        _run(ours)
        pairs = [(seconds(lambda: _run(find)), seconds(lambda: _run(ours))) for _ in range(ROUNDS)]
        base, own = (min(pair[side] for pair in pairs) for side in (0, 1))
        note = f"{FILES:,} files, {_opened(ours, tree)} of them opened; ratios " + " ".join(
            f"{b / a:.1f}" for a, b in sorted(pairs, key=lambda p: p[1] / p[0])
        )
        rows = [
            Row("index, nothing new", "find -type f -printf", base, own, "s", 6.0, note),
            Row("index, nothing new: memory", "the promised MB", MEGABYTES, _peak(ours), "MB", 1.0),
        ]
        return [*rows, *_against_recoll(tree, ours)]


def _against_recoll(tree: Path, ours: list[str]) -> Sequence[Row]:
    if not shutil.which("recollindex"):
        raise Unavailable("recollindex is not installed (Debian: recollcmd)")
    with tempfile.TemporaryDirectory() as folder:
        # Nothing it does beyond what we do: no thumbnails, no other folders.
        Path(folder, "recoll.conf").write_text(f"topdirs = {tree}\nloglevel = 1\nidxflushmb = 100\n")
        recoll = ["recollindex", "-c", folder]
        _run(recoll)
        pairs = [(seconds(lambda: _run(recoll)), seconds(lambda: _run(ours))) for _ in range(3)]
    base, own = (min(pair[side] for pair in pairs) for side in (0, 1))
    return [Row("index, nothing new", "recollindex", base, own, "s", 1.0)]


@contextmanager
def _tree() -> Iterator[tuple[Path, Path]]:
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        for number in range(FILES):
            place = tree / f"y{number // 10_000}" / f"m{number // 250 % 40}"
            if number % 250 == 0:
                place.mkdir(parents=True)
            text = f"# Note {number}\n\n{sentence(chance)} n{number}\n"
            (place / f"note {number}.md").write_text(text)
        yield tree, Path(folder) / "private" / "index.db"


def _run(command: list[str]) -> None:
    subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, env=_environment()
    )


def _environment() -> dict[str, str]:
    ours = {"PYTHONPATH": str(ROOT), "GSEARCH_EMBEDDER": "static", "GSEARCH_GENERATOR": "none"}
    return {**os.environ, **ours}


def _peak(command: list[str]) -> float:
    code = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); " \
           "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000)"  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code, *command], capture_output=True, check=True, env=_environment()
    )
    return float(done.stdout.split()[-1])


def _opened(command: list[str], tree: Path) -> int | str:
    """Regular files of the tree that the command opens, by strace."""
    if not shutil.which("strace"):
        return "unknown how many"
    with tempfile.NamedTemporaryFile("r") as log:
        trace = ["strace", "-f", "-qq", "-e", "trace=open,openat,openat2,creat", "-o", log.name]
        _run([*trace, *command])
        every = list(log)
    if not any("index.db" in line for line in every):
        raise AssertionError("strace saw not even the index being opened")
    lines = [line for line in every if f'"{tree}' in line]  # none where a glance at the folders was enough
    return sum(1 for line in lines if not re.search(r"O_DIRECTORY", line))
