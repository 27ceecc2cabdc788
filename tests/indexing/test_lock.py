"""The lock and the repair of an index, where its disk does not play along."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gemmasearch.errors import MachineRefused
from gemmasearch.indexing.lock import run_lock
from gemmasearch.indexing.repair import repair
from gemmasearch.store import Store
from tests.store.filled import add_note


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk on which a file can still be made, but nothing be written."""
    mounted = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(tmp_path)]
    if os.geteuid() != 0 or subprocess.run(mounted, check=False).returncode:
        pytest.skip("no small disk can be mounted here")
    with pytest.raises(OSError, match="No space"), (tmp_path / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))
    yield tmp_path
    subprocess.run(["umount", "-l", str(tmp_path)], check=False)


def test_a_full_disk_was_named_by_neither_its_index_nor_what_to_do(full_disk: Path) -> None:
    index = full_disk / "index.db"
    with (
        pytest.raises(MachineRefused, match=r"no space left for the index .*index\.db") as met,
        run_lock(index),
    ):
        pass
    assert "free some space" in met.value.hint
    (full_disk / "filler").unlink()
    with run_lock(index):
        assert (full_disk / "index.db.lock").stat().st_size


def test_a_repair_without_room_for_the_copy_left_half_of_it_on_the_disk(full_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=4m", str(full_disk)], check=True)
    (full_disk / "filler").unlink()
    index = full_disk / "index.db"
    with Store.open(index, create=True) as store:
        for number in range(5):
            add_note(store, f"/n/{number}.md", f"words {number} " * 50)
        store.checkpoint()
        with store.db.unprotected():
            store.db.run("DELETE FROM words_docsize WHERE id % 3 = 0")
    free = os.statvfs(full_disk)
    (full_disk / "filler").write_bytes(bytes((free.f_bavail - 50) * free.f_bsize))
    before = sorted(path.name for path in full_disk.iterdir())
    with pytest.raises(MachineRefused, match="cannot keep a copy"):
        repair(index)
    assert sorted({path.name for path in full_disk.iterdir()} - {"index.db.lock"}) == before
