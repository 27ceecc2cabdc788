"""A run that is killed at any moment leaves an index that the next run completes."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.indexing.trees import contents, environment, plant, sound, stir

COMMAND = [sys.executable, "-m", "gemmasearch", "index", "--quiet"]


def run(tree: Path, db: Path) -> float:
    started = time.monotonic()
    subprocess.run([*COMMAND, str(tree), "--db", str(db)], env=environment(), check=True)
    return time.monotonic() - started


def run_and_kill(tree: Path, db: Path, after: float) -> bool:
    """:return: whether the run was still going on when it was killed."""
    process = subprocess.Popen([*COMMAND, str(tree), "--db", str(db)], env=environment())
    try:
        process.wait(after)
        return False
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True


def trial(folder: Path, files: int, kills: int, seed: int) -> None:
    """Kill ``kills`` runs over a tree that was indexed and then changed; each is repaired by the next run."""
    chance = random.Random(seed)
    tree, old = folder / "tree", folder / "old" / "i.db"
    plant(tree, files)
    run(tree, old)
    stir(tree, seed)
    whole = folder / "whole" / "i.db"
    shutil.copytree(old.parent, whole.parent)
    duration = run(tree, whole)
    expected = contents(whole)
    assert expected["rows"] and expected["vectors"]
    killed = 0
    for number in range(kills):
        fresh = number % 3 == 0  # every third run starts from nothing
        db = folder / f"k{number}" / "i.db"
        if not fresh:
            shutil.copytree(old.parent, db.parent)
        killed += run_and_kill(tree, db, chance.uniform(0.15, max(0.3, duration)))
        run(tree, db)
        assert contents(db) == expected, f"after kill {number}"
        sound(db)
        shutil.rmtree(db.parent)
    assert killed >= kills // 2, "most runs ended before they could be killed: the trial shows little"


@pytest.mark.slow
def test_thirty_kills_leave_nothing_behind(tmp_path: Path) -> None:
    trial(tmp_path, files=600, kills=30, seed=7)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_three_hundred_kills_leave_nothing_behind(tmp_path: Path) -> None:
    kills = max(10, round(300 * float(os.environ.get("GSEARCH_SOAK", "1"))))
    trial(tmp_path, files=2000, kills=kills, seed=int(os.environ.get("GSEARCH_SEED", "11")))


def test_ctrl_c_ends_after_the_current_file_with_a_summary_and_the_next_run_goes_on(tmp_path: Path) -> None:
    tree, db = tmp_path / "tree", tmp_path / "i" / "i.db"
    plant(tree, 1500)
    process = subprocess.Popen(
        [*COMMAND[:-1], str(tree), "--db", str(db)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (db.exists() and db.stat().st_size > 500_000) and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=60)
    assert process.returncode == 130 and "(interrupted)" in out, (process.returncode, out, said)
    assert "Traceback" not in said
    run(tree, db)
    whole = tmp_path / "w" / "i.db"
    run(tree, whole)
    assert contents(db) == contents(whole)
    sound(db)
