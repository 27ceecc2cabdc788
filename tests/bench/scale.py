"""How everything grows: ``python -m tests.bench --scale 10k,100k`` (or 1M, which takes an hour to make).

Prints milliseconds at each size and the exponent of the growth between the smallest and the largest: 1 is linear,
0 does not grow. Times are medians of several questions in one process that keeps the index open; a search is also
stated in the time of the plainest way to its ten passages (tests.bench.plain), which does not depend on the machine.
"""

from __future__ import annotations

import gc
import math
import multiprocessing
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from gemmasearch.__main__ import OBJECTS
from gemmasearch.index import Index
from gemmasearch.settings import Settings
from tests.bench import large, plain

QUESTIONS = 15
LINEAR, FLAT = 1.05, 0.3
BARS = {
    "no-change run": LINEAR, "add 100 files": FLAT, "filtered hybrid": FLAT, "words": LINEAR, "meaning": LINEAR,
    "hybrid": LINEAR, "evidence of ask": LINEAR, "doctor": LINEAR, "compact": LINEAR, "bytes": LINEAR,
}  # fmt: skip
RECALL = 0.98
# Milliseconds of a search on a machine of its own, from so many passages on.
MILLISECONDS = {
    1_000_000: {"words": 60, "meaning": 100, "hybrid": 150, "filtered hybrid": 100},
    100_000: {"words": 12, "meaning": 20, "hybrid": 30, "filtered hybrid": 20},
}


def sizes(text: str) -> list[int]:
    units = {"k": 1000, "m": 1_000_000}
    return [int(float(t.rstrip("kKmM")) * units.get(t[-1].lower(), 1)) for t in text.split(",")]


def report(wanted: list[int]) -> bool:
    """:return: whether every exponent keeps to its bar."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as every command of ours does …
    found = {size: _in_a_process(size) for size in wanted}
    print(f"{'':24}" + "".join(f"{size:>14,}" for size in wanted) + f"{'exponent':>10}  bar")
    good = True
    for name in found[wanted[0]]:
        values = [found[size][name] for size in wanted]
        exponent = 0.0
        if len(wanted) > 1:
            exponent = math.log(values[-1] / values[0]) / math.log(wanted[-1] / wanted[0])
        bar = BARS.get(name)
        missed = bar is not None and len(wanted) > 1 and exponent > bar
        good &= not missed
        print(
            f"{name:24}" + "".join(f"{value:>14,.{2 if value < 10 else 1}f}" for value in values) + f"{exponent:>10.2f}"
            + (f"  ≤ {bar}{' MISSED' if missed else ''}" if bar else "")
            + _at_size(name, wanted[-1], values[-1])
        )  # fmt: skip
        good &= name != "recall@10" or min(values) >= RECALL
    return good


def _at_size(name: str, size: int, value: float) -> str:
    """What a machine of its own is asked for. It decides nothing, as a busy one takes several times as long."""
    if name == "recall@10":
        return f"  ≥ {RECALL}"
    asked = next((bars for least, bars in MILLISECONDS.items() if size >= least), {}).get(name)
    return f"; {value / asked:.1f} times the {asked} ms asked for at {size:,}" if asked else ""


def _in_a_process(size: int) -> dict[str, float]:
    """What one size leaves in memory is not the next one's."""
    path = large.index(size)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(measure, path, size).result()


def measure(path: Path, size: int) -> dict[str, float]:
    """Milliseconds per operation, megabytes, and bytes of the index per passage beyond its text."""
    gc.set_threshold(OBJECTS)
    questions = large.questions(QUESTIONS)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        copy = Path(folder) / "index.db"
        shutil.copyfile(path, copy)
        settings = Settings(db=str(copy), embedder="static", generator="none")
        with Index.open(settings=settings, create=False) as index:
            found: dict[str, float] = {}
            found["no-change run"] = _ms(lambda: _unchanged(index, size))
            index.search("warm", limit=1)
            for name, mode, more in (
                ("words", "words", ""),
                ("meaning", "meaning", ""),
                ("hybrid", "hybrid", ""),
                ("filtered hybrid", "hybrid", " in:f{:02}"),
            ):
                found[name] = _median(
                    lambda n, mode=mode, more=more: index.search(questions[n] + more.format(n), mode=mode)  # type: ignore[misc]
                )
            found["evidence of ask"] = _median(lambda n: index.ask(questions[n], extract=True))
            found["memory, MB"] = _anonymous()
            found["words, of plain FTS5"] = plain.words(index, questions)
            found["meaning, of a scan"], found["recall@10"] = plain.meaning(index, questions)
            text = index._store.db.value("SELECT sum(length(CAST(gs_text(text) AS BLOB))) FROM chunks")
            found["bytes"] = float(copy.stat().st_size - text)
            found["add 100 files"] = _ms(lambda: _added(index, path.parent / "archive"))
            found["doctor"] = _ms(index._store.examine)
            found["compact"] = _ms(index.compact)
    found["bytes per passage"] = found["bytes"] / size
    return found


def _unchanged(index: Index, size: int) -> None:
    done = index.index()
    assert done.unchanged == size // large.PER_DOCUMENT and not done.documents, done


def _added(index: Index, root: Path) -> None:
    folder = root / "f00"
    made = [folder / f"added-{n}.md" for n in range(100)]
    try:
        for number, file in enumerate(made):
            file.write_text(f"# Note {number}\n\n" + f"The {number}th boiler of the new house. " * 60)
        assert index.index().new == 100
    finally:
        for file in made:
            file.unlink(missing_ok=True)


def _median(work: Callable[[int], object]) -> float:
    return statistics.median(_ms(lambda n=n: work(n)) for n in range(QUESTIONS))  # type: ignore[misc]


def _ms(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def _anonymous() -> float:
    with open("/proc/self/status") as stream:
        return next(int(line.split()[1]) / 1000 for line in stream if line.startswith("RssAnon"))
