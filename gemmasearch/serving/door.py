"""Where the warm helper is, who may talk to it, and how messages travel: a length, then bytes; bounded, versioned.

Imports next to nothing, for every search that a helper might answer starts here: json, socket and hashlib take as
long to import as the helper takes to search. So a whole command travels as text between zero bytes, like a process's
own arguments and environment; :mod:`wire` has the messages in JSON.
"""

from __future__ import annotations

import _socket
import os
import stat
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

VERSION = 3
MAX_REQUEST = 1 << 20  # bytes
MAX_ANSWER = 1 << 26
CONNECT_SECONDS = 0.25
_LENGTH = 4  # bytes, the most significant first
_COMMAND = "command"


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
    """The socket for an index: named by a digest of its path (FNV-1a), which may be longer than a socket's may be.

    Two paths with one digest could not be served at once, nothing worse: a helper knows its index by the whole path.
    """
    digest = 0xCBF29CE484222325
    for byte in os.fsencode(os.path.abspath(index)):
        digest = (digest ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return os.path.join(folder(), f"{digest:016x}.sock")


def is_private(path: str) -> bool:
    """True for a folder (not a link) of this user that nobody else can enter."""
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077


def is_own(connection: _socket.socket) -> bool:
    """True if the process at the other end runs as this user. Without SO_PEERCRED the folder's mode has to do."""
    if not hasattr(_socket, "SO_PEERCRED"):
        return True
    return _peer(connection)[1] == os.getuid()


def _peer(connection: _socket.socket) -> tuple[int, int]:
    """Process and user at the other end; only where there is SO_PEERCRED."""
    peer = connection.getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, 12)  # process, user, group
    return int.from_bytes(peer[:4], sys.byteorder), int.from_bytes(peer[4:8], sys.byteorder)


def is_stopped(connection: _socket.socket) -> bool:
    """True if the process at the other end was halted, as by Ctrl-Z: the kernel takes calls for it, and it answers
    none. Where that cannot be told, it is taken to run."""
    if not hasattr(_socket, "SO_PEERCRED"):
        return False
    try:
        with open(f"/proc/{_peer(connection)[0]}/stat", "rb") as stream:
            state = stream.read().rpartition(b") ")[2][:1]  # behind a name that may hold anything
    except OSError:
        return False
    return state in (b"T", b"t")


def knock(index: str) -> _socket.socket | None:
    """A connection to the helper of an index, for the caller to close; None if there is none that may be trusted."""
    path = address(index)
    if not os.path.exists(path) or not is_private(os.path.dirname(path)):
        return None
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        connection.settimeout(CONNECT_SECONDS)
        connection.connect(path)
        if is_own(connection) and not is_stopped(connection):
            return connection
    except OSError:
        pass  # left by a helper that was killed, or too busy
    connection.close()
    return None


def send(connection: _socket.socket, message: bytes) -> None:
    connection.sendall(len(message).to_bytes(_LENGTH, "big") + message)


def receive(connection: _socket.socket, limit: int) -> bytes:
    """One message.

    :raises Refused: longer than ``limit``.
    :raises EOFError: the other side went away.
    :raises TimeoutError: nothing came within the connection's time-out.
    """
    length = int.from_bytes(_exactly(connection, _LENGTH), "big")
    if length > limit:
        raise Refused(f"a message of {length} bytes")
    return _exactly(connection, length)


def _exactly(connection: _socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        part = connection.recv(min(count - len(parts), 1 << 16))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


# -- a whole command ----------------------------------------------------------------------------------------------


def command(
    program: str, arguments: Sequence[str], environ: Mapping[str, str], terminals: tuple[bool, bool]
) -> bytes:
    """What a client asks: a command line, the environment that goes with it, and which of stdout and stderr are
    terminals. ``program`` is the version of this package.

    :raises Refused: a zero byte in it, which no command line can have.
    """
    shown = "".join("1" if terminal else "0" for terminal in terminals)
    values = [f"{name}={value}" for name, value in environ.items()]
    fields = [_COMMAND, str(VERSION), program, shown, str(len(arguments)), *arguments, *values]
    text = "\0".join(fields)
    if text.count("\0") >= len(fields):
        raise Refused("a zero byte in a command")
    return text.encode("utf-8", "surrogatepass")


def read_command(message: bytes, program: str) -> tuple[list[str], dict[str, str], tuple[bool, bool]] | None:
    """Arguments, environment and terminals of :func:`command`; None where the message is of another kind.

    :raises Refused: it comes from another program, or makes no sense.
    """
    if not message.startswith(f"{_COMMAND}\0".encode()):
        return None
    try:
        _, version, theirs, shown, count, *rest = message.decode("utf-8", "surrogatepass").split("\0")
        number = int(count)
    except ValueError as e:
        raise Refused("an unknown command") from e
    if (version, theirs) != (str(VERSION), program) or len(shown) != 2 or not 0 <= number <= len(rest):
        raise Refused("a command of another version")
    values = (value.partition("=") for value in rest[number:])
    return rest[:number], {name: value for name, _, value in values}, (shown[0] == "1", shown[1] == "1")


def answer(code: int, pieces: Iterable[tuple[int, str]]) -> bytes:
    """What a helper answers: the exit code, and what goes to stdout (1) and stderr (2), in order."""
    texts = [(number, text.encode("utf-8", "surrogatepass")) for number, text in pieces]
    head = " ".join(["ok", str(code), *(f"{number} {len(text)}" for number, text in texts)])
    return b"\n".join([head.encode(), b"".join(text for _, text in texts)])


def read_answer(message: bytes) -> tuple[int, list[tuple[int, str]]] | None:
    """Exit code and pieces of :func:`answer`; None for any other message."""
    head, _, texts = message.partition(b"\n")
    kind, *fields = head.split(b" ")
    try:
        code, *numbers = (int(field) for field in fields)
        pieces, start = [], 0
        for number, length in zip(numbers[::2], numbers[1::2], strict=True):
            pieces.append((number, texts[start : start + length].decode("utf-8", "surrogatepass")))
            start += length
    except ValueError:
        return None
    return (code, pieces) if kind == b"ok" else None
