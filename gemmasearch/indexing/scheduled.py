"""Which schedules are installed, and for which index: units of systemd, agents of launchd, lines of the crontab."""

from __future__ import annotations

import plistlib
import re
import shlex
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from gemmasearch import light
from gemmasearch.indexing import crontab
from gemmasearch.light import dataclass

NAME = "gsearch-index"
LABEL = "org.gemmasearch.index"
_OURS = light.pattern(  # those without a tag were made when there was one schedule for all
    rf"{NAME}(-[0-9a-f]{{8}})?\.(timer|service)|{re.escape(LABEL)}(\.[0-9a-f]{{8}})?\.plist"
)


@dataclass(frozen=True, slots=True)
class Installed:
    """A schedule that is there. ``entries``: the paths of its files, or its line of the crontab."""

    index: str  # "" = its command names none
    system: str  # "systemd", "launchd" or "cron"
    entries: tuple[str, ...]


def installed(home: Path | None = None) -> list[Installed]:
    """What is there now, of all indexes."""
    home = home or Path.home()
    found: dict[tuple[str, str], list[str]] = {}
    for folder, system in ((units(home), "systemd"), (agents(home), "launchd")):
        names = sorted(folder.iterdir(), reverse=True) if folder.is_dir() else []
        for path in (each for each in names if _OURS.fullmatch(each.name)):
            said = path.with_suffix(".service") if system == "systemd" else path
            found.setdefault((_index_of(_command(said)), system), []).append(str(path))
    for line in crontab.lines():
        if line.endswith(crontab.MARK):
            found.setdefault((_index_of(_command_of_line(line)), "cron"), []).append(line)
    return [Installed(index, system, tuple(entries)) for (index, system), entries in found.items()]


def units(home: Path) -> Path:
    return home / ".config" / "systemd" / "user"


def agents(home: Path) -> Path:
    return home / "Library" / "LaunchAgents"


def _index_of(command: list[str]) -> str:
    return dict(pairwise(command)).get("--db", "")


def _command(path: Path) -> list[str]:
    """What a service or an agent runs; [] where that cannot be told."""
    with suppress(OSError, ValueError, KeyError, StopIteration, plistlib.InvalidFileException):
        written = path.read_bytes()
        if path.suffix == ".plist":
            return [str(part) for part in plistlib.loads(written)["ProgramArguments"]]
        lines = written.decode(errors="surrogateescape").splitlines()
        said = next(line for line in lines if line.startswith("ExecStart="))
        return shlex.split(said.removeprefix("ExecStart=").replace("%%", "%"))
    return []


def _command_of_line(line: str) -> list[str]:
    with suppress(ValueError):
        return shlex.split(line.removesuffix(crontab.MARK).replace("\\%", "%"))
    return []
