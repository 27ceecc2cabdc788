"""Where the warm helper is, who may talk to it, and how messages travel: a length, then JSON; bounded, versioned.

Imports next to nothing: every search that a helper might answer starts here.
"""

from __future__ import annotations

import json
import os
import socket
import stat
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

VERSION = 2
MAX_REQUEST = 1 << 20  # bytes
MAX_ANSWER = 1 << 26
CONNECT_SECONDS = 0.25
_LENGTH = struct.Struct(">I")


class Refused(Exception):
    """The other side is somebody else, speaks another version, or says something that is not understood."""


def folder() -> str:
    """The private folder of the sockets; not made here.

    ``$XDG_RUNTIME_DIR/gsearch``, or a folder of this user in the one for temporary files.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and os.path.isabs(runtime):
        return os.path.join(runtime, "gsearch")
    return os.path.join(os.environ.get("TMPDIR") or "/tmp", f"gsearch-{os.getuid()}")


def address(index: str) -> str:
    """The socket for an index: named by the digest of its path, which may be longer than a socket's may be."""
    from hashlib import sha256

    name = os.fsencode(os.path.abspath(index))
    return os.path.join(folder(), f"{sha256(name).hexdigest()[:16]}.sock")


def is_private(path: str) -> bool:
    """True for a folder (not a link) of this user that nobody else can enter."""
    try:
        found = os.lstat(path)
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


def knock(index: str) -> socket.socket | None:
    """A connection to the helper of an index; None if there is none that may be trusted."""
    path = address(index)
    if not os.path.exists(path) or not is_private(os.path.dirname(path)):
        return None
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(CONNECT_SECONDS)
        connection.connect(path)
        if is_own(connection):
            return connection
    except OSError:
        pass  # left by a helper that was killed, or too busy
    connection.close()
    return None


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
