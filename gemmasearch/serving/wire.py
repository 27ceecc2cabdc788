"""Messages between helper and command as records and back to the same records; :mod:`door` carries them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from gemmasearch.serving import door
from gemmasearch.serving.door import MAX_ANSWER, MAX_REQUEST, VERSION, Refused, is_own

if TYPE_CHECKING:
    import _socket

    from gemmasearch.settings import Settings

__all__ = ["MAX_ANSWER", "MAX_REQUEST", "MODEL_SETTINGS", "VERSION", "Refused", "address", "folder", "is_own",
           "is_private", "pack", "read", "receive", "send", "unpack"]  # fmt: skip
MODEL_SETTINGS = (
    "embedder",
    "generator",
    "dim",
    "threads",
    "gpu",
    "models_dir",
)  # they decide what is kept open


def folder() -> Path:
    return Path(door.folder())


def address(settings: Settings) -> Path:
    """The socket for the index of these settings."""
    return Path(door.address(str(settings.db_path)))


def is_private(path: Path) -> bool:
    return door.is_private(str(path))


def send(connection: _socket.socket, message: Mapping[str, Any] | bytes) -> None:
    """Bytes go as they are."""
    # json escapes the lone surrogates of file names
    door.send(connection, message if isinstance(message, bytes) else json.dumps(message).encode("ascii"))


def receive(connection: _socket.socket, limit: int) -> dict[str, Any]:
    """One message; raises what :func:`door.receive` and :func:`read` do."""
    return read(door.receive(connection, limit))


def read(data: bytes) -> dict[str, Any]:
    """
    :raises Refused: no JSON object.
    """
    try:
        message = json.loads(data)
    except (ValueError, RecursionError) as e:
        raise Refused("no JSON") from e
    if not isinstance(message, dict):
        raise Refused("no JSON object")
    return message


def pack(value: Any) -> Any:
    """A record, or a list of records, as JSON values."""
    if isinstance(value, (list, tuple)):
        return [pack(item) for item in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def unpack(kind: Any, value: Any) -> Any:
    """JSON values as the record of type ``kind`` that :func:`pack` was given."""
    if value is None:
        return None
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{f.name: unpack(hints[f.name], value[f.name]) for f in fields(kind) if f.name in value})
    inner = get_args(kind)
    origin = get_origin(kind)
    if origin is tuple:
        kinds = [inner[0]] * len(value) if inner[-1:] == (Ellipsis,) else inner
        return tuple(unpack(k, v) for k, v in zip(kinds, value, strict=True))
    if origin is list:
        return [unpack(inner[0], item) for item in value]
    if inner and type(None) in inner:  # an optional value, not None here
        (one,) = (k for k in inner if k is not type(None))
        return unpack(one, value)
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
