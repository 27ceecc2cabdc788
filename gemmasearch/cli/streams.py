"""stdout and stderr as they must be before anything is written to them."""

from __future__ import annotations

import os
import sys


def prepare() -> None:
    """Let stdout and stderr carry any file name, whatever the locale says.

    A stream that the caller closed becomes /dev/null: otherwise the next opened file would take its number.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            utf8 = (stream.encoding or "").lower().replace("-", "") == "utf8"
            stream.reconfigure(errors="surrogateescape" if utf8 else "backslashreplace")


def abandon_stdout() -> None:
    """Point stdout at /dev/null after its reader left, so that the last flush does not fail loudly."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    os.close(devnull)
