"""Runs, a watcher and searches at once: nobody sees an error, one writes at a time, and a killed one holds nobody up."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

from gemmasearch.indexing.lock import holder
from gemmasearch.store import Store
from tests.cli.terminal import COMMAND
from tests.indexing.trees import contents, environment, note, plant

SEARCHES = (
    "boiler",
    "garden orchard",
    "type:mail harbour",
    "candle -engine",
    "violin",
    "path:d3 island",
    "pepper",
    "daisy",
)


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, said = process.communicate(timeout=300)
    assert "Traceback" not in said and "database is locked" not in said, said
    return process.returncode, said


def writers(db: Path) -> int:
    """How many processes hold the lock now, by the kernel's own list.

    That is read a page at a time: where a lock is handed on between two pages, both holders stand in it once.
    """
    held = _held(db)
    return len(held & _held(db)) if len(held) > 1 else len(held)


def _held(db: Path) -> set[str]:
    """The processes that hold the lock, as numbers."""
    inode = db.with_name(db.name + ".lock").stat().st_ino
    lines = [line.split() for line in Path("/proc/locks").read_text().splitlines() if "->" not in line]
    return {at[4] for at in lines if at[1] == "FLOCK" and at[3] == "WRITE" and at[5].endswith(f":{inode}")}


def change(tree: Path, chance: random.Random, number: int) -> None:
    for each in range(12):
        (tree / f"d{each % 7}" / f"round{number % 5}-{each}.md").write_text(note(chance))


def round_of(tree: Path, db: Path, chance: random.Random, number: int) -> Counter[str]:
    """One round; returns what happened to the runs."""
    seen: Counter[str] = Counter()
    change(tree, chance, number)
    runs = [
        start("index", "--quiet", "--db", db, *(("--wait", "120") if number % 2 else ())) for _ in range(2)
    ]
    searches = [
        start("search", "--db", db, "--mode", ("words", "hybrid")[n % 2], q) for n, q in enumerate(SEARCHES)
    ]
    most = 0
    while any(p.poll() is None for p in (*runs, *searches)):
        most = max(most, writers(db))
        time.sleep(0.01)
    assert most <= 1
    for process in searches:
        code, said = ended(process)
        assert code in (0, 1), (code, said)
        seen["searches"] += 1
    for process in runs:
        code, said = ended(process)
        assert code in (0, 75) and (code == 0) == (not said or "another run" not in said), (code, said)
        assert number % 2 == 0 or code == 0, "a run that waits ends well"
        seen["held off" if code else "ran"] += 1
    return seen


def killed_holder(tree: Path, db: Path, chance: random.Random, number: int) -> float:
    """Kill a run that holds the lock. :return: seconds until the next one had it."""
    for each in range(150):
        (tree / "d1" / f"kill{each}.md").write_text(note(chance))
    process = start("index", "--quiet", "--db", db, "--wait", "60")
    late = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < late:
        found = holder(db)
        if found and found.pid == process.pid:
            break
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    began = time.monotonic()
    done = start("index", "--quiet", "--db", db, "--max-time", "1s")
    while done.poll() is None and (found := holder(db)) is None:
        time.sleep(0.002)
    took = time.monotonic() - began
    code, said = ended(done)
    # The watcher may have been quicker than our own next run.
    assert code in (0, 75) and (code == 0 or "gsearch index" not in said), (code, said)
    return took


def trial(folder: Path, rounds: int) -> str:
    chance = random.Random(3)
    tree, db = folder / "tree", folder / "i" / "i.db"
    plant(tree, 200)
    assert ended(start("index", "--quiet", tree, "--db", db))[0] == 0
    watcher = start("watch", "--battery", "--quiet", "--db", db)
    seen: Counter[str] = Counter()
    waits = []
    try:
        for number in range(rounds):
            seen += round_of(tree, db, chance, number)
            waits.append(killed_holder(tree, db, chance, number))
            assert watcher.poll() is None, watcher.communicate()
    finally:
        watcher.send_signal(signal.SIGTERM)
    assert ended(watcher)[0] in (0, 130)
    assert ended(start("index", "--quiet", "--db", db, "--wait"))[0] == 0
    fresh = folder / "fresh" / "i.db"
    assert ended(start("index", "--quiet", tree, "--db", fresh))[0] == 0
    assert contents(db) == contents(fresh)
    with Store.open(db) as store:
        assert store.examine() == []
    return (
        f"{dict(seen)}, {len(waits)} holders killed, next one held the lock after {max(waits):.2f} s at most"
    )


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_three_rounds(tmp_path: Path) -> None:
    trial(tmp_path, 3)


@pytest.mark.soak
@pytest.mark.timeout(14_400)
def test_a_hundred_rounds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = trial(tmp_path, max(3, round(100 * float(os.environ.get("GSEARCH_SOAK", "1")))))
    with capsys.disabled():
        print(said)
