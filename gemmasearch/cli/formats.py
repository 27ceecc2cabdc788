"""Hits for programs: CSV, one JSON object per line, and lines after a template of the caller's."""

from __future__ import annotations

import csv
import io
import json
import string
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from gemmasearch.cli.records import as_json, iso
from gemmasearch.cli.views import place
from gemmasearch.documents import Hit
from gemmasearch.errors import UsageProblem

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_ESCAPES = {"\\t": "\t", "\\n": "\n", "\\0": "\0", "\\\\": "\\"}

FIELDS: dict[str, Callable[[Hit], str | int | float | None]] = {
    "path": lambda h: h.path,
    "part": lambda h: h.part,
    "kind": lambda h: h.kind,
    "id": lambda h: h.id,
    "title": lambda h: h.title,
    "place": place,
    "page": lambda h: h.page,
    "line": lambda h: h.line,
    "date": lambda h: iso(h.date) if h.date is not None else None,
    "sender": lambda h: h.sender,
    "recipients": lambda h: h.recipients,
    "score": lambda h: round(h.score, 4),
    "snippet": lambda h: h.snippet.text,
    "text": lambda h: h.text,
    "url": lambda h: h.meta.get("url", ""),
}
_CSV_FIELDS = tuple(name for name in FIELDS if name != "text")


def jsonl(hits: Iterable[Hit]) -> Iterable[str]:
    """One JSON object per hit and line, with the fields of ``--json``."""
    for hit in hits:
        yield json.dumps(as_json(hit), ensure_ascii=True, allow_nan=False)


def csv_lines(hits: Iterable[Hit]) -> Iterable[str]:
    """RFC 4180 records with a header. A text that a spreadsheet would run as a formula gets a leading ``'``."""
    yield _csv_record(_CSV_FIELDS)
    for hit in hits:
        yield _csv_record([_cell(FIELDS[name](hit)) for name in _CSV_FIELDS])


def _cell(value: str | int | float | None) -> str | int | float:
    if isinstance(value, str):
        return "'" + value if value.startswith(_FORMULA_STARTS) else value
    return "" if value is None else value


def _csv_record(cells: Iterable[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()


def template(text: str) -> Callable[[Hit], str]:
    """A function that fills ``{path}:{line}: {title}``; ``\\t \\n \\0`` in the template are understood.

    :raises UsageProblem: a field that does not exist, or braces that do not match.
    """
    try:
        pieces = list(string.Formatter().parse(_unescaped(text)))
    except ValueError as e:
        raise UsageProblem(f"--format {text!r}: {e}", "write {{ for a brace that is meant as one") from None
    for _, name, spec, conversion in pieces:
        if name is not None and (name not in FIELDS or spec or conversion):
            raise UsageProblem(f"--format: no such field: {{{name}}}", f"fields: {', '.join(FIELDS)}")
    return partial(_filled, [(literal, name) for literal, name, _, _ in pieces])


def _filled(pieces: list[tuple[str, str | None]], hit: Hit) -> str:
    values = ((literal, FIELDS[name](hit) if name else None) for literal, name in pieces)
    return "".join(literal + ("" if value is None else str(value)) for literal, value in values)


def _unescaped(text: str) -> str:
    found, at = [], 0
    while at < len(text):
        pair = text[at : at + 2]
        found.append(_ESCAPES.get(pair, text[at]))
        at += 2 if pair in _ESCAPES else 1
    return "".join(found)
