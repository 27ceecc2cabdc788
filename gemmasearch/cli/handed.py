"""A text that is handed over on the command line: a file, or what a pipe gives."""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from pathlib import Path
from typing import BinaryIO

from gemmasearch.errors import UsageProblem

MOST_TEXT = 20_000_000  # bytes, as of a file by the setting max_text_bytes
PATIENCE = 5.0  # seconds until somebody writes into a named pipe
_MARKUP = (b"%PDF-", b"{\\rtf")  # may be all characters, but nobody reads them


def read_text(source: str) -> str:
    """The text of a file, or of standard input for "-".

    :raises UsageProblem: it cannot be read, is too long, or nothing came through the pipe.
    """
    text = _decoded(source, read_bytes(source, "a text file", MOST_TEXT))
    if source == "-" and not text.strip():
        raise UsageProblem(
            "there is no text on standard input", "`-` reads what a pipe gives: cat FILE | ..."
        )
    return text


def read_bytes(source: str, what: str, most: int) -> bytes:
    """What a file holds, or standard input for "-"; ``what`` it should be is named where it cannot be read.

    :raises UsageProblem: it cannot be read, is longer than ``most`` bytes (a pipe may never end), or has no name, as
        an unset variable of a script leaves it.
    """
    if source == "-":
        return _at_most(most, b"", sys.stdin.buffer, "standard input")
    hint = f"name {what}, or - for a pipe"
    if not source:
        raise UsageProblem("an empty name is no file", hint)
    path = Path(source).expanduser()
    try:
        if stat.S_ISFIFO(path.lstat().st_mode):
            begun, written = _written(path)
            with written:
                return _at_most(most, begun, written, source)
        with path.open("rb") as stream:
            return _at_most(most, b"", stream, source)
    except OSError as e:
        raise UsageProblem(f"cannot read {source}: {e.strerror}", hint) from e


def _written(pipe: Path) -> tuple[bytes, BinaryIO]:
    """A named pipe into which somebody writes, opened, and what was read of it: the usual way would wait for him for
    ever.

    :raises OSError: nobody does.
    """
    stream = open(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), "rb")  # noqa: SIM115
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            if begun := os.read(stream.fileno(), 4096):
                break
        except BlockingIOError:  # somebody has it open, and will write later
            begun = b""
            break
        time.sleep(0.02)
    else:
        stream.close()
        raise OSError(errno.ENXIO, "a pipe into which nobody writes")
    os.set_blocking(stream.fileno(), True)
    return begun, stream


def _at_most(most: int, begun: bytes, stream: BinaryIO, name: str) -> bytes:
    raw = begun + stream.read(most + 1 - len(begun))
    if len(raw) > most:
        raise UsageProblem(f"{name} holds more than {most // 1_000_000} MB", "hand over a part of it")
    return raw


def _decoded(source: str, raw: bytes) -> str:
    from gemmasearch.readers import textual

    if raw.startswith(_MARKUP) or not textual.is_text(raw):
        raise UsageProblem(
            f"what {source} holds is no text", "`gsearch index` reads PDFs, mail and office files"
        )
    return textual.decode(raw)
