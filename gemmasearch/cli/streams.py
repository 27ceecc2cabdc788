"""stdout after its reader left, or on a full disk."""

from __future__ import annotations

import os
import sys

STDOUT = "standard output"


def refused(error: OSError) -> str:
    """Why nothing can be written to stdout, for people."""
    import errno  # seldom needed

    why = "it is closed" if error.errno == errno.EBADF else error.strerror or error
    return f"cannot write to {STDOUT}: {why}"


def abandon_stdout() -> None:
    """Point stdout at /dev/null after its reader left, so that the last flush does not fail loudly."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    os.close(devnull)


class named:
    """What stdout refuses within the body names it, as the errors of files name theirs."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, at: object) -> None:
        if isinstance(error, OSError) and error.filename is None:
            error.filename = STDOUT


def stdout_fails() -> bool:
    """Whether what is still to be written to stdout cannot be, such as the help that Typer prints."""
    try:
        sys.stdout.flush()
    except OSError:
        return True
    return False
