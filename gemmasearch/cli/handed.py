"""A text that is handed over on the command line: a file, or what a pipe gives."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

from gemmasearch.errors import UsageProblem

MOST_TEXT = 20_000_000  # bytes, as of a file by the setting max_text_bytes
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
        return _at_most(most, sys.stdin.buffer, "standard input")
    hint = f"name {what}, or - for a pipe"
    if not source:
        raise UsageProblem("an empty name is no file", hint)
    try:
        with Path(source).expanduser().open("rb") as stream:
            return _at_most(most, stream, source)
    except OSError as e:
        raise UsageProblem(f"cannot read {source}: {e.strerror}", hint) from e


def _at_most(most: int, stream: BinaryIO, name: str) -> bytes:
    raw = stream.read(most + 1)
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
