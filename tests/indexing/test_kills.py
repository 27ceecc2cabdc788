"""A run that is killed at any moment leaves an index that the next run completes."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest

from gemmasearch.indexing.sync import sync
from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.readers import Isolated
from gemmasearch.settings import Settings
from gemmasearch.store import Store
from tests.indexing.trees import contents, environment, hits, message, note, plant, sound, stir

COMMAND = [sys.executable, "-m", "gemmasearch", "index", "--quiet", "--foreground"]
SEARCHED = (
    10  # every so many trials what searches find is compared as well, which costs more than all the rest
)


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


def settle() -> None:
    time.sleep(2.1)  # until stamps prove something: files are then recognised by them


def prepare(folder: Path, files: int, seed: int) -> tuple[Path, Path]:
    """A tree that was indexed and then changed in every way. :return: the tree, and the index from before."""
    tree, old = folder / "tree", folder / "old" / "i.db"
    plant(tree, files)
    plant_mail(tree, files // 20)
    settle()
    run(tree, old)
    stir(tree, seed)
    stir_more(tree, seed)
    settle()
    return tree, old


def plant_mail(tree: Path, count: int) -> None:
    chance = random.Random(3)
    for name in ("cur", "new", "tmp"):
        (tree / "mail" / name).mkdir(parents=True)
    for number in range(count):
        (tree / "mail" / "new" / f"{number}.host").write_text(message(chance, number).partition("\n")[2])
    (tree / "old.mbox").write_text("".join(message(chance, n) for n in range(30)))
    (tree / "renamed").mkdir()
    for number in range(count):
        (tree / "renamed" / f"r{number}.md").write_text(note(chance))


def stir_more(tree: Path, seed: int) -> None:
    """A renamed folder, copies, files that change places, delivered, flagged and expunged mail, a compacted box."""
    chance = random.Random(seed)
    (tree / "renamed").rename(tree / "other name")
    notes = sorted((tree / "d3").glob("*.md"))
    for number, path in enumerate(chance.sample(notes, len(notes) // 20)):
        shutil.copy2(path, tree / "d4" / f"copy{number}.md")
    for one, other in zip(notes[:4], notes[4:8], strict=True):
        one.rename(tree / "aside")
        other.rename(one)
        (tree / "aside").rename(other)
    os.truncate(notes[9], 100)
    mail = sorted((tree / "mail" / "new").iterdir())
    for path in mail[::3]:
        path.rename(tree / "mail" / "cur" / f"{path.name}:2,S")
    for path in mail[1::9]:
        path.unlink()
    for number in range(5):
        (tree / "mail" / "new" / f"late{number}.host").write_text(message(chance, number).partition("\n")[2])
    parts = (tree / "old.mbox").read_text().split("\nFrom ")
    (tree / "old.mbox").write_text("\nFrom ".join([*parts[:4], *parts[9:]]))


@contextmanager
def completing() -> Iterator[Callable[[Path, Path], None]]:
    """The next run, without starting a program for it."""
    with Isolated(Settings()) as readers:

        def complete(tree: Path, db: Path) -> None:
            with Store.open(db, create=True) as store:
                report = sync(store, FakeEmbedder(), readers.read, Settings(), roots=[str(tree)])
            assert not report.unavailable and not report.interrupted

        yield complete


def random_kills(folder: Path, files: int, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    tree, old = prepare(folder, files, seed)
    whole = folder / "whole" / "i.db"
    shutil.copytree(old.parent, whole.parent)
    duration = run(tree, whole)
    started = time.monotonic()
    run(tree, folder / "fresh" / "i.db")
    from_nothing = time.monotonic() - started
    expected, found = contents(whole), hits(whole)
    assert expected["rows"] and expected["vectors"] and all(found)
    assert expected == contents(folder / "fresh" / "i.db")
    longest = {True: from_nothing, False: duration}
    killed = number = 0
    with completing() as complete:
        while killed < kills:
            assert number < 3 * kills + 20, (
                "most runs ended before they could be killed: the trial shows little"
            )
            fresh = number % 5 == 0  # every fifth run starts from nothing
            db = folder / f"k{number}" / "i.db"
            if not fresh:
                shutil.copytree(old.parent, db.parent)
            after = chance.uniform(0.3, max(0.4, longest[fresh]))
            if run_and_kill(tree, db, after):
                killed += 1
            else:
                longest[fresh] *= 0.9  # the machine has become faster
            complete(tree, db)
            assert contents(db) == expected, f"after kill {number}"
            assert number % SEARCHED or hits(db) == found, f"after kill {number}"
            sound(db)
            shutil.rmtree(db.parent)
            number += 1
    print(f"{killed} runs of {number} were killed before their end; 0 differ")


def kills_at_commits(folder: Path, files: int, share: float, seed: int) -> None:
    """What a kill leaves at a commit is what the files hold at that moment: they are copied there, before each
    commit and so after the one before it, and the copy is completed by another run."""
    tree, old = prepare(folder, files, seed)
    whole, chance = folder / "whole" / "i.db", random.Random(seed)
    shutil.copytree(old.parent, whole.parent)
    with completing() as complete:
        complete(tree, whole)
        expected, found = contents(whole), hits(whole)
        victim, copies = folder / "victim" / "i.db", list[Path]()
        shutil.copytree(old.parent, victim.parent)
        commits = 0

        def committing() -> bool:
            nonlocal commits
            commits += 1
            if chance.random() < share:
                copies.append(folder / f"c{commits}" / "i.db")
                shutil.copytree(victim.parent, copies[-1].parent)
            return False

        def watch(connection: apsw.Connection) -> None:
            if connection.filename == str(victim):
                connection.set_commit_hook(committing)

        apsw.connection_hooks.append(watch)
        try:
            complete(tree, victim)
        finally:
            apsw.connection_hooks.remove(watch)
        assert contents(victim) == expected
        assert commits > files // 16 and copies  # of small files up to 32 share a transaction
        for number, copy in enumerate(copies):
            complete(tree, copy)
            assert contents(copy) == expected, copy.parent.name
            assert number % SEARCHED or hits(copy) == found, copy.parent.name
            sound(copy)
            shutil.rmtree(copy.parent)
    print(f"{len(copies)} of {commits} commits were cut short there; 0 differ")


@pytest.mark.slow
def test_thirty_kills_leave_nothing_behind(tmp_path: Path) -> None:
    random_kills(tmp_path, files=400, kills=30, seed=7)


@pytest.mark.slow
def test_a_kill_at_some_commits_leaves_nothing_behind(tmp_path: Path) -> None:
    kills_at_commits(tmp_path, files=400, share=0.3, seed=7)


SOAK = float(os.environ.get("GSEARCH_SOAK", "1"))
SEED = int(os.environ.get("GSEARCH_SEED", "11"))


@pytest.mark.soak
@pytest.mark.timeout(14_400)
def test_three_hundred_kills_leave_nothing_behind(tmp_path: Path) -> None:
    random_kills(tmp_path, files=2000, kills=max(10, round(300 * SOAK)), seed=SEED)


@pytest.mark.soak
@pytest.mark.timeout(14_400)
def test_a_kill_at_every_commit_leaves_nothing_behind(tmp_path: Path) -> None:
    kills_at_commits(tmp_path, files=2000, share=SOAK, seed=SEED)


@pytest.mark.slow
@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_asked_to_stop_ends_with_a_summary_and_the_next_one_goes_on(
    tmp_path: Path, asked: signal.Signals
) -> None:
    tree, db = tmp_path / "tree", tmp_path / "i" / "i.db"
    plant(tree, 1500)
    process = subprocess.Popen(
        [*COMMAND[:4], str(tree), "--db", str(db)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wal = db.with_name(db.name + "-wal")  # the tables alone take a quarter of that
    while not (wal.exists() and wal.stat().st_size > 2_000_000) and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(asked)
    out, said = process.communicate(timeout=60)
    assert process.returncode == 130 and "(interrupted)" in out, (process.returncode, out, said)
    assert "Traceback" not in said
    run(tree, db)
    whole = tmp_path / "w" / "i.db"
    run(tree, whole)
    assert contents(db) == contents(whole)
    sound(db)


def test_which_ctrl_c_stops_at_once_was_said_in_two_ways() -> None:
    deed = """
import signal, time
from gemmasearch.cli.render import Output
from gemmasearch.cli.updating import stop_on_signals
with stop_on_signals(Output()) as asked:
    for count in range(3):
        print(count, asked(), flush=True)
        signal.raise_signal(signal.SIGINT)
    print("went on", flush=True)
"""
    done = subprocess.run([sys.executable, "-c", deed], env=environment(), capture_output=True, text=True)
    assert done.stdout.split("\n")[:3] == ["0 False", "1 True", "2 True"] and "went on" not in done.stdout
    first, second, *rest = done.stderr.splitlines()
    assert "twice more stops at once" in first and "once more stops at once" in second
    assert rest[-1] == "KeyboardInterrupt"


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_runs_with_a_time_limit_end_cleanly_and_get_there_together(tmp_path: Path) -> None:
    tree, db, rounds = tmp_path / "tree", tmp_path / "i" / "i.db", 0
    plant(tree, 2000)
    said = "(interrupted)"
    while "(interrupted)" in said and rounds < 100:
        line = [*COMMAND[:4], "--foreground", "--max-time", "1s", str(tree), "--db", str(db)]
        done = subprocess.run(line, env=environment(), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        said, rounds = done.stdout, rounds + 1
    assert 1 < rounds < 100
    run(tree, whole := tmp_path / "w" / "i.db")
    assert contents(db) == contents(whole)
    sound(db)
