"""Running on time: a systemd user timer, a launchd agent or a crontab line, whichever the machine has.

Everything is written with absolute paths, so that it works under cron's bare environment. Each index has a schedule
of its own, found again by the index that its command names.
"""

from __future__ import annotations

import hashlib
import os
import plistlib
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from gemmasearch.errors import MachineRefused, UsageProblem
from gemmasearch.indexing import crontab
from gemmasearch.indexing.scheduled import LABEL, NAME, agents, installed, units
from gemmasearch.light import dataclass

_NOT_KEPT = frozenset(("GSEARCH_DB", "GSEARCH_DEBUG"))
_PATHS = frozenset(("GSEARCH_MODELS_DIR", "GSEARCH_CONFIG"))
_UNITS = {"m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be written where. ``files`` maps a path to its text; for cron ``line`` goes into the crontab."""

    system: str  # "systemd", "launchd" or "cron"
    seconds: int
    files: dict[str, str]
    line: str = ""
    commands: tuple[tuple[str, ...], ...] = ()  # run after the files are written
    index: str = ""


def seconds_of(every: str) -> int:
    """``30m``, ``2h``, ``1d`` -> seconds. :raises UsageProblem: anything else, or less than five minutes."""
    found = re.fullmatch(r"(\d{1,4})\s*([mhd])", every.strip().lower())
    if not found or int(found[1]) * _UNITS[found[2]] < 300:
        raise UsageProblem(f"{every!r} is no interval", "say 30m, 2h or 1d; five minutes is the least")
    return int(found[1]) * _UNITS[found[2]]


def detect() -> str:
    """The scheduler of this machine. :raises MachineRefused: there is none."""
    if sys.platform == "darwin":
        return "launchd"
    if (
        shutil.which("systemctl")
        and Path("/run/systemd/system").is_dir()
        and os.environ.get("XDG_RUNTIME_DIR")
    ):
        return "systemd"
    if shutil.which("crontab"):
        return "cron"
    raise MachineRefused("no systemd, launchd or cron on this machine", "--print shows what would be run")


def plan(every: str, index: Path, *, system: str = "", home: Path | None = None) -> Plan:
    """The schedule for an index, not yet installed.

    :param every: an interval such as "30m". :param system: "" = what the machine has.
    """
    system, home = system or detect(), home or Path.home()
    seconds = seconds_of(every) if system != "cron" else _cron_seconds(seconds_of(every))
    place = os.path.abspath(index)
    command = [*_environment(), sys.executable, "-m", "gemmasearch", "index", "--quiet"]
    command += ["--scheduled", str(seconds), "--db", place]
    if system == "cron":
        return Plan("cron", seconds, {}, _cron_line(seconds, command), index=place)
    tag = hashlib.sha256(os.fsencode(place)).hexdigest()[:8]
    if system == "launchd":
        path = agents(home) / f"{LABEL}.{tag}.plist"
        load = (("launchctl", "unload", str(path)), ("launchctl", "load", str(path)))
        text = _plist(f"{LABEL}.{tag}", seconds, command)
        return Plan("launchd", seconds, {str(path): text}, commands=load, index=place)
    name = f"{units(home)}/{NAME}-{tag}"
    files = {f"{name}.service": _service(command), f"{name}.timer": _timer(seconds)}
    start = (
        ("systemctl", "--user", "daemon-reload"),
        ("systemctl", "--user", "enable", "--now", f"{NAME}-{tag}.timer"),
    )
    return Plan("systemd", seconds, files, commands=start, index=place)


def _environment() -> list[str]:
    """The settings of this shell, which a scheduler would not know: where models and the config file are, …"""
    wanted = {k: v for k, v in os.environ.items() if k.startswith("GSEARCH_") and k not in _NOT_KEPT}
    wanted |= {k: v for k in ("XDG_DATA_HOME", "XDG_CONFIG_HOME") if (v := os.environ.get(k))}
    said = [f"{name}={_absolute(name, value)}" for name, value in sorted(wanted.items())]
    return [shutil.which("env") or "/usr/bin/env", *said] if said else []


def _absolute(name: str, value: str) -> str:
    return os.path.abspath(os.path.expanduser(value)) if name in _PATHS else value


def install(wanted: Plan, home: Path | None = None) -> None:
    """Write and start it; the one that this index had before is replaced."""
    before = _entries(wanted.index, home)
    for name, text in wanted.files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if wanted.line:
        crontab.change(before, wanted.line)
    for number, command in enumerate(wanted.commands):
        _run(command, must=number == len(wanted.commands) - 1)
    _take_files([entry for entry in before if entry not in wanted.files])
    if not wanted.line:
        _take_lines(before)


def remove(index: Path, home: Path | None = None) -> list[str]:
    """Undo :func:`install` for an index. :return: what was taken away."""
    found = _entries(os.path.abspath(index), home)
    _take_files(found)
    _take_lines(found)
    return found


def _entries(index: str, home: Path | None) -> list[str]:
    """What is there for an index, under whatever name it was installed."""
    real = os.path.realpath(index)
    return [e for each in installed(home) if os.path.realpath(each.index) == real for e in each.entries]


def _take_files(entries: Sequence[str]) -> None:
    for path in (Path(entry) for entry in entries if not entry.endswith(crontab.MARK)):
        if path.suffix == ".timer":
            _run(("systemctl", "--user", "disable", "--now", path.name), must=False)
        if path.suffix == ".plist":
            _run(("launchctl", "unload", str(path)), must=False)
        path.unlink()


def _take_lines(entries: Sequence[str]) -> None:
    if lines := [entry for entry in entries if entry.endswith(crontab.MARK)]:
        crontab.change(lines)


def _cron_seconds(seconds: int) -> int:
    """The longest interval that cron can keep and that is no longer than this one."""
    minutes = seconds // 60
    if minutes < 60:
        return 60 * _divisor(60, minutes)
    if minutes < 1440:
        return 3600 * _divisor(24, minutes // 60)
    return 86400 * min(minutes // 1440, 28)


def _cron_line(seconds: int, command: list[str]) -> str:
    minutes = seconds // 60
    if minutes < 60:
        when = f"*/{minutes} * * * *"
    elif minutes < 1440:
        when = f"0 */{minutes // 60} * * *"
    else:
        when = f"0 3 */{minutes // 1440} * *"
    # cron turns an unescaped % into a line break.
    return f"{when} {shlex.join(command)}".replace("%", "\\%")


def _divisor(whole: int, most: int) -> int:
    """cron's steps begin anew with each hour and day: only a divisor keeps its distance."""
    return max(n for n in range(1, most + 1) if whole % n == 0)


def _service(command: list[str]) -> str:
    quoted = " ".join(
        '"' + part.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") + '"' for part in command
    )
    return (
        "[Unit]\nDescription=Bring the gsearch index up to date\n\n"
        f"[Service]\nType=oneshot\nNice=19\nIOSchedulingClass=idle\nSuccessExitStatus=75\nExecStart={quoted}\n"
    )


def _timer(seconds: int) -> str:
    return (
        "[Unit]\nDescription=gsearch, on time\n\n"
        f"[Timer]\nOnBootSec=5min\nOnUnitActiveSec={seconds}s\nRandomizedDelaySec=30s\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )


def _plist(label: str, seconds: int, command: list[str]) -> str:
    settings = {
        "Label": label,
        "ProgramArguments": command,
        "StartInterval": seconds,
        "LowPriorityIO": True,
        "Nice": 19,
        "ProcessType": "Background",
    }
    return plistlib.dumps(settings).decode()


def _run(command: tuple[str, ...], *, must: bool) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as e:
        if must:
            raise MachineRefused(f"{command[0]}: {e.strerror}") from e
        return
    if must and done.returncode:
        raise MachineRefused(
            f"{shlex.join(command)}: {done.stderr.strip()}", "--print shows what to do by hand"
        )
