"""``gsearch search`` and ``ask`` without the command-line library, whose import takes longer than a search.

A plain line is understood here; anything else (an unknown or impossible option, ``--help``, ``-word``) is left to
Typer, which also says what is wrong with it. Before a search a warm helper is asked, with next to nothing imported;
it returns what the command would have written.
"""

from __future__ import annotations

import os
import sys

from gemmasearch.cli import line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

SEARCH, ASK = "search", "ask"
SHAPE = {"paths": False, "null": False, "jsonl": False, "csv": False, "format": None}
# Parameters by the options that are understood here, and the one that takes the words of the line.
FLAGS = {
    SEARCH: {
        **line.SHARED_FLAGS, "--paths": "paths", "--null": "null", "-0": "null", "--jsonl": "jsonl", "--csv": "csv",
        "--all": "everything", "--explain": "explain",
    },
    ASK: {**line.SHARED_FLAGS, "--extract": "extract"},
}  # fmt: skip
VALUES = {
    SEARCH: {
        "--db": "db", "-n": "number", "--number": "number", "--mode": "mode", "--format": "format",
        "--min-score": "min_score", "--sort": "sort", "--embedder": "embedder", "--after": "after",
        "--serve-for": "serve_for",
    },
    ASK: {"--db": "db", "--embedder": "embedder", "--generator": "generator"},
}  # fmt: skip
_WORDS = {SEARCH: "query", ASK: "question"}
_OTHERS = ("--help", "--group", "--new", "--explain-query")
_NUMBERS = {"number": (1, 1 << 31), "min_score": (0, 100)}
_CHOICES = {"sort": ("relevance", "date", "path"), "mode": ("hybrid", "words", "meaning")}
SETTINGS = ("mode", "embedder", "generator", "serve_for")
# What a helper must know of the client's surroundings to write what the command would write here.
_PASSED = ("GSEARCH_", "XDG_", "LC_")
_PASSED_NAMES = (
    "HOME",
    "LANG",
    "TZ",
    "TERM",
    "COLORTERM",
    "NO_COLOR",
    "FORCE_COLOR",
    "COLUMNS",
    "LINES",
    "TMPDIR",
)
ANSWER_SECONDS = 120.0


def run(arguments: Sequence[str]) -> int | None:
    """The exit code of a plain ``search`` or ``ask``; None if the line is for Typer."""
    request = parsed(arguments)
    if request is None or "_GSEARCH_COMPLETE" in os.environ:
        return None
    return _search(request, arguments) if arguments[0] == SEARCH else _ask(request, arguments)


def _search(request: dict[str, Any], arguments: Sequence[str]) -> int:
    try:
        code = _asked_helper(request)
    except Exception as e:  # noqa: BLE001  (a bug is said as one, not as a traceback)
        from gemmasearch.cli.asked import ended

        return ended(e, arguments)
    if code is not None:
        return code
    from gemmasearch.cli import finding
    from gemmasearch.cli.asked import guarded, run_command

    return guarded(lambda: run_command(_without_settings(finding.search), SEARCH, *split(request)), arguments)


def _ask(request: dict[str, Any], arguments: Sequence[str]) -> int:
    from gemmasearch.cli import answering
    from gemmasearch.cli.asked import guarded, run_command

    shared, _, values = split(request)
    return guarded(
        lambda: run_command(_without_settings(answering.ask), ASK, shared, None, values), arguments
    )


def parsed(arguments: Sequence[str]) -> dict[str, Any] | None:
    """The options of a plain line by the names of the command's parameters, as Typer would give them."""
    if not arguments or arguments[0] not in _WORDS:
        return None
    command = arguments[0]
    words = _WORDS[command]
    found = line.read(arguments[1:], words, FLAGS[command], VALUES[command], _value)
    if not found or not found[words]:
        return None
    found[words] = [_here(word) if "in:" in word else word for word in found[words]]
    return found


def excludes(argument: str) -> bool:
    """Whether an argument is a word to exclude (``-garage``, ``-from:tom``) and no option (``-n5``, ``-json``)."""
    if len(argument) < 3 or argument[0] != "-" or not argument[1].isalpha():
        return False
    if f"-{argument}" in (*FLAGS[SEARCH], *VALUES[SEARCH], *_OTHERS):
        return False  # one dash forgotten
    return bool(argument[1:].strip("qvh0").strip("n").strip("0123456789"))


def exclusions_last(arguments: Sequence[str]) -> list[str]:
    """The arguments of ``search`` with the words to exclude behind ``--``, where Typer takes them for words."""
    if "--" in arguments:
        return list(arguments)
    kept: list[str] = []
    excluded: list[str] = []
    before = ""
    for argument in arguments:
        (
            excluded if excludes(argument) and before not in VALUES[SEARCH] and before != "--group" else kept
        ).append(argument)
        before = argument
    return [*kept, "--", *excluded] if excluded else kept


def _here(argument: str) -> str:
    from gemmasearch.cli.finding import here

    return here(argument)


def _value(name: str, given: str) -> str | int | None:
    if name in _NUMBERS:
        low, high = _NUMBERS[name]
        return int(given) if given.isascii() and given.isdigit() and low <= int(given) <= high else None
    if (name in _CHOICES and given not in _CHOICES[name]) or (name == "db" and not given):
        return None
    return given


def split(request: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The options that all commands have, those of how hits are written, and the command's own."""
    shared = {name: request.get(name, usual) for name, usual in line.SHARED.items()}
    shape = {name: request.get(name, usual) for name, usual in SHAPE.items()}
    return shared, shape, {k: v for k, v in request.items() if k not in line.SHARED and k not in SHAPE}


def _without_settings(function: Any) -> Any:
    """Settings among a command's options reach it through its session."""
    return lambda session, **values: function(
        session, **{name: value for name, value in values.items() if name not in SETTINGS}
    )


# -- a warm helper ----------------------------------------------------------------------------------------------


def _asked_helper(request: dict[str, Any]) -> int | None:
    """What a helper answers, written; None where none is there, or it may not answer this."""
    from gemmasearch.serving import door

    index = _index(request)
    connection = door.knock(index) if index else None
    if connection is None:
        return None
    try:
        door.send(connection, _command(request, index))
        connection.settimeout(ANSWER_SECONDS)
        answer = door.receive(connection, door.MAX_ANSWER)
    except (OSError, EOFError, door.Refused):
        return None
    finally:
        connection.close()
    written = door.read_answer(answer)
    return _written(*written) if written else None


def _index(request: Mapping[str, Any]) -> str:
    """The index file that the line means; "" where only the whole settings can tell."""
    return line.index_file(request) or _configured_index()


def _configured_index() -> str:
    from gemmasearch import settings
    from gemmasearch.errors import GsearchError

    try:
        return os.path.abspath(settings.load().db_path)
    except GsearchError:
        return ""


def _command(request: Mapping[str, Any], index: str) -> bytes:
    from gemmasearch import __version__
    from gemmasearch.serving import door

    environ = {name: value for name, value in os.environ.items() if passed(name)}
    if given := environ.get("GSEARCH_CONFIG"):  # the helper is in another folder
        environ["GSEARCH_CONFIG"] = os.path.abspath(os.path.expanduser(given))
    out, err = (stream is not None and stream.isatty() for stream in (sys.stdout, sys.stderr))
    if out and "COLUMNS" not in environ:
        environ["COLUMNS"] = str(_columns())
    return door.command(__version__, line_of({**request, "db": index}), environ, (out, err))


def line_of(request: Mapping[str, Any]) -> list[str]:
    """A plain line of ``search`` that :func:`parsed` understands as this request."""
    flags = {name: flag for flag, name in FLAGS[SEARCH].items()}
    values = {name: flag for flag, name in VALUES[SEARCH].items()}
    words = [SEARCH, *request["query"]]
    for name, value in request.items():
        if name in flags:
            words.append(flags[name])
        elif name in values:
            words += [values[name], str(value)]
    return words


def passed(name: str) -> bool:
    """Whether an environment variable goes to the helper."""
    return name.startswith(_PASSED) or name in _PASSED_NAMES


def _columns() -> int:
    try:
        return os.get_terminal_size(1).columns or 80
    except OSError:
        return 80


def _written(code: int, pieces: Sequence[tuple[int, str]]) -> int:
    from gemmasearch.cli import streams

    with streams.named():
        for number, text in pieces:
            (sys.stdout if number == 1 else sys.stderr).write(text)
        sys.stdout.flush()
    return code
