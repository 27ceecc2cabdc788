"""A FILE BECOMES DOCUMENTS: recognise it by its content, read it safely, and say why when it cannot be read.

Readers of formats that can be made to hang, eat memory or crash run in a worker process (:class:`Isolated`).
Nothing here ever raises for what stands in a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from gemmasearch.readers.formats import CannotRead, Format, Reader
from gemmasearch.readers.table import FORMATS, formats

if TYPE_CHECKING:
    from gemmasearch.documents import Document, Problem
    from gemmasearch.readers.isolate import Isolated, Memory
    from gemmasearch.readers.mailbox import split_mbox
    from gemmasearch.readers.sandbox import Sandbox
    from gemmasearch.settings import Settings

# Loaded on first use: a run that finds nothing new reads no file.
_HOMES = {"Isolated": "isolate", "Memory": "isolate", "split_mbox": "mailbox", "Sandbox": "sandbox"}

__all__ = [
    "FORMATS",
    "Format",
    "Isolated",
    "Memory",
    "Reader",
    "Sandbox",
    "formats",
    "read",
    "recognise",
    "refused",
    "split_mbox",
    "version_of",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def read(
    path: str, *, settings: Settings | None = None, stream: BinaryIO | None = None, start: int = 0
) -> Iterator[Document | Problem]:
    """Every document of one file; for many files keep one :class:`Isolated` and its ``read``.

    A file that cannot be read is one Problem with ``part`` "". ``stream`` (seekable) stands in for the file. Of
    a mailbox those from the message that begins at ``start``.
    """
    from gemmasearch.readers.isolate import Isolated

    with Isolated(settings) as isolated:
        yield from isolated.read(path, stream=stream, start=start)


def recognise(path: str, *, stream: BinaryIO | None = None) -> Format | None:
    """The format of a file, None for one that is not read or cannot be opened."""
    from gemmasearch.readers.opening import opened
    from gemmasearch.readers.recognition import recognised

    try:
        with opened(path, stream) as source:
            return recognised(source)
    except (CannotRead, OSError):
        return None


def refused(path: str, settings: Settings) -> bool:
    """Whether the beginning and the size of a file are enough to tell that it is not read, or not to its end."""
    from gemmasearch.readers.opening import opened
    from gemmasearch.readers.recognition import recognised

    try:
        with opened(path) as source:
            format = recognised(source)
            limits = [int(getattr(settings, name)) for name in (format.limit, format.head) if name]
            switched_off = format.switch and getattr(settings, format.switch) != "on"
            return bool(switched_off) or any(source.size > limit for limit in limits)
    except (CannotRead, OSError):
        return True


def version_of(what: str | Format) -> str:
    """Name and version of the reader of a path or format, "" for an unread kind: kept with the file, so that a
    better reader reads it again."""
    format = recognise(what) if isinstance(what, str) else what
    return f"{format.name}:{format.version}" if format else ""
