"""Which of llama.cpp's special buffers the weights of a model may be copied to.

llama.cpp built for AMX offers a buffer for tiles first, then one for weights that are repacked for vector
instructions; ``use_extra_bufts`` allows both or none. Both are entries of one list, which is read at the start of a
load: with the entry for tiles taken out, weights are repacked as on a processor without AMX.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from threading import Lock
from types import ModuleType
from typing import Any

_CPU = 0  # GGML_BACKEND_DEVICE_TYPE_CPU
_MOST = 16  # buffer types that may be listed
_lock = Lock()  # the list belongs to the whole process


def has_tiles(api: ModuleType) -> bool:
    """Whether llama.cpp was built to multiply with AMX tiles.

    Compilers drop its set-up of them (gcc 12 does), and their first use then ends the process with SIGILL: llama.cpp
    pull request 26954. :mod:`gemmasearch.models.tiles` finds out.
    """
    return b"AMX_INT8 = 1" in api.llama_print_system_info()


@contextmanager
def offered(api: ModuleType, *, tiles: bool) -> Iterator[bool]:
    """While a model is loaded, have the buffer for tiles on the list or not.

    :return: what the load should have as ``use_extra_bufts``: False where no tiles are wanted and llama.cpp's list is
        not as this module knows it.
    """
    if not has_tiles(api):
        yield True
        return
    with _lock, _without_tiles(api) if not tiles else nullcontext(True) as usable:
        yield usable


@contextmanager
def _without_tiles(api: ModuleType) -> Iterator[bool]:
    """:return: whether they are off the list."""
    types = _types(api)
    if types is None:
        yield False
        return
    entries, names = types
    every = [entries[at] for at in range(len(names))]
    kept = [entry for entry, name in zip(every, names, strict=True) if not name.startswith(b"AMX")]
    try:
        _write(entries, [*kept, *[None] * (len(every) - len(kept))])
        again = _types(api)
        yield again is not None and len(again[1]) == len(kept)
    finally:
        _write(entries, every)


def _write(entries: Any, wanted: Sequence[int | None]) -> None:
    for at, entry in enumerate(wanted):
        entries[at] = entry


def _types(api: ModuleType) -> tuple[Any, list[bytes]] | None:
    """llama.cpp's list of special buffer types, closed by a null pointer, and their names; None if there is none."""
    from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_void_p

    def function(name: str, result: Any, *arguments: Any) -> Any:
        found = api._lib[name]  # another object than that of the attribute, whose types others may set
        found.restype, found.argtypes = result, arguments
        return found

    try:
        device = function("ggml_backend_dev_by_type", c_void_p, c_int)(_CPU)
        registry = function("ggml_backend_dev_backend_reg", c_void_p, c_void_p)(device) if device else None
        address = function("ggml_backend_reg_get_proc_address", c_void_p, c_void_p, c_char_p)
        lister = address(registry, b"ggml_backend_dev_get_extra_bufts") if registry else None
        name = function("ggml_backend_buft_name", c_char_p, c_void_p)
    except (AttributeError, OSError):  # another llama.cpp than this one was written for
        return None
    entries = CFUNCTYPE(POINTER(c_void_p), c_void_p)(lister)(device) if lister else None
    if not entries:
        return None
    names: list[bytes] = []
    for at in range(_MOST):
        if not entries[at]:
            return entries, names
        names.append(name(entries[at]) or b"")
    return None
