"""Jupyter notebooks (nbformat 3 and 4): text cells as they are, code and what it printed between fences.

Of the outputs what is text is read, and of each cell's only the beginning; pictures, HTML and tracebacks are not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from gemmasearch import light
from gemmasearch.documents import Document, Problem
from gemmasearch.readers import code, frontmatter
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.notes import hashtags, markdown_headings, sections
from gemmasearch.readers.textual import clean, decode, one_line, without_payloads
from gemmasearch.settings import Settings

SUFFIX = ".ipynb"
PRINTED = 2_000  # characters of what a cell printed: behind that are logs and tables
CHARACTERS = 2_000_000  # of one notebook
_PLAIN = "text/plain"
_OBJECT = light.pattern(r"<[^\n]*>")  # what Python calls a figure: nothing that anybody wrote
_TICKS = light.pattern(r"`{3,}")
_LANGUAGE = light.pattern(r"[A-Za-z][\w+#.-]{0,30}")


def read(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    raw = decode(source.read())
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        # Conflicts of a merge, half a download; what is not called a notebook may be something else that is whole.
        yield from code.read_data(source, settings)
        if source.path.lower().endswith(SUFFIX):
            yield Problem(source.path, "malformed", "no whole JSON: read as a text", "rest")
        return
    cells = _cells(found)
    if cells is None:
        yield from code.read_data(source, settings)
        return
    language = _language(found)
    shown = (text for cell in cells if isinstance(cell, dict) for text in _shown(cell, language))
    text = "\n\n".join(each for each in shown if each.strip())
    cut, text = len(text) > CHARACTERS, text[:CHARACTERS]
    if not text:
        raise CannotRead("no-text")
    headings = list(markdown_headings(text, 0))
    yield Document(
        "document",
        text,
        title=_title(found) or next((name for _, _, name in headings if name), ""),
        sections=sections(text, headings),
        date=frontmatter.named(source.path),
        tags=hashtags(text),
    )
    if cut:
        yield Problem(source.path, "limit", f"only its first {CHARACTERS} characters were read", "rest")


def _cells(found: Any) -> list[Any] | None:
    """The cells of a notebook, of version 3 those of all its sheets; None of other JSON."""
    if not isinstance(found, dict):
        return None
    sheets = found.get("worksheets")
    if isinstance(sheets, list):
        pages = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
        return [cell for cells in pages if isinstance(cells, list) for cell in cells]
    cells = found.get("cells")
    if not isinstance(cells, list) or not ("nbformat" in found or any(map(_is_cell, cells))):
        return None
    return cells


def _is_cell(cell: Any) -> bool:
    return isinstance(cell, dict) and "cell_type" in cell


def _shown(cell: dict[str, Any], language: str) -> Iterator[str]:
    kind = cell.get("cell_type")
    if kind == "code":
        wanted = _word(cell.get("language")) or language  # version 3 names one for each cell
        yield _fenced(_text(cell.get("source", cell.get("input"))), wanted)
        yield _fenced(_printed(cell.get("outputs")), "")
    elif kind == "heading":  # of version 3
        level = cell.get("level")
        marks = "#" * (level if isinstance(level, int) and 1 <= level <= 6 else 1)
        yield f"{marks} {one_line(_text(cell.get('source')))}"
    else:
        yield _whole_fences(_text(cell.get("source")))


def _text(value: Any) -> str:
    """A text of the format: a string, or a list of its lines."""
    lines = value if isinstance(value, list) else [value]
    text = "".join(line for line in lines if isinstance(line, str))
    return without_payloads(clean(text)).strip("\n")


def _printed(outputs: Any) -> str:
    """What a cell printed, and the plain text of what it gave."""
    pieces: list[str] = []
    for output in outputs if isinstance(outputs, list) else ():
        if not isinstance(output, dict):
            continue
        if output.get("output_type") == "stream":
            pieces.append(_text(output.get("text")))
        elif isinstance(data := output.get("data", output), dict):
            given = _text(data.get(_PLAIN, data.get("text")))  # version 3 has no data
            pieces.append("" if _OBJECT.fullmatch(given.strip()) else given)
        if sum(map(len, pieces)) > PRINTED:
            break
    text = "\n".join(piece for piece in pieces if piece.strip())
    if len(text) <= PRINTED:
        return text
    return text[: text.rfind("\n", 0, PRINTED) + 1 or PRINTED].rstrip() + "\n…"


def _fenced(text: str, language: str) -> str:
    if not text.strip():
        return ""
    marks = "`" * max(3, *(len(found) + 1 for found in ["", "", *_TICKS.findall(text)]))
    return f"{marks}{language}\n{text}\n{marks}"


def _whole_fences(text: str) -> str:
    """A text cell; one whose last fence is left open does not take the next cells in."""
    opened = ""
    for line in text.split("\n"):
        mark = re.match(r" {0,3}(`{3,}|~{3,})", line)
        if mark and (not opened or (mark[1].startswith(opened) and line.strip() == mark[1])):
            opened = "" if opened else mark[1]
    return f"{text}\n{opened}" if opened else text


def _language(found: dict[str, Any]) -> str:
    metadata = found.get("metadata")
    known = metadata if isinstance(metadata, dict) else {}
    named = ((known.get("language_info"), "name"), (known.get("kernelspec"), "language"))
    return next((w for part, key in named if isinstance(part, dict) and (w := _word(part.get(key)))), "")


def _word(value: Any) -> str:
    return value.lower() if isinstance(value, str) and _LANGUAGE.fullmatch(value) else ""


def _title(found: dict[str, Any]) -> str:
    """The title that a notebook was given, which few have."""
    metadata = found.get("metadata")
    title = metadata.get("title") if isinstance(metadata, dict) else None
    return one_line(title)[:500] if isinstance(title, str) else ""
