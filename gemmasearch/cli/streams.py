"""stdout after its reader left."""

from __future__ import annotations

import os
import sys


def abandon_stdout() -> None:
    """Point stdout at /dev/null after its reader left, so that the last flush does not fail loudly."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    os.close(devnull)
