"""Watching the memory of a command and of what it starts, from outside: /proc/PID/status every 20 ms (Linux)."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

EVERY = 0.02  # seconds between two samples
FIELDS = ("VmRSS", "RssAnon", "VmHWM")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Memory:
    """Megabytes: resident and anonymous now, the most of each, and the most that all children of a name had together."""

    resident: float = 0.0
    anonymous: float = 0.0
    peak_resident: float = 0.0  # VmHWM: the kernel's own count, which misses nothing
    peak_anonymous: float = 0.0
    seen: list[float] = field(default_factory=list)  # anonymous, of each sample
    children: dict[str, tuple[float, ...]] = field(default_factory=dict)  # how many, resident, anonymous

    def sampled(self, own: Mapping[str, float], others: Mapping[str, list[Mapping[str, float]]]) -> None:
        self.resident, self.anonymous = own["VmRSS"], own["RssAnon"]
        self.peak_resident = max(self.peak_resident, own["VmHWM"])
        self.peak_anonymous = max(self.peak_anonymous, own["RssAnon"])
        self.seen.append(own["RssAnon"])
        for name, found in others.items():
            self._had(name, len(found), sum(f["VmRSS"] for f in found), sum(f["RssAnon"] for f in found))

    def merge(self, other: Memory) -> None:
        """Take in another run of the same command."""
        self.peak_resident = max(self.peak_resident, other.peak_resident)
        self.peak_anonymous = max(self.peak_anonymous, other.peak_anonymous)
        self.seen += other.seen
        for name, sums in other.children.items():
            self._had(name, *sums)

    def _had(self, name: str, *sums: float) -> None:
        most = self.children.get(name, (0.0, 0.0, 0.0))
        self.children[name] = tuple(max(pair) for pair in zip(most, sums, strict=True))


class Watched:
    """A process that runs, sampled by a thread until it ends; ``memory`` is of the samples since :meth:`restart`."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.memory = Memory()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def restart(self) -> None:
        self.memory = Memory()

    def _sample(self) -> None:
        while self.process.returncode is None:
            own = status(self.process.pid)
            if own:
                self.memory.sampled(own, _children(self.process.pid))
            time.sleep(EVERY)

    def settle(self, quiet: float = 2.0, longest: float = 120.0) -> Memory:
        """Wait until process and children have used next to no processor time for ``quiet`` seconds; its memory
        then."""
        end = time.monotonic() + longest
        before, since = self._spent(), time.monotonic()
        while time.monotonic() - since < quiet:
            assert self.process.poll() is None and time.monotonic() < end, "it ended, or never rests"
            time.sleep(0.25)
            if (now := self._spent()) - before > 0.02 * (time.monotonic() - since) + 0.02:
                before, since = now, time.monotonic()
        time.sleep(2 * EVERY)
        return self.memory

    def _spent(self) -> float:
        return sum(_cpu_seconds(pid) for pid in (self.process.pid, *_descendants(self.process.pid)))


def peak(command: Sequence[str], environment: Mapping[str, str], rounds: int = 1) -> Memory:
    """The most that a command had from start to end, over so many runs: a short one may peak between two samples.

    :raises CalledProcessError: it failed.
    """
    memory = Memory()
    for _ in range(rounds):
        with watched(command, environment) as running:
            _, said = running.process.communicate()
        if running.process.returncode:
            raise subprocess.CalledProcessError(running.process.returncode, list(command), None, said)
        memory.merge(running.memory)
    return memory


@contextmanager
def watched(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[Watched]:
    """The command while it runs; it is ended on the way out."""
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        yield Watched(process)
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate()


def until(true: Callable[[], bool], longest: float = 120.0) -> None:
    end = time.monotonic() + longest
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.25)


def status(pid: int) -> dict[str, float]:
    """The ``FIELDS`` of a process in megabytes (1000 kB as the kernel counts them); empty when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return {}
    found = {
        name: int(rest.split()[0]) / 1000
        for name, _, rest in (line.partition(":") for line in lines)
        if name in FIELDS
    }
    return found if len(found) == len(FIELDS) else {}


def _children(pid: int) -> dict[str, list[Mapping[str, float]]]:
    found: dict[str, list[Mapping[str, float]]] = {}
    own = _command_line(pid)
    for child in _descendants(pid):
        if _command_line(child) in (own, b""):
            continue  # it has not begun its own program yet, and a fork shows its parent's memory; or it ended
        if values := status(child):
            found.setdefault(_name(child), []).append(values)
    return found


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            pids = [int(child) for child in task.read_text().split()]
        except OSError:
            continue
        for child in pids:
            found += [child, *_descendants(child)]
    return found


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _name(pid: int) -> str:
    words = os.fsdecode(_command_line(pid)).split("\0")
    if any("gemmasearch.readers.worker" in word for word in words):
        return "reader workers"
    if "gemmasearch" in words[:-1]:
        return f"gsearch {words[words.index('gemmasearch') + 1]}"
    return Path(words[0]).name or "gone"


def _cpu_seconds(pid: int) -> float:
    try:
        values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(values[11]) + int(values[12])) / _TICKS
