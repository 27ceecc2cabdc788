"""Records as JSON: what ``--json`` prints, documented field by field by the dataclasses themselves.

A path that is not valid UTF-8 cannot be a JSON string: then ``path`` holds it with replacement characters and
``path_b64`` its exact bytes, and so for every other text, and for lists of texts as a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

_TIMES = ("date", "mtime", "started")


def as_json(value: Any) -> Any:
    """Dataclasses, mappings and sequences turned into what ``json`` can write, without loss."""
    if is_dataclass(value) and not isinstance(value, type):
        return _object({f.name: getattr(value, f.name) for f in fields(value)})
    if isinstance(value, Mapping):
        return _object({str(k): v for k, v in value.items()})
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, PurePath):
        return _text(str(value))
    if isinstance(value, bytes):
        return _base64(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [as_json(v) for v in value]
    if isinstance(value, float):
        return round(value, 6) if value == value and abs(value) != float("inf") else None
    return value


def iso(seconds: float) -> str | None:
    """Epoch seconds as ISO 8601 in UTC; None where the calendar has no such day."""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return None


def _object(items: dict[str, Any]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for key, value in items.items():
        if key in _TIMES and isinstance(value, int | float):
            record[key] = iso(value)
            continue
        record[_text(key)] = as_json(value)
        if (exact := _exact(value)) is not None:
            record[f"{key}_b64"] = exact
    return record


def _exact(value: Any) -> Any:
    """The bytes of a text, or of each of some texts, of which one is no Unicode; None where all are."""
    if isinstance(value, str):
        return _base64(_bytes(value)) if _text(value) != value else None
    if isinstance(value, list | tuple) and any(isinstance(v, str) and _text(v) != v for v in value):
        return [_base64(_bytes(str(v))) for v in value]
    return None


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape" if _is_escaped(value) else "surrogatepass")


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        return (
            value.encode(errors="surrogateescape").decode(errors="replace")
            if _is_escaped(value)
            else (value.encode(errors="replace").decode())
        )
    return value


def _is_escaped(value: str) -> bool:
    return all(not 0xD800 <= ord(c) <= 0xDFFF or 0xDC80 <= ord(c) <= 0xDCFF for c in value)


def _base64(value: bytes) -> str:
    from binascii import b2a_base64  # seldom needed

    return b2a_base64(value, newline=False).decode()
