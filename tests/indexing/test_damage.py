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
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import apsw
import pytest

from gemmasearch.indexing.doctor import doctor
from gemmasearch.indexing.repair import repair
from gemmasearch.indexing.sync import sync
from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.readers import read
from gemmasearch.retrieval.saved import save
from gemmasearch.settings import Settings
from gemmasearch.store import Store, schema
from tests.indexing.damaging import absent_text, answers, apart, columns, copy, mix, of_another_type, texts_of
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


def types_trial(
    folder: Path, chosen: Sequence[tuple[str, str]] | None, values: Sequence[str], share: float = 1.0
) -> str:
    """Values of another type than was written: nobody crashes, and a repair restores all that a search finds.

    :param share: of all columns, where none are chosen.
    """
    tree, sound = folder / "tree", folder / "sound" / "i.db"
    plant(tree, 16)
    run(sound, tree)
    with Store.open(sound) as store:
        save(store, "kept", "boiler garden")
    expected = apart(lambda: answers(sound))
    assert expected[0] == "done"
    crashed, unrestored, tried = [], [], 0
    every = columns(sound)
    for table, column in chosen or random.Random(17).sample(every, max(1, round(share * len(every)))):
        for value in values:
            db = copy(sound, folder / f"{table}-{column}-{tried}")
            if of_another_type(db, table, column, value.format(column)):
                tried += 1
                untouched = copy(db, folder / f"u{tried}")
                first = apart(partial(answers, db)), apart(partial(bad, untouched))
                how = apart(partial(mended, untouched, tree))
                again, left = apart(partial(answers, untouched)), apart(partial(bad, untouched))
                crashed += [(table, column, value, s) for s in (*first, how) if s[0] in ("signal", "bug")]
                changed = first[0][0] != "done" or first[0] != expected
                if again != expected or left != ("done", []) or (changed and first[1] == ("done", [])):
                    unrestored.append((table, column, value, first[1], how, again[0], left))
                shutil.rmtree(untouched.parent)
            shutil.rmtree(db.parent)
    said = f"{tried} tried\ncrashed {crashed}\nunrestored {unrestored}"
    assert tried and not crashed and not unrestored, said
    return said


@pytest.mark.slow
def test_a_value_of_another_type_is_named_and_mended_as_any_damage(tmp_path: Path) -> None:
    """One bit of a row's head makes a BLOB of a text: the doctor itself fell over a title."""
    types_trial(tmp_path, [("documents", "title"), ("files", "path_words")], ["CAST({} AS BLOB)"])
    types_trial(tmp_path / "more", [("roots", "path")], ["-1"])


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_every_column_may_hold_another_type(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    share = float(os.environ.get("GSEARCH_SOAK", "1"))
    said = types_trial(tmp_path, None, ["CAST({} AS BLOB)", "CAST({} AS TEXT)", "-1", "'[1'"], share)
    with capsys.disabled():
        print(said)


@pytest.mark.slow
def test_an_index_whose_schema_number_was_damaged_is_read_again(tmp_path: Path) -> None:
    """With 8 less than it had, a column was added twice: a traceback, and no repair."""
    tree, sound = tmp_path / "tree", tmp_path / "sound" / "i.db"
    plant(tree, 16)
    run(sound, tree)
    expected = apart(lambda: answers(sound))
    for number in (3, schema.VERSION - 1):
        db = copy(sound, tmp_path / str(number))
        with apsw.Connection(str(db)) as connection:
            connection.pragma("user_version", number)
        assert apart(partial(answers, db))[0] in ("done", "refused"), number
        assert apart(partial(mended, db, tree))[0] == "done", number
        assert (apart(partial(answers, db)), bad(db)) == (expected, []), number


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
