"""Hits on disks and servers that do not answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from gemmasearch import reach
from tests.cli.terminal import COMMAND, run

# A file system of which nobody answers what is asked, in a world of mounts of its own.
DEAD = """
import ctypes, os, subprocess, sys
target, *command = sys.argv[1:]
fd = os.open("/dev/fuse", os.O_RDWR)
options = f"fd={fd},rootmode=40000,user_id=0,group_id=0".encode()
mounted = ctypes.CDLL(None).mount(b"none", target.encode(), b"fuse", 0, options)
if mounted:
    sys.exit(77)
process = subprocess.Popen(command)
try:
    code = process.wait(60)
except subprocess.TimeoutExpired:
    process.kill()
    code = 99
os.close(fd)
sys.exit(code)
"""


def test_a_look_that_never_ends_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "PATIENCE", 0.5)
    dead, began = threading.Event(), time.monotonic()
    assert reach.asked(lambda: dead.wait(30), "no") == "no"
    assert [reach.asked(lambda: dead.wait(30), "no") for _ in range(3)] == ["no"] * 3
    assert time.monotonic() - began < 3
    dead.set()
    assert reach.asked(lambda: "yes", "no") == "yes"


@pytest.mark.slow
@pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() != 0 or not os.path.exists("/dev/fuse"),
    reason="only root mounts",
)
def test_a_search_hung_where_a_hit_lies_on_a_mount_that_does_not_answer(tmp_path: Path) -> None:
    db, there, dead = tmp_path / "i" / "index.db", tmp_path / "there", tmp_path / "dead"
    for folder in (there, dead):
        folder.mkdir()
        (folder / "note.md").write_text(f"alpha of {folder.name}\n")
    assert run("index", there, dead, "--db", db).code == 0
    search = [*COMMAND, "search", "--json", "--mode", "words", "alpha", "--db", str(db)]
    done = subprocess.run(
        ["unshare", "-m", sys.executable, "-c", DEAD, str(dead), *search], capture_output=True, check=False
    )
    if done.returncode in (1, 77) and not done.stdout:
        pytest.skip("nothing can be mounted here")
    assert done.returncode == 0, done.stderr
    hits = json.loads(done.stdout)["data"]["hits"]
    said = {Path(hit["path"]).parent.name: hit["unavailable"] for hit in hits}
    assert said == {"there": "", "dead": "it does not answer"}
