"""The person's crontab: the lines of the schedule in it, and those of others, which keep their bytes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence

from gemmasearch.errors import MachineRefused

MARK = "# gsearch schedule"
_BY_HAND = "--print shows the line to add by hand"


def lines(*, must: bool = False) -> list[str]:
    """The crontab; none there = no lines.

    :raises MachineRefused: it ``must`` be known, as what is written takes its place, and cannot be listed.
    """
    if not must and not shutil.which("crontab"):
        return []
    done = _crontab("-l")
    if must and done.returncode and not re.search("no crontab|no such file", done.stderr, re.IGNORECASE):
        raise MachineRefused(f"crontab -l: {done.stderr.strip() or 'it failed'}", _BY_HAND)
    if done.returncode or not done.stdout:
        return []
    return done.stdout.removesuffix("\n").split("\n")


def change(without: Sequence[str], line: str = "") -> None:
    """Take lines out, and add one. :raises MachineRefused: the crontab cannot be read or written."""
    kept = [each for each in lines(must=True) if each not in without]
    added = [f"{line} {MARK}"] if line else []
    done = _crontab("-", "".join(f"{each}\n" for each in (*kept, *added)))
    if done.returncode:
        raise MachineRefused(f"crontab refused: {done.stderr.strip()}", _BY_HAND)


def _crontab(argument: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """Lines of others may be in any encoding; messages are wanted in English."""
    return subprocess.run(
        ["crontab", argument], input=text, capture_output=True, check=False, encoding="utf-8",
        errors="surrogateescape", env={**os.environ, "LC_ALL": "C"},
    )  # fmt: skip
