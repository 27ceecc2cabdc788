"""Keeping out of the way: lowest priority for processor and disk, and no work on battery."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from pathlib import Path

_IOPRIO_SET = {"x86_64": 251, "aarch64": 30}
_WHO_PROCESS, _CLASS_IDLE = 1, 3 << 13
_SUPPLIES = Path("/sys/class/power_supply")


def step_back() -> None:
    """Give this process the lowest priority; where the system has no such thing, nothing happens."""
    try:
        os.nice(19)
    except OSError:
        return
    number = _IOPRIO_SET.get(platform.machine())
    if sys.platform == "linux" and number:
        ctypes.CDLL(None, use_errno=True).syscall(number, _WHO_PROCESS, 0, _CLASS_IDLE)


def on_battery(supplies: Path = _SUPPLIES) -> bool:
    """Whether the machine runs on battery; False where it cannot be told."""
    mains: list[bool] = []
    batteries: list[str] = []
    try:
        for supply in sorted(supplies.iterdir()):
            kind = (supply / "type").read_text().strip()
            if kind in ("Mains", "USB") and (supply / "online").exists():
                mains.append((supply / "online").read_text().strip() == "1")
            elif kind == "Battery" and (supply / "status").exists():
                batteries.append((supply / "status").read_text().strip())
    except OSError:
        return False
    return "Discharging" in batteries and not any(mains)
