"""What the memory rows say of a process and of its children is what these had."""

from __future__ import annotations

import os
import sys

import pytest

from tests.bench import processes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")

_HOLD = """
import subprocess, sys, time
held = b"x" * {own}
if {child}:
    subprocess.run([sys.executable, "-c", "import time; held = b'x' * {child}; time.sleep(0.5)"], check=True)
time.sleep(0.3)
del held
time.sleep(0.3)
"""


@pytest.mark.slow
def test_the_most_of_a_process_is_told_from_what_it_ends_with_and_from_its_childs() -> None:
    code = _HOLD.format(own=60_000_000, child=90_000_000)
    found = processes.peak([sys.executable, "-c", code], dict(os.environ))
    assert 60 < found.peak_anonymous < 85 and found.anonymous < 30
    assert found.peak_resident >= found.peak_anonymous
    ((count, _, anonymous),) = found.children.values()
    assert count == 1 and 90 < anonymous < 115


def test_a_fork_that_still_shows_its_parents_memory_is_not_counted_as_a_child() -> None:
    code = "import os, time; held = b'x' * 60_000_000\nif os.fork(): os.wait()\nelse: time.sleep(0.3)"
    assert not processes.peak([sys.executable, "-c", code], dict(os.environ)).children
