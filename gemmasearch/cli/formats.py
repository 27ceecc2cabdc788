"""Hits for programs: CSV, one JSON object per line, and lines after a template of the caller's."""

from __future__ import annotations

import csv
import io
import json
import string
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from gemmasearch import light
from gemmasearch.cli import views
from gemmasearch.cli.records import as_json, iso
from gemmasearch.cli.render import Output, one_line, path_field
from gemmasearch.documents import Hit
from gemmasearch.errors import UsageProblem

# What a spreadsheet takes for a formula, also behind blanks that it drops and characters that nobody sees, and behind
# the apostrophes that keep it from doing so.
_FORMULA = light.pattern(r"'*(?:[\t\r\n]|[\s\u00ad\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠])")
_ESCAPES = {"\\t": "\t", "\\n": "\n", "\\0": "\0", "\\\\": "\\"}

FIELDS: dict[str, Callable[[Hit], str | int | float | None]] = {
    "path": lambda h: h.path,
    "part": lambda h: h.part,
    "kind": lambda h: h.kind,
    "id": lambda h: h.id,
    "title": lambda h: h.title,
    "place": views.place,
    "page": lambda h: h.page,
    "line": lambda h: h.line,
    "date": lambda h: iso(h.date) if h.date is not None else None,
    "modified": lambda h: iso(h.mtime) if h.mtime is not None else None,
    "sender": lambda h: h.sender,
    "recipients": lambda h: h.recipients,
    "score": lambda h: round(h.score, 4),
    "snippet": lambda h: h.snippet.text,
    "text": lambda h: h.text,
    "url": lambda h: h.meta.get("url", ""),
    "match_line": lambda h: h.match_line,
}
_CSV_FIELDS = tuple(name for name in FIELDS if name != "text")


def writer(out: Output, *, format: str | None, **chosen: bool) -> Callable[[list[Hit]], None]:
    """What prints the hits; an empty result is a valid document of its format.

    :raises UsageProblem: two formats at once.
    """
    given = dict(chosen, paths=chosen["paths"] and not chosen["null"])  # -0 says how --paths are written
    names = [name for name, on in (*given.items(), ("format", format), ("json", out.json)) if on]
    if len(names) > 1:
        flags = " and ".join("-0" if name == "null" else f"--{name}" for name in names)
        raise UsageProblem(f"{flags} exclude each other")
    if format is not None:
        fill = template(format)
        end = "" if _unescaped(format).endswith("\0") else "\n"
        return lambda found: out.lines((fill(hit) for hit in found), end=end)
    if chosen["jsonl"]:
        return lambda found: out.lines(jsonl(found))
    if chosen["csv"]:
        return lambda found: out.lines(csv_lines(found), end="")
    if chosen["null"]:
        return lambda found: out.lines(_paths(found), end="\0")
    if chosen["paths"]:
        return lambda found: out.lines(map(path_field, _paths(found)))
    return lambda found: views.hits(out, found)


def _paths(found: list[Hit]) -> list[str]:
    return list(dict.fromkeys(hit.path for hit in found))


def jsonl(hits: Iterable[Hit]) -> Iterable[str]:
    """One JSON object per hit and line, with the fields of ``--json``."""
    for hit in hits:
        yield json.dumps(as_json(hit), ensure_ascii=True, allow_nan=False)


def csv_lines(hits: Iterable[Hit]) -> Iterable[str]:
    """RFC 4180 records with a header. A text that a spreadsheet would run as a formula gets a leading ``'``, and so
    does one that begins with ``'`` and such a text, so that taking one away gives back what was there."""
    yield _csv_record(_CSV_FIELDS)
    for hit in hits:
        yield _csv_record([_cell(FIELDS[name](hit)) for name in _CSV_FIELDS])


def _cell(value: str | int | float | None) -> str | int | float:
    if isinstance(value, str):
        return "'" + value if _FORMULA.match(value) else value
    return "" if value is None else value


def _csv_record(cells: Iterable[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()


def template(text: str) -> Callable[[Hit], str]:
    """A function that fills ``{path}:{line}: {title}``; ``\\t \\n \\0`` in the template are understood.

    Every field but ``{text}`` is on one line, as in the lines of a pipe; with a ``\\0`` in the template all are
    exact, and one at its end takes the place of the newline.

    :raises UsageProblem: a field that does not exist, or braces that do not match.
    """
    unescaped = _unescaped(text)
    try:
        pieces = list(string.Formatter().parse(unescaped))
    except ValueError as e:
        raise UsageProblem(f"--format {text!r}: {e}", "write {{ for a brace that is meant as one") from None
    for _, name, spec, conversion in pieces:
        if name in FIELDS and (spec or conversion):
            raise UsageProblem(
                f"--format: {{{name}}} takes neither a width nor a conversion", f"write {{{name}}} alone"
            )
        if name is not None and name not in FIELDS:
            raise UsageProblem(f"--format: no such field: {{{name}}}", f"fields: {', '.join(FIELDS)}")
    value = _exact if "\0" in unescaped else _on_one_line
    return partial(_filled, [(literal, name) for literal, name, _, _ in pieces], value)


def _filled(pieces: list[tuple[str, str | None]], value: Callable[[str, Hit], str], hit: Hit) -> str:
    return "".join(literal + (value(name, hit) if name else "") for literal, name in pieces)


def _exact(name: str, hit: Hit) -> str:
    found = FIELDS[name](hit)
    return "" if found is None else str(found)


def _on_one_line(name: str, hit: Hit) -> str:
    if name == "path":
        return path_field(hit.path)
    return hit.text if name == "text" else one_line(_exact(name, hit))


def _unescaped(text: str) -> str:
    found, at = [], 0
    while at < len(text):
        pair = text[at : at + 2]
        found.append(_ESCAPES.get(pair, text[at]))
        at += 2 if pair in _ESCAPES else 1
    return "".join(found)
