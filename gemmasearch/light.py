"""What costs next to nothing until it is used: dataclasses, regular expressions with many ranges, BLAKE2.

A search lives for a fifth of a second and defines some sixty dataclasses; of most it makes no object. The standard
decorator compiles six methods for each, which took a seventh of that time. Here they share their methods, and
``__init__`` is compiled when the first object is made. What is left is a dataclass: ``fields``, ``replace``,
``asdict`` and ``match`` take it for one.
"""

from __future__ import annotations

import dataclasses
import functools
import re

try:
    from _blake2 import blake2b  # hashlib loads OpenSSL, which takes 3 ms
except ImportError:  # an interpreter built with OpenSSL's own
    from hashlib import blake2b

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass
    from typing import Any

__all__ = ["blake2b", "dataclass", "pattern"]

_MISSING = dataclasses.MISSING
_compile: Callable[[str, int], re.Pattern[str]] = re.compile


def _dataclass(
    cls: type | None = None, /, *, frozen: bool = False, slots: bool = False
) -> type | Callable[[type], type]:
    """As :func:`dataclasses.dataclass`, without ``kw_only``, ``order``, ``InitVar`` and fields that are not given."""

    def made(cls: type) -> type:
        cls.__doc__ = cls.__doc__ or cls.__name__  # the standard one would look for a signature
        new: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
        own = new.__dict__
        _set(new, own, "__init__", _first_init(new, frozen))
        _set(new, own, "__repr__", _repr)
        if "__eq__" not in own:
            new.__eq__ = _eq
            if own.get("__hash__") is None:
                new.__hash__ = _hash if frozen else None
        if frozen:
            new.__setattr__, new.__delattr__ = _refuse, _refuse
            if slots:
                _set(new, own, "__getstate__", _state)
                _set(new, own, "__setstate__", _restore)
        return new  # type: ignore[no-any-return]

    return made if cls is None else made(cls)


if not TYPE_CHECKING:
    dataclass = _dataclass


def _set(cls: type, own: Any, name: str, method: Any) -> None:
    if name not in own:
        setattr(cls, name, method)


def _first_init(cls: Any, frozen: bool) -> Callable[..., None]:
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        cls.__init__ = made = _compiled_init(cls, frozen)
        made(self, *args, **kwargs)

    return __init__


def _compiled_init(cls: Any, frozen: bool) -> Any:
    known: dict[str, Any] = {"_set": object.__setattr__, "_MISSING": _MISSING}
    parameters, lines = ["self"], []
    for f in dataclasses.fields(cls):
        parameter, value = f.name, f.name
        if f.default is not _MISSING:
            known[f"_{f.name}"] = f.default
            parameter = f"{f.name}=_{f.name}"
        elif f.default_factory is not _MISSING:
            known[f"_{f.name}"] = f.default_factory
            parameter = f"{f.name}=_MISSING"
            value = f"_{f.name}() if {f.name} is _MISSING else {f.name}"
        parameters.append(parameter)
        lines.append(f"_set(self, {f.name!r}, {value})" if frozen else f"self.{f.name} = {value}")
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    text = f"def __init__({', '.join(parameters)}):\n " + "\n ".join(lines or ["pass"])
    exec(text, known)  # of names in the classes of this package
    known["__init__"].__qualname__ = f"{cls.__qualname__}.__init__"
    return known["__init__"]


@functools.cache
def _compared(cls: type) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(cls) if f.compare)


def _values(self: Any) -> tuple[Any, ...]:
    return tuple([getattr(self, name) for name in _compared(self.__class__)])


def _eq(self: Any, other: object) -> bool:
    return _values(self) == _values(other) if other.__class__ is self.__class__ else NotImplemented


def _hash(self: Any) -> int:
    return hash(_values(self))


def _repr(self: Any) -> str:
    shown = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in dataclasses.fields(self) if f.repr)
    return f"{self.__class__.__qualname__}({shown})"


def _refuse(self: Any, name: str, value: object = None) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot change field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, f.name) for f in dataclasses.fields(self)]


def _restore(self: Any, state: list[Any]) -> None:
    for f, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, f.name, value)


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """What stands for ``re.compile(text, flags)``, and does it when it is first used."""
    late: Any = _Late(text, flags)
    return late  # type: ignore[no-any-return]


def compile_with(compile: Callable[[str, int], re.Pattern[str]]) -> None:
    """Have patterns compiled by another function than ``re.compile`` from now on."""
    global _compile
    _compile = compile


class _Late:
    def __init__(self, text: str, flags: int) -> None:
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        """Of the pattern, and from then on an attribute of this object."""
        found = getattr(_compile(self._text, self._flags), name)
        setattr(self, name, found)
        return found
