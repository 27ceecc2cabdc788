"""What goes over the pipe between a worker and its parent: length-prefixed JSON, checked on arrival.

The worker has read hostile bytes and may be anybody's; so nothing is unpickled, every field is checked against
its type, and a frame has a largest size.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import Any

from gemmasearch.documents import PROBLEM_REASONS, WAITS, Document, Problem, Section

LENGTH = struct.Struct("!I")
LARGEST = 128 * 1024 * 1024  # bytes in one frame
LONGEST_TEXT = 20_000_000  # characters of one document: at most 6 bytes each in a frame


class BadFrame(Exception):
    """What arrived is nothing that a worker sends."""


def packed(message: Mapping[str, Any]) -> bytes:
    body = json.dumps(message, separators=(",", ":")).encode("ascii")
    return LENGTH.pack(len(body)) + body


def unpacked(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as e:
        raise BadFrame(str(e)) from e
    if not isinstance(message, dict) or not isinstance(message.get("is"), str):
        raise BadFrame("no message")
    return message


def of_item(item: Document | Problem) -> dict[str, Any]:
    if isinstance(item, Problem):
        return {"is": "problem", **asdict(item)}
    values = {f.name: getattr(item, f.name) for f in fields(Document)}
    values["sections"] = [(s.start, s.end, s.headings, s.page, s.label) for s in item.sections]
    values["meta"] = dict(item.meta)
    return {"is": "document", **values}


def to_item(message: dict[str, Any], path: str) -> Document | Problem:
    """The document or problem in a message; ``path`` is what was asked for, whatever the worker says."""
    try:
        if message["is"] == "problem":
            return _problem(message, path)
        return _document(message)
    except (KeyError, TypeError, ValueError) as e:
        raise BadFrame(f"{type(e).__name__}: {e}") from e


def _problem(message: dict[str, Any], path: str) -> Problem:
    if message["reason"] not in PROBLEM_REASONS:
        raise ValueError("an unknown reason")
    if message["waits"] not in ("", *WAITS):
        raise ValueError("waits for nothing known")
    detail, part = _str(message["detail"])[:1000], _str(message["part"])
    return Problem(path, message["reason"], detail, part, message["waits"], max(0, _int(message["pages"])))


def _document(message: dict[str, Any]) -> Document:
    values = {name: check(message[name]) for name, check in _CHECKS.items()}
    document = Document(**values)
    places = [0, *(p for s in document.sections for p in (s.start, s.end)), len(document.text)]
    spans = [0, *(p for span in document.quoted for p in span), len(document.text)]
    if places != sorted(places) or spans != sorted(spans):
        raise ValueError("spans outside the text")
    return document


def a_text(value: Any) -> str:
    """:raises TypeError, ValueError: it is none that can be stored."""
    return _str(value)


def a_number(value: Any) -> int:
    """:raises TypeError: it is none."""
    return _int(value)


def _str(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} for text")
    value.encode("utf-8")  # a lone surrogate raises UnicodeEncodeError, a ValueError
    return value


def _int(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{type(value).__name__} for a number")
    return value


def _maybe_int(value: Any) -> int | None:
    return None if value is None else _int(value)


def _maybe_float(value: Any) -> float | None:
    return None if value is None else float(value)


def _many(check: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    return lambda values: tuple(check(value) for value in values)


def _section(value: Any) -> Section:
    start, end, headings, page, label = value
    return Section(_int(start), _int(end), _many(_str)(headings), _maybe_int(page), _str(label))


def _span(value: Any) -> tuple[int, int]:
    start, end = value
    return _int(start), _int(end)


def _meta(value: Any) -> dict[str, str]:
    return {_str(key): _str(each) for key, each in value.items()}


_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "kind": _str,
    "text": _str,
    "part": _str,
    "title": _str,
    "sections": _many(_section),
    "quoted": _many(_span),
    "date": _maybe_float,
    "sender": _str,
    "recipients": _str,
    "copies": _str,
    "message_id": _str,
    "references": _many(_str),
    "attachments": _many(_str),
    "tags": _many(_str),
    "language": _str,
    "offset": _maybe_int,
    "length": _maybe_int,
    "meta": _meta,
}
