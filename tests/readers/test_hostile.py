"""Sixty hostile files among five hundred good ones, indexed over and over by one process: every good one is read,
every hostile one is a Problem with the right reason. ``GSEARCH_SOAK`` scales the number of runs (1.0 = 20)."""

from __future__ import annotations

import os
import random
import resource
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gemmasearch.documents import SyncEvent
from gemmasearch.index import Index
from gemmasearch.settings import Settings
from tests.readers import bombs
from tests.readers.mail_files import message
from tests.readers.office_files import docx, paragraph
from tests.readers.pdf_files import pdf
from tests.readers.test_isolation import children

pytestmark = [pytest.mark.soak, pytest.mark.usefixtures("hostile"), pytest.mark.timeout(14_400)]
RUNS, GOOD = 20, 500
# Less than the default of 60 seconds, so that those who hang cost a run a minute and not ten.
SECONDS, MEGABYTES = 12, 900


def plant_good(folder: Path) -> None:
    makers: list[tuple[str, Callable[[int], bytes]]] = [
        ("md", lambda n: f"# Note {n}\ntext\n".encode()),
        ("eml", lambda n: message(f"letter {n}\n", number=n).encode()),
        ("pdf", lambda n: pdf([f"page of file {n}"])),
        ("docx", lambda n: docx(paragraph(f"words {n}"))),
        ("html", lambda n: f"<p>words {n}</p>".encode()),
    ]
    for n in range(GOOD):
        suffix, make = makers[n % len(makers)]
        (folder / f"good-{n:03}.{suffix}").write_bytes(make(n))


class Clock:
    """The seconds from one file to the next."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._path, self._since = "", 0.0

    def __call__(self, event: SyncEvent) -> None:
        if event.step == "read" and event.problem is None:
            now = time.monotonic()
            self.spent[self._path] = max(self.spent.get(self._path, 0.0), now - self._since)
            self._path, self._since = os.path.basename(event.path), now
        elif event.step == "embed":
            self._path = ""


def test_five_hundred_good_files_are_indexed_among_sixty_hostile_ones_in_every_run(tmp_path: Path) -> None:
    runs = max(1, round(RUNS * float(os.environ.get("GSEARCH_SOAK", "0.05"))))
    folder = tmp_path / "in"
    folder.mkdir()
    plant_good(folder)
    expected = bombs.plant(folder)
    assert len(expected) >= 60
    parent, before = os.getpid(), set(children())
    chance = random.Random(7)
    settings = Settings(embedder="static", reader_seconds=SECONDS, reader_memory_mb=MEGABYTES, archives="on")
    for run in range(runs):
        names = os.listdir(folder)
        chance.shuffle(names)
        for at, name in enumerate(names):  # the newest are read first
            os.utime(folder / name, (1.7e9 + at, 1.7e9 + at))
        clock = Clock()
        with Index.open(tmp_path / f"{run}.db", settings=settings) as index:
            report = index.index([folder], progress=clock)
            problems: dict[str, set[str]] = {}
            for problem in index.problems():
                problems.setdefault(os.path.basename(problem.path), set()).add(problem.reason)
            indexed = {n for n in names if n.startswith("good-") and index.why(folder / n).indexed}
        wrong = {
            n: (problems.get(n), r) for n, r in expected.items() if not problems.get(n) or problems[n] - r
        }
        slowest, name = max((s, n) for n, s in clock.spent.items() if n)
        print(f"run {run + 1}: {len(indexed)} good, {len(expected) - len(wrong)} of {len(expected)} hostile ones"
              f" named rightly, slowest {name} {slowest:.1f} s, {report.seconds:.0f} s", flush=True)  # fmt: skip
        assert not wrong
        assert len(indexed) == GOOD and not {n for n in problems if n.startswith("good")}
        assert slowest <= 60
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"largest worker {largest} MB, this process {own} MB")
    assert largest <= 1024 and own <= 1024
    assert os.getpid() == parent and not set(children()) - before
    assert not Path("/tmp/gsearch-hostile").exists() or not Path("/tmp/gsearch-hostile").stat().st_size
