"""Other file systems within registered folders."""

from __future__ import annotations

import os

import pytest

from gemmasearch.indexing.mounts import left_out
from gemmasearch.store import Root

SHARED = "/dev/shm"


@pytest.mark.skipif(not os.path.ismount(SHARED), reason="nothing is mounted there")
def test_a_file_system_mounted_within_a_folder_was_left_out_without_a_word() -> None:
    assert SHARED in left_out([Root(1, "/dev")])
    assert SHARED not in left_out([Root(1, "/dev", {"cross_mounts": True})])
    assert SHARED not in left_out([Root(1, "/dev", {"exclude": ["shm/"]})])
    assert SHARED not in left_out([Root(1, "/dev"), Root(2, SHARED)])
    assert SHARED not in left_out([Root(1, "/dev/pts")])
