"""Folders on disks and servers that do not answer: nothing waits for them for ever, and nothing of them is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gemmasearch import reach
from gemmasearch.index import Index
from gemmasearch.indexing import glance
from gemmasearch.settings import Settings
from tests.cli.terminal import COMMAND, run
from tests.retrieval.test_reach import DEAD


@pytest.fixture
def silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Looks at the folder ``dead`` wait until the event is set."""
    answered, look = threading.Event(), reach._looked_at

    def waiting(path: str) -> None:
        if path.startswith(f"{tmp_path}/dead"):
            answered.wait(60)
        look(path)

    monkeypatch.setattr(reach, "_looked_at", waiting)
    monkeypatch.setattr(reach, "LONGER", 0.3)
    monkeypatch.setattr(reach, "PATIENCE", 0.3)
    yield answered
    answered.set()


def test_a_folder_that_is_silent_is_asked_once_and_again_when_it_has_answered(
    tmp_path: Path, silent: threading.Event
) -> None:
    dead, before = str(tmp_path / "dead"), threading.active_count()
    assert not any(reach.answers(dead, 0.1) for _ in range(20))
    assert threading.active_count() - before <= 1
    assert reach.answers(str(tmp_path)) and reach.answers(f"{tmp_path}/nothing") and reach.answers(__file__)
    silent.set()
    deadline = time.monotonic() + 10
    while not reach.answers(dead) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert reach.answers(dead)


def test_a_run_over_several_folders_hung_where_one_does_not_answer(
    tmp_path: Path, silent: threading.Event
) -> None:
    for name in ("there", "dead"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.md").write_text(f"the walnut of {name}")
    silent.set()
    with Index.open(tmp_path / "i" / "index.db", settings=Settings(embedder="static")) as index:
        index.index([tmp_path / "there", tmp_path / "dead"])
        silent.clear()
        (tmp_path / "there" / "b.md").write_text("the kiln")
        for prune in (False, True):
            report = index.index(prune=prune)
            assert report.unavailable == (str(tmp_path / "dead"),) and report.gone == 0
        assert {root.unavailable for root in index.roots()} == {"", reach.SILENT}
        assert {hit.path for hit in index.search("type:note")} == {
            f"{tmp_path}/there/a.md", f"{tmp_path}/there/b.md", f"{tmp_path}/dead/a.md"
        }  # fmt: skip
        silent.set()
        time.sleep(0.2)
        assert index.index().unavailable == ()


def test_a_glance_asks_folders_unless_all_that_is_mounted_is_local() -> None:
    """A thread for each folder was a twentieth of a run without news."""
    with open("/proc/self/mountinfo", "rb") as listing:
        types = {line.split(b" - ")[1].split(b" ")[0] for line in listing}
    assert glance._all_local() == (types <= glance._LOCAL)
    assert not glance._LOCAL & set(b"nfs nfs4 cifs smb3 9p fuse fuseblk fuse.sshfs autofs ceph".split())


def test_points_of_mounts_are_told_without_a_look_at_them() -> None:
    points = reach.mount_points()
    assert not points or "/" in points or "/proc" in points
    assert reach._plain(rb"/mnt/my\040disk\134x") == "/mnt/my disk\\x"


def _on_dead(folder: Path, *line: str | Path, seconds: float = 60) -> subprocess.CompletedProcess[bytes]:
    script = DEAD.replace("process.wait(60)", f"process.wait({seconds})")
    done = subprocess.run(
        ["unshare", "-m", sys.executable, "-c", script, str(folder), *COMMAND, *map(str, line)],
        capture_output=True,
        check=False,
    )
    if done.returncode in (1, 77) and not done.stdout:
        pytest.skip("nothing can be mounted here")
    return done


MOUNTS = pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() != 0 or not os.path.exists("/dev/fuse"),
    reason="only root mounts",
)


@pytest.mark.slow
@MOUNTS
@pytest.mark.parametrize("options", ["--no-mounts", "--mounts"])
def test_a_run_hung_on_a_mount_that_does_not_answer(tmp_path: Path, options: str) -> None:
    """One that is a folder of its own, and one that is mounted within a folder."""
    db, home, dead = tmp_path / "i" / "index.db", tmp_path / "home", tmp_path / "dead"
    for folder in (home / "nas", dead):
        folder.mkdir(parents=True)
        (folder / "note.md").write_text(f"alpha of {folder.name}\n")
    assert run("index", home, dead, "--db", db).code == run("index", "--db", db).code == 0
    for line in (("status", "--json"), ("doctor", "--json")):
        assert _on_dead(dead, *line, "--db", db).returncode in (0, 6), line
    for line in (("index", "--json"), ("index", "--json", str(dead))):
        done = _on_dead(dead, *line, "--db", db)
        assert done.returncode == 0, done.stderr
        data = json.loads(done.stdout)["data"]
        assert data["unavailable"] == [str(dead)] and data["gone"] == 0
    assert run("roots", home, options, "--db", db).code == 0
    if options == "--mounts":
        (home / "own.md").write_text("beta\n")
        assert run("index", "--db", db).code == 0
    done = _on_dead(home / "nas", "index", "--json", "--db", db)
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)["data"]
    met = {problem["path"]: problem["detail"] for problem in data["problems"]}
    assert data["gone"] == 0  # without mounts nothing is left in the folder, as if it were unmounted itself
    assert (met, data["unavailable"]) == (
        ({f"{home}/nas": reach.SILENT}, []) if options == "--mounts" else ({}, [str(home)])
    )
    assert _on_dead(home / "nas", "status", "--db", db).returncode == 0


@pytest.mark.slow
@MOUNTS
def test_the_watcher_hung_on_a_mount_that_does_not_answer(tmp_path: Path) -> None:
    db, there, dead = tmp_path / "i" / "index.db", tmp_path / "there", tmp_path / "dead"
    for folder in (there, dead):
        folder.mkdir()
        (folder / "note.md").write_text(f"alpha of {folder.name}\n")
    assert run("index", there, dead, "--db", db).code == 0
    (there / "new.md").write_text("the kiln\n")
    _on_dead(dead, "watch", "--battery", "--db", db, seconds=25)
    assert str(there / "new.md") in run("search", "--mode", "words", "--paths", "kiln", "--db", db).text
    assert str(dead / "note.md") in run("search", "--mode", "words", "--paths", "alpha", "--db", db).text
