"""Keeping out of the way: lowest priority for processor and disk, and no work on battery."""

from __future__ import annotations

import psutil


def step_back() -> None:
    """Give this process the lowest priority; where the system has no such thing, nothing happens."""
    process = psutil.Process()
    try:
        process.nice(19 if psutil.POSIX else psutil.IDLE_PRIORITY_CLASS)
        if hasattr(process, "ionice"):
            process.ionice(psutil.IOPRIO_CLASS_IDLE if psutil.LINUX else psutil.IOPRIO_VERYLOW)
    except (psutil.Error, OSError):
        return


def on_battery() -> bool:
    """Whether the machine runs on battery; False where it has none, or it cannot be told."""
    try:
        battery = psutil.sensors_battery()
    except (AttributeError, OSError, RuntimeError):  # no such thing on this system
        return False
    return battery is not None and battery.power_plugged is False
