"""The schedule, the watcher, and runs that end early."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.terminal import COMMAND, run

STATIC = {"GSEARCH_EMBEDDER": "static"}


def test_a_schedule_is_shown_without_being_written_even_where_nothing_runs_it(tmp_path: Path) -> None:
    done = run(
        "schedule", "install", "--every", "30m", "--print", "--db", tmp_path / "i.db", env={"PATH": ""}
    )
    assert done.code == 0 and "gemmasearch" in done.text and str(tmp_path / "i.db") in done.text
    assert run("schedule", "install", "--every", "soon", "--print").code == 2


def test_a_run_out_of_time_stops_cleanly_and_the_next_goes_on(tmp_path: Path) -> None:
    folder, db = tmp_path / "n", tmp_path / "i" / "i.db"
    folder.mkdir()
    for number in range(30):
        (folder / f"{number}.md").write_text(f"The pangolin number{number} sleeps.\n")
    done = run("index", folder, "--db", db, "--max-time", "0s", env=STATIC)
    assert done.code == 0 and "(interrupted)" in done.text
    assert run("index", "--db", db, "--max-time", "1h", env=STATIC).text.startswith("files: 30 new")
    assert run("index", "--db", db, "--max-time", "soon", env=STATIC).code == 2


@pytest.mark.slow
def test_watch_finds_a_new_note_by_itself_and_ends_on_a_signal(tmp_path: Path) -> None:
    folder, db = tmp_path / "n", tmp_path / "i" / "i.db"
    folder.mkdir()
    (folder / "a.md").write_text("The kiln was fired in May.\n")
    assert run("index", folder, "--db", db, env=STATIC).code == 0
    process = subprocess.Popen([*COMMAND, "watch", "--battery", "--db", str(db)], stderr=subprocess.PIPE)
    try:
        time.sleep(2)
        (folder / "b.md").write_text("A heron stood in the pond.\n")
        deadline = time.monotonic() + 60
        while run("search", "--mode", "words", "heron", "--db", db).code != 0:
            assert time.monotonic() < deadline, "the watcher did not find the note within a minute"
            time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert process.stderr and b"Traceback" not in process.stderr.read()
    finally:
        process.kill()
        process.wait()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are found in /proc")
@pytest.mark.slow
def test_a_watcher_whose_terminal_was_closed_left_its_helper_behind(tmp_path: Path) -> None:
    db = tmp_path / "i" / "i.db"
    (tmp_path / "a.md").write_text("The kiln was fired in May.\n")
    assert run("index", tmp_path / "a.md", "--db", db, env=STATIC).code == 0
    watcher = subprocess.Popen([*COMMAND, "watch", "--battery", "-q", "--db", str(db)])
    try:
        children, deadline = Path(f"/proc/{watcher.pid}/task/{watcher.pid}/children"), time.monotonic() + 60
        while not (helpers := children.read_text().split()) and time.monotonic() < deadline:
            time.sleep(0.05)
        watcher.send_signal(signal.SIGHUP)
        assert watcher.wait(30) == 0
        assert helpers and not any(Path(f"/proc/{pid}").exists() for pid in helpers)
    finally:
        watcher.kill()
        watcher.wait()


def test_watching_nothing_left_an_empty_index_behind(tmp_path: Path) -> None:
    done = run("watch", "--db", tmp_path / "i" / "i.db")
    assert done.code == 2 and "gsearch index" in done.said
    assert list(tmp_path.iterdir()) == []
