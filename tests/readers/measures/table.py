"""Every file of the data once: read, or a Problem and why, and how long; then ``gsearch index`` over all of it.

The whole may take 60 seconds per Problem beside the time of the good files. No process may be left behind.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from gemmasearch import readers
from gemmasearch.documents import Document
from tests.readers.measures import FOLDERS, files

PER_PROBLEM = 60.0  # seconds


@dataclass
class Row:
    files: int = 0
    good: float = 0.0  # seconds
    bad: float = 0.0
    kinds: Counter[str] = field(default_factory=Counter)
    whole: Counter[str] = field(default_factory=Counter)  # Problems of files
    parts: Counter[str] = field(default_factory=Counter)  # Problems of parts of files
    slowest: tuple[float, str] = (0.0, "")

    def read(self, isolated: readers.Isolated, path: Path) -> None:
        started, bad = time.perf_counter(), False
        for item in isolated.read(str(path)):
            if isinstance(item, Document):
                self.kinds[item.kind] += 1
            else:
                (self.parts if item.part else self.whole)[item.reason] += 1
                bad = True
        seconds = time.perf_counter() - started
        self.files += 1
        self.bad, self.good = self.bad + bad * seconds, self.good + (not bad) * seconds
        self.slowest = max(self.slowest, (seconds, path.name))

    def add(self, other: Row) -> None:
        self.files, self.good, self.bad = (
            self.files + other.files,
            self.good + other.good,
            self.bad + other.bad,
        )
        for mine, theirs in ((self.kinds, other.kinds), (self.whole, other.whole), (self.parts, other.parts)):
            mine.update(theirs)
        self.slowest = max(self.slowest, other.slowest)

    def show(self, name: str) -> None:
        read = self.files - self.whole.total()
        print(f"{name}: {self.files} files, {read} read in {self.good:.1f} s; the others {self.bad:.1f} s; "
              f"slowest {self.slowest[0]:.1f} s ({self.slowest[1]})")  # fmt: skip
        print(f"    documents {dict(self.kinds)}")
        print(f"    problems  {dict(self.whole)} of parts {dict(self.parts)}", flush=True)


def main(data: Path) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(
            36, 1, 0, 0, 0
        )  # PR_SET_CHILD_SUBREAPER: whoever is left behind becomes our child
    started, total = time.perf_counter(), Row()
    with readers.Isolated() as isolated:
        for folder in [each for top in FOLDERS for each in sorted((data / top).iterdir()) if each.is_dir()]:
            row = Row()
            for path in files(folder):
                row.read(isolated, path)
            row.show(str(folder.relative_to(data)))
            total.add(row)
    seconds, left = time.perf_counter() - started, children()
    total.show("all")
    problems = total.whole.total() + total.parts.total()
    bound = PER_PROBLEM * problems + total.good
    print(
        f"whole run {seconds:.1f} s, bound {bound:.0f} s ({problems} problems); processes left behind: {len(left)}"
    )
    ok = seconds <= bound and not left
    sys.exit(0 if index(data) and ok else 1)


def index(data: Path) -> bool:
    """``gsearch index`` over all folders at once."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "gemmasearch", "index", "--db", f"{folder}/made/i.db"]
        started = time.perf_counter()
        done = subprocess.run(
            [*command, *(str(data / top) for top in FOLDERS)],
            env={**os.environ, "GSEARCH_EMBEDDER": "static"},
            capture_output=True,
            text=True,
            check=False,
        )
        seconds, left = time.perf_counter() - started, children()
    print(f"gsearch index: exit {done.returncode}, {seconds:.1f} s, processes left behind: {len(left)}")
    print("    " + "\n    ".join((done.stdout + done.stderr).strip().split("\n")[-4:]))
    return done.returncode == 0 and not left


def children() -> list[int]:
    """Processes whose parent is this one, after a moment for those that are ending."""
    time.sleep(0.5)
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid() and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found
