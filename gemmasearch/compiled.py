"""Regular expressions as Python compiled them, kept in the user's cache folder from run to run.

A question is looked at with some two hundred patterns. To compile them took a fifth of the time of a command that
answers one; what comes of it is a row of numbers, the same each time. Only the program's own patterns are kept, of
modules that make them with :func:`gemmasearch.light.pattern`: never what somebody searches for.

The numbers are those of one version of Python, which checks them before it takes them; anything else about the file
that is not as it was written makes the patterns anew.
"""

from __future__ import annotations

import _sre  # type: ignore[import-not-found]
import marshal
import os
import re
import sys
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from gemmasearch import places
from gemmasearch.light import blake2b, compile_with

Key = tuple[str, int]  # text and flags
Numbers = tuple[
    int, bytes, int, dict[str, int], tuple[str | None, ...]
]  # what _sre.compile wants, the code packed

MOST = 4000  # kept, some 2 MB: those of programs that were replaced go with more
_SUM = 16  # bytes before the rest that tell whether it is whole
_UNIT = {4: "I", 2: "H"}.get(_sre.CODESIZE, "")
_known: dict[Key, Numbers] | None = None  # None = not read yet
_used: set[Key] = set()
_new: dict[Key, Numbers] = {}


@contextmanager
def kept() -> Iterator[None]:
    """Within it patterns are taken from the cache; at its end the new ones are written there for the next command."""
    global _known
    if _known is None and _UNIT:
        _known = _read(_place())
        compile_with(of)
    try:
        yield
    finally:
        with suppress(OSError):  # without it the next command compiles them, too
            _keep()


def of(text: str, flags: int = 0) -> re.Pattern[str]:
    """What ``re.compile(text, flags)`` makes."""
    key = (text, int(flags))
    _used.add(key)
    if _known and (numbers := _known.get(key)):
        with suppress(Exception):  # of another kind in each version of Python
            return _made(text, numbers)
    with suppress(Exception):  # the compiler is no public part of Python
        numbers = _compiled(text, flags)
        made = _made(text, numbers)
        _new[key] = numbers
        return made
    return re.compile(text, flags)


def _keep() -> None:
    if not _new:
        return
    place = _place()
    known = {**_read(place), **_new}
    if len(known) > MOST:
        known = {key: numbers for key, numbers in known.items() if key in _used}
    _new.clear()
    _write(place, known)


def _compiled(text: str, flags: int) -> Numbers:
    """As re._compiler.compile does it, up to its last step."""
    compiler: Any = sys.modules["re._compiler"]
    parsed = sys.modules["re._parser"].parse(text, flags)
    code = array(_UNIT, compiler._code(parsed, flags)).tobytes()
    names: dict[str, int] = dict(parsed.state.groupdict)
    by_number: list[str | None] = [None] * parsed.state.groups
    for name, number in names.items():
        by_number[number] = name
    return int(flags | parsed.state.flags), code, parsed.state.groups - 1, names, tuple(by_number)


def _made(text: str, numbers: Numbers) -> re.Pattern[str]:
    flags, code, groups, names, by_number = numbers
    made: re.Pattern[str] = _sre.compile(text, flags, array(_UNIT, code).tolist(), groups, names, by_number)
    return made


def _place() -> str:
    """One file for each version of Python; "" where there is no cache folder."""
    folder = places.cache_dir()
    return f"{folder}/patterns-{sys.hexversion:x}-{_sre.MAGIC:x}" if folder else ""


def _read(place: str) -> dict[Key, Numbers]:
    """What is kept; nothing if it is not whole, or not the user's own."""
    try:
        fd = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with open(fd, "rb") as file:
            found = os.fstat(fd)
            if found.st_uid != os.geteuid() or found.st_mode & 0o022:
                return {}
            raw = file.read()
        if blake2b(raw[_SUM:], digest_size=_SUM).digest() != raw[:_SUM]:
            return {}
        kept = marshal.loads(raw[_SUM:])
    except (OSError, ValueError, EOFError, TypeError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _write(place: str, kept: dict[Key, Numbers]) -> None:
    """Beside its place, then renamed: a kill, or two runs at once, leave one whole file."""
    raw = marshal.dumps(kept)
    os.makedirs(os.path.dirname(place), mode=0o700, exist_ok=True)
    beside = f"{place}.{os.getpid()}"
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with open(fd, "wb") as file:
            file.write(blake2b(raw, digest_size=_SUM).digest() + raw)
        os.replace(beside, place)
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)
        raise
