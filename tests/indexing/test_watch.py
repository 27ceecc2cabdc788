"""The watcher: what people do to files is findable soon, and lost events lose nothing."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from gemmasearch.indexing import manners
from gemmasearch.indexing.watch import Pace, watch
from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.readers import read
from gemmasearch.settings import Settings
from gemmasearch.store import Store

QUICK = Pace(quiet=0.3, longest=3, settle=0.2, full=3600, poll=1, roots=0.5, heartbeat=0.5, tick=0.05)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    root.mkdir()
    (root / "a.md").write_text("first words")
    return root


@pytest.fixture
def db(tree: Path, tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "i" / "index.db"
    with Store.open(path, create=True) as store:
        store.add_root(str(tree))
    ended = threading.Event()
    failed: list[BaseException] = []

    def run() -> None:
        try:
            with Store.open(path, create=True) as store:
                watch(store, FakeEmbedder(), read, Settings(), stop=ended.is_set, pace=QUICK)
        except BaseException as e:
            failed.append(e)

    thread = threading.Thread(target=run)
    thread.start()
    yield path
    ended.set()
    thread.join(30)
    assert not thread.is_alive() and not failed, failed


def eventually(true: Callable[[], bool], seconds: float = 25) -> bool:
    late = time.monotonic() + seconds
    while time.monotonic() < late:
        if true():
            return True
        time.sleep(0.05)
    return False


def holds(db: Path, word: str, files: int = 1) -> bool:
    with Store.open(db, read_only=True) as store:
        return len({p.path for p in store.passages([c for c, _ in store.match(word, 99)])}) == files


def names(db: Path) -> set[str]:
    with Store.open(db, read_only=True) as store:
        return {os.path.basename(row.path) for row in store.files_below("/")}


@pytest.mark.slow
def test_edits_saves_by_rename_moves_and_removals_are_followed(db: Path, tree: Path) -> None:
    assert eventually(lambda: holds(db, "first"))
    (tree / "new.md").write_text("second words")
    assert eventually(lambda: holds(db, "second"))
    (tree / "a.md~tmp").write_text("third words")
    (tree / "a.md~tmp").rename(tree / "a.md")
    assert eventually(lambda: holds(db, "third") and holds(db, "first", 0))
    (tree / "sub" / "deep").mkdir(parents=True)
    (tree / "sub" / "deep" / "x.md").write_text("fourth words")
    assert eventually(lambda: holds(db, "fourth"))
    (tree / "sub").rename(tree / "moved")
    assert eventually(lambda: holds(db, "moved") and holds(db, "fourth"))
    shutil.rmtree(tree / "moved")
    assert eventually(lambda: holds(db, "fourth", 0))
    assert names(db) == {"a.md", "new.md"}


@pytest.mark.slow
def test_a_root_that_comes_back_is_watched_again_and_nothing_was_removed(db: Path, tree: Path) -> None:
    assert eventually(lambda: holds(db, "first"))
    tree.rename(tree.with_name("away"))
    time.sleep(1.5)
    assert holds(db, "first")
    tree.with_name("away").rename(tree)
    time.sleep(1)
    (tree / "later.md").write_text("fifth words")
    assert eventually(lambda: holds(db, "fifth"))


@pytest.mark.slow
def test_a_slow_write_ends_as_one_whole_document(db: Path, tree: Path) -> None:
    with (tree / "slow.md").open("w") as stream:
        for number in range(20):
            stream.write(f"slice{number} of a long text\n\n")
            stream.flush()
            time.sleep(0.1)
    assert eventually(lambda: holds(db, "slice19"))
    with Store.open(db, read_only=True) as store:
        (document,) = store.documents_at(str(tree / "slow.md"))
        assert "slice0 " in document.text and "slice19" in document.text


def test_status_hears_the_heartbeat(db: Path) -> None:
    def beats() -> bool:
        with Store.open(db, read_only=True) as store:
            return '"pid"' in (store.state("watch") or "")

    assert eventually(beats)


def test_battery_is_asked_of_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for plugged, expected in ((False, True), (True, False), (None, False)):
        battery = SimpleNamespace(percent=50, secsleft=99, power_plugged=plugged)
        monkeypatch.setattr(psutil, "sensors_battery", lambda found=battery: found, raising=False)
        assert manners.on_battery() is expected
    monkeypatch.setattr(psutil, "sensors_battery", lambda: None, raising=False)
    assert not manners.on_battery()
