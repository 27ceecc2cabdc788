"""Source code and data files as text: line numbers kept, functions and classes as headings where that is cheap."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gemmasearch import light
from gemmasearch.documents import Document, Problem
from gemmasearch.readers.formats import Source
from gemmasearch.readers.notes import sections, whole_text
from gemmasearch.settings import Settings

CHARACTERS = 2_000_000  # of one data file: behind that are numbers that nobody asks for in words
_JSON = (".json", ".jsonl", ".ndjson", ".ipynb", ".geojson", ".canvas")
_IS_JSON = light.pattern(r'\s{0,100}(?:\{\s{0,100}"|\[\s{0,100}\{)')
_ESCAPES = light.pattern(
    r'\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|["\\/bfnrt])'
)
_DEFINITION = light.pattern(
    r"^(?:(?:export|default|public|private|protected|internal|static|final|abstract|async|unsafe|local"
    r"|pub(?:\([^)\n]{0,40}\))?)[ \t]+){0,5}"
    r"(?:def|class|func|function|fn|struct|interface|trait|impl|enum|module|sub|object|record|type)[ \t]+"
    r"(?:\([^)\n]{0,80}\)[ \t]*)?([\w$.:<>]{1,100})",
    re.MULTILINE,
)


def read_code(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    text = whole_text(source)
    headings = [(m.start(), 1, m[1].rstrip(":")) for m in _DEFINITION.finditer(text)]
    yield Document("code", text, sections=sections(text, headings))


def read_data(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    text = whole_text(source)
    if source.path.lower().endswith(_JSON) or _IS_JSON.match(text):
        text = _ESCAPES.sub(_letter, text)
    yield Document("data", text[:CHARACTERS])
    if len(text) > CHARACTERS:
        yield Problem(source.path, "limit", f"only its first {CHARACTERS} characters were read", "rest")


def _letter(found: re.Match[str]) -> str:
    """What an escape of JSON stands for: of "\\u00f6" and "\\nand" nobody finds the words. Lines stay as they are."""
    escape = found[0]
    if escape[1] != "u":
        return escape[1] if escape[1] in '"\\/' else " "
    units = bytes.fromhex(escape.replace("\\u", ""))
    letter = units.decode("utf-16-be", "replace")
    return letter if letter.isprintable() else " "
