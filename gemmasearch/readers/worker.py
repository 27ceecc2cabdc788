"""The worker process: reads one untrusted file after the other for its parent.

It is started with a fresh interpreter (nothing inherited: no locks, no threads, no open files but its socket),
gets each file as a descriptor, and answers with frames (``frames``). It ends when its parent does.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from typing import BinaryIO

from gemmasearch.readers import frames
from gemmasearch.readers.formats import Source, by_name
from gemmasearch.readers.run import items
from gemmasearch.settings import Settings

LARGEST_REQUEST = 65_536
MEGABYTE = 1024 * 1024


def main(descriptor: int, parent: int) -> None:
    """Serve requests from the socket ``descriptor`` until it is closed."""
    _end_with(parent)
    _without_terminal()
    with socket.socket(fileno=descriptor) as channel:
        while request := _next_request(channel):
            message, file = request
            with file:
                _serve(channel, message, file)


def _next_request(channel: socket.socket) -> tuple[dict[str, object], BinaryIO] | None:
    raw, descriptors, _, _ = socket.recv_fds(channel, LARGEST_REQUEST, 1)
    if not raw or not descriptors:
        return None
    return frames.unpacked(raw), os.fdopen(descriptors[0], "rb")


def _serve(channel: socket.socket, message: dict[str, object], file: BinaryIO) -> None:
    settings = Settings(**{str(k): v for k, v in dict(message["settings"]).items()})  # type: ignore[call-overload]
    path = os.fsdecode(bytes.fromhex(str(message["path"])))
    _limit(settings)
    source = Source(path, file, os.fstat(file.fileno()).st_size)
    reason = ""
    for item in items(by_name(str(message["format"])), source, settings):
        reason = getattr(item, "reason", "")
        channel.sendall(frames.packed(frames.of_item(item)))
    channel.sendall(frames.packed({"is": "end"}))
    if reason in ("memory", "crash"):
        sys.exit(0)  # what such a file leaves behind is not kept for the next one


def _limit(settings: Settings) -> None:
    import resource

    used = _address_space()
    memory = used + settings.reader_memory_mb * MEGABYTE
    for limit, value in (
        (resource.RLIMIT_AS, memory if used else resource.RLIM_INFINITY),
        (resource.RLIMIT_CPU, int(_cpu_used()) + settings.reader_seconds + 5),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(limit)
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard) if value != resource.RLIM_INFINITY else hard
        resource.setrlimit(limit, (value, hard))


def _cpu_used() -> float:
    times = os.times()
    return times.user + times.system


def _address_space() -> int:
    """Bytes mapped by this process; 0 where the system does not tell, and does not enforce RLIMIT_AS either."""
    try:
        with open("/proc/self/statm", encoding="ascii") as stream:
            return int(stream.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _without_terminal() -> None:
    """Ctrl-C is the parent's to decide; SIGXFSZ becomes an error instead of a death."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def _end_with(parent: int) -> None:
    """Be killed when the parent dies, also while busy (Linux; elsewhere the CPU limit ends it)."""
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        sys.exit(0)
