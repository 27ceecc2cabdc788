"""A plain command line, understood without the command-line library, whose import takes longer than a search.

What is not plain (an unknown or impossible option, ``--help``, ``-word``) is left to Typer, which also says what is
wrong with it.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

# Options that all commands have: parameters and their usual values, and the flags that set them.
SHARED = {"json": False, "db": None, "quiet": False, "verbose": False}
SHARED_FLAGS = {
    "--json": "json", "--quiet": "quiet", "-q": "quiet", "--verbose": "verbose", "-v": "verbose",
}  # fmt: skip


def read(
    arguments: Sequence[str],
    words: str,
    flags: Mapping[str, str],
    values: Mapping[str, str],
    understood: Callable[[str, str], str | int | float | None],
) -> dict[str, Any] | None:
    """The options by the names of the command's parameters, as Typer would give them; None if the line is for Typer.

    :param words: the parameter that takes what is no option. :param flags: parameters by their options; so are
        ``values``, whose options are followed by one. :param understood: a value of a parameter, None = impossible.
    """
    found: dict[str, Any] = {words: []}
    rest = iter(arguments)
    for argument in rest:
        if not argument.startswith("-"):
            found[words].append(argument)
        elif argument in flags:
            found[flags[argument]] = True
        else:
            name, equals, given = argument.partition("=")
            if name not in values or (equals and not name.startswith("--")):
                return None
            given = given if equals else next(rest, "-")
            value = None if given.startswith("-") else understood(values[name], given)
            if value is None:
                return None
            found[values[name]] = value
    return found


def index_file(request: Mapping[str, Any]) -> str:
    """The absolute path of the index that a line means; "" where only the whole settings can tell."""
    from gemmasearch import places

    given = request.get("db") or os.environ.get("GSEARCH_DB")
    if not given and os.path.exists(places.config_file(os.environ)):
        return ""
    return os.path.abspath(places.index_file(given or ""))
