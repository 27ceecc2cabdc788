"""Source code and data files as text: line numbers kept, functions and classes as headings where that is cheap."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gemmasearch.documents import Document, Problem
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.notes import sections
from gemmasearch.readers.textual import decode
from gemmasearch.settings import Settings

CHARACTERS = 2_000_000  # of one data file: behind that are numbers that nobody asks for in words
_DEFINITION = re.compile(
    r"^(?:(?:export|default|public|private|protected|internal|static|final|abstract|async|unsafe|local"
    r"|pub(?:\([^)\n]{0,40}\))?)[ \t]+){0,5}"
    r"(?:def|class|func|function|fn|struct|interface|trait|impl|enum|module|sub|object|record|type)[ \t]+"
    r"(?:\([^)\n]{0,80}\)[ \t]*)?([\w$.:<>]{1,100})",
    re.MULTILINE,
)


def read_code(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    text = _text(source)
    headings = [(m.start(), 1, m[1].rstrip(":")) for m in _DEFINITION.finditer(text)]
    yield Document("code", text, sections=sections(text, headings))


def read_data(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    text = _text(source)
    yield Document("data", text[:CHARACTERS])
    if len(text) > CHARACTERS:
        yield Problem(source.path, "limit", f"only its first {CHARACTERS} characters were read", "rest")


def _text(source: Source) -> str:
    text = decode(source.read())
    if not text.strip():
        raise CannotRead("empty")
    return text
