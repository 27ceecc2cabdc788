"""The lock of an index, where its disk does not play along."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gemmasearch.errors import MachineRefused
from gemmasearch.indexing.lock import run_lock


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
