"""The command that people type: ``gsearch`` as an installer writes it, on the code that this run of the bench uses.

``python -m gemmasearch`` is not it: that loads ``runpy`` first, which takes a tenth of a glance. The program below is,
but for its first line, what pip (25.2 and later, which pipx uses, too) writes for ``[project.scripts]``; the program of
an older pip also imports ``re``, 4 ms. It is run by this interpreter, as its first line would have it.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]  # to be PYTHONPATH
WRITTEN = """\
import sys
from gemmasearch.__main__ import run
if __name__ == '__main__':
    if sys.argv[0].endswith('.exe'):
        sys.argv[0] = sys.argv[0][:-4]
    sys.exit(run())
"""


def gsearch(*arguments: str) -> list[str]:
    """A command line."""
    return [sys.executable, _installed(), *arguments]


@functools.cache
def _installed() -> str:
    folder = tempfile.mkdtemp(prefix="gsearch-bench-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    place = Path(folder) / "gsearch"
    place.write_text(WRITTEN)
    return str(place)
