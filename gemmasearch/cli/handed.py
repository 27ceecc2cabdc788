"""A text that is handed over on the command line: a file, or what a pipe gives."""

from __future__ import annotations

import sys
from pathlib import Path

from gemmasearch.errors import UsageProblem

_MARKUP = (b"%PDF-", b"{\\rtf")  # may be all characters, but nobody reads them


def read_text(source: str) -> str:
    """The text of a file, or of standard input for "-".

    :raises UsageProblem: it cannot be read, or nothing came through the pipe.
    """
    if source == "-":
        text = _decoded(source, sys.stdin.buffer.read())
        if not text.strip():
            raise UsageProblem(
                "there is no text on standard input", "`-` reads what a pipe gives: cat FILE | ..."
            )
        return text
    return _decoded(source, read_bytes(source, "a text file"))


def read_bytes(source: str, what: str) -> bytes:
    """What a file holds; ``what`` it should be is named where it cannot be read.

    :raises UsageProblem: it cannot be read, or has no name, as an unset variable of a script leaves it.
    """
    hint = f"name {what}, or - for a pipe"
    if not source:
        raise UsageProblem("an empty name is no file", hint)
    try:
        return Path(source).expanduser().read_bytes()
    except OSError as e:
        raise UsageProblem(f"cannot read {source}: {e.strerror}", hint) from e


def _decoded(source: str, raw: bytes) -> str:
    from gemmasearch.readers import textual

    if raw.startswith(_MARKUP) or not textual.is_text(raw):
        raise UsageProblem(
            f"what {source} holds is no text", "`gsearch index` reads PDFs, mail and office files"
        )
    return textual.decode(raw)
