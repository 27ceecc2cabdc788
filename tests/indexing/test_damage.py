"""Damaged copies of an index: searches never crash or show what stands in no file, the doctor names the damage, and a
repair with one run restores what a sound index answers."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from gemmasearch.indexing.doctor import doctor
from gemmasearch.indexing.repair import repair
from gemmasearch.indexing.sync import sync
from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.readers import read
from gemmasearch.settings import Settings
from gemmasearch.store import Store
from tests.indexing.damaging import absent_text, answers, apart, copy, mix, texts_of
from tests.indexing.trees import environment, note, plant


def run(db: Path, tree: Path) -> None:
    with Store.open(db, create=True) as store:
        sync(store, FakeEmbedder(), read, Settings(), roots=[str(tree)])


def grow(tree: Path, seed: int, files: int) -> None:
    chance = random.Random(seed)
    for number in range(files):
        (tree / f"signal{number}-{seed}.md").write_text(
            f"# Signal{number}\n\n{note(chance)} signal{number}\n"
        )


def killed_with_a_journal(folder: Path, tree: Path, seed: int) -> Path:
    """An index whose run was killed while much of it stood in the -wal only."""
    db = folder / "i.db"
    run(db, tree)
    grow(tree, seed, 120)
    command = [sys.executable, "-m", "gemmasearch", "index", "--quiet", "--db", str(db)]
    process = subprocess.Popen(command, env=environment())
    late = time.monotonic() + 60
    while time.monotonic() < late and process.poll() is None:
        if (wal := Path(f"{db}-wal")).exists() and wal.stat().st_size > 150_000:
            break
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert Path(f"{db}-wal").stat().st_size > 100_000
    return db


def bad(db: Path) -> list[str]:
    machine = {"free space", "watch limit", "permissions", "libraries", "heartbeat"}
    return [c.name for c in doctor(db) if not c.ok and c.name.partition(",")[0] not in machine]


def mended(db: Path, tree: Path) -> str:
    done = repair(db)
    run(db, tree)
    return "nothing" if done is None else "anew" if done.reindex else "mended"


def trial(folder: Path, total: int, seed: int) -> str:
    chance = random.Random(seed)
    tree, other_tree = folder / "tree", folder / "other"
    plant(tree, 140)
    plant(other_tree, 150, seed=99)
    killed = killed_with_a_journal(folder / "killed", tree, 5)
    other = killed_with_a_journal(folder / "foreign", other_tree, 6)
    sound = folder / "sound" / "i.db"
    run(sound, tree)
    kind, expected = apart(lambda: answers(sound))
    assert kind == "done" and sum(map(len, expected.values())) > 100
    texts = texts_of(tree)
    assert not absent_text(expected, texts)
    assert bad(sound) == []
    kind, before_kill = apart(lambda: answers(copy(killed, folder / "k")))
    assert kind == "done"

    seen: Counter[str] = Counter()
    missed, unrestored, shown, crashed = [], [], [], []
    for number, (name, source, damage) in enumerate(mix(total, killed, sound, other)):
        db = copy(source, folder / f"d{number}")
        damage(db, chance)
        untouched = copy(db, folder / f"u{number}")  # a search may already replay a journal
        kind, found = apart(partial(answers, db))
        crashed += [(number, name, found)] * (kind in ("signal", "bug"))
        if kind == "done" and (texts_absent := absent_text(found, texts)):
            shown.append((number, name, texts_absent[0][:80]))
        reference = before_kill if source == killed else expected
        changed = kind != "done" or found != reference
        looked, names = apart(partial(bad, untouched))
        crashed += [(number, f"doctor: {name}", names)] * (looked in ("signal", "bug"))
        named = looked == "done" and bool(names)
        seen["changed"] += changed
        seen["named"] += changed and named
        missed += [(number, name, found if kind != "done" else "other answers")] * (changed and not named)
        how, what = apart(partial(mended, untouched, tree))
        seen[f"repair: {what if how == 'done' else how}"] += 1
        again, restored = apart(partial(answers, untouched))
        left = apart(partial(bad, untouched))
        if (how, again, left) != ("done", "done", ("done", [])) or restored != expected:
            unrestored.append((number, name, how, what, again, left))
        if named and how == "done" and what != "nothing":
            assert any(".bak" in p.name for p in untouched.parent.iterdir()), (number, name)
        shutil.rmtree(db.parent)
        shutil.rmtree(untouched.parent)
    said = f"{dict(seen)}\nmissed {missed}\nunrestored {unrestored}\nshown {shown}\ncrashed {crashed}"
    assert not crashed and not shown and not unrestored, said
    assert len(missed) <= seen["changed"] // 100, said
    return said


@pytest.mark.slow
def test_twenty_damaged_copies(tmp_path: Path) -> None:
    trial(tmp_path, 20, seed=3)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_two_hundred_damaged_copies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    total = max(20, round(200 * float(os.environ.get("GSEARCH_SOAK", "1"))))
    said = trial(tmp_path, total, seed=int(os.environ.get("GSEARCH_SEED", "17")))
    with capsys.disabled():
        print(said)
