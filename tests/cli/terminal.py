"""Running the command as people do: in a process of its own, into pipes or on a pseudo-terminal."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import termios
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

COMMAND = [sys.executable, "-m", "gemmasearch"]


@dataclass(frozen=True)
class Ran:
    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        return self.out.decode(errors="surrogateescape")

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def said(self) -> str:
        return self.err.decode(errors="replace")


def run(
    *arguments: str | Path, stdin: bytes = b"", env: dict[str, str] | None = None, cwd: Path | None = None
) -> Ran:
    """Run ``gsearch`` into pipes; a traceback on stderr fails the test that ran it."""
    done = subprocess.run(
        [*COMMAND, *(os.fspath(a) for a in arguments)],
        input=stdin,
        capture_output=True,
        env={**os.environ, **(env or {})},
        cwd=cwd,
        timeout=120,
        check=False,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode(errors="replace")
    assert done.returncode >= 0, f"ended by signal {-done.returncode}"
    return Ran(done.returncode, done.stdout, done.stderr)


def run_on_terminal(
    *arguments: str | Path,
    columns: int = 80,
    env: dict[str, str] | None = None,
    command: Sequence[str] = COMMAND,
    keys: bytes = b"",
) -> Ran:
    """Run ``gsearch`` with stdout and stderr on a pseudo-terminal; ``out`` is what the terminal received.

    :param keys: what is typed there; without any, nobody is there to type.
    """
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, columns))
    variables = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(columns), **(env or {})}
    process = subprocess.Popen(
        [*command, *(os.fspath(a) for a in arguments)],
        stdin=theirs if keys else subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env=variables,
        start_new_session=True,
    )
    os.close(theirs)
    os.write(ours, keys)
    received = bytearray()
    while True:
        ready, _, _ = select.select([ours], [], [], 120)
        assert ready, "nothing happened for two minutes"
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other side was closed
            break
        if not piece:
            break
        received += piece
    os.close(ours)
    return Ran(process.wait(60), bytes(received), b"")
