"""Messages between helper and command: a length, then JSON; bounded, versioned, and back to the same records."""

from __future__ import annotations

import json
import os
import socket
import stat
import struct
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from gemmasearch.settings import Settings

VERSION = 1
MAX_REQUEST = 1 << 20  # bytes
MAX_ANSWER = 1 << 26
MODEL_SETTINGS = (
    "embedder",
    "generator",
    "dim",
    "threads",
    "gpu",
    "models_dir",
)  # they decide what is kept open
_LENGTH = struct.Struct(">I")


class Refused(Exception):
    """The other side is somebody else, speaks another version, or says something that is not understood."""


def folder() -> Path:
    """The private folder of the sockets; not made here.

    ``$XDG_RUNTIME_DIR/gsearch``, or a folder of this user in the one for temporary files.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and os.path.isabs(runtime):
        return Path(runtime) / "gsearch"
    return Path(os.environ.get("TMPDIR") or "/tmp") / f"gsearch-{os.getuid()}"


def address(settings: Settings) -> Path:
    """The socket for an index: named by the digest of its path, which may be longer than a socket's may be."""
    name = os.fsencode(os.path.abspath(settings.db_path))
    return folder() / f"{sha256(name).hexdigest()[:16]}.sock"


def is_private(path: Path) -> bool:
    """True for a folder (not a link) of this user that nobody else can enter."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077


def is_own(connection: socket.socket) -> bool:
    """True if the process at the other end runs as this user. Without SO_PEERCRED the folder's mode has to do."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    size = struct.calcsize("3i")
    _, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return bool(user == os.getuid())


def send(connection: socket.socket, message: Mapping[str, Any]) -> None:
    data = json.dumps(message).encode("ascii")  # lone surrogates of file names stay escaped
    connection.sendall(_LENGTH.pack(len(data)) + data)


def receive(connection: socket.socket, limit: int) -> dict[str, Any]:
    """One message.

    :raises Refused: longer than ``limit``, or no JSON object.
    :raises EOFError: the other side went away.
    :raises TimeoutError: nothing came within the connection's time-out.
    """
    (length,) = _LENGTH.unpack(_exactly(connection, _LENGTH.size))
    if length > limit:
        raise Refused(f"a message of {length} bytes")
    try:
        message = json.loads(_exactly(connection, length))
    except (ValueError, RecursionError) as e:
        raise Refused("no JSON") from e
    if not isinstance(message, dict):
        raise Refused("no JSON object")
    return message


def _exactly(connection: socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        part = connection.recv(min(count - len(parts), 1 << 16))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


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
