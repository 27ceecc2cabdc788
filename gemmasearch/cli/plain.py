"""``gsearch index`` without the command-line library, whose import takes longer than a run that finds nothing new.

A plain line is understood here; anything else (``--help``, options that may come twice, an impossible value) is left
to Typer. Before the run a glance is taken, with next to nothing imported: where it sees that there is nothing to do,
that is all.
"""

from __future__ import annotations

import os
import sys

from gemmasearch.cli import line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

INDEX = "index"
FLAGS = {**line.SHARED_FLAGS, "--prune": "prune", "--foreground": "foreground", "--strict": "strict"}
VALUES = {
    "--db": "db", "--embedder": "embedder", "--dim": "dim", "--gpu": "gpu", "--ocr": "ocr", "--archives": "archives",
    "--max-time": "max_time", "--scheduled": "scheduled",
}  # fmt: skip
_WHOLE = ("strict", "max_time", "verbose")  # with these the run itself must say what came of it
_MOST_DIGITS = 9


def run(arguments: Sequence[str]) -> int | None:
    """The exit code of a plain ``index``; None if the line is for Typer."""
    request = parsed(arguments)
    if request is None or "_GSEARCH_COMPLETE" in os.environ:
        return None
    try:
        found = _glance(request)
    except KeyboardInterrupt:
        return _interrupted(arguments)
    if found is not None and not request.get("json"):
        return 0 if request.get("quiet") else _said(found, arguments)
    from gemmasearch.cli.asked import guarded, run_command

    shared = {name: request.get(name, usual) for name, usual in line.SHARED.items()}
    values = {name: value for name, value in request.items() if name not in line.SHARED}
    if found is None:
        return guarded(lambda: run_command(_index, INDEX, shared, None, values), arguments)
    return guarded(
        lambda: run_command(lambda session, **_: _shown(session, found), INDEX, shared, None, {}), arguments
    )


def parsed(arguments: Sequence[str]) -> dict[str, Any] | None:
    """The options of a plain line by the names of the command's parameters; an empty path is for Typer."""
    found = line.read(arguments[1:], "paths", FLAGS, VALUES, _value)
    return found if found and all(found["paths"]) else None


def _value(name: str, given: str) -> str | int | float | None:
    if name not in ("dim", "scheduled"):
        return given or None
    if not given.isascii() or not given.isdigit() or len(given) > _MOST_DIGITS:
        return None
    return int(given) if name == "dim" else float(given)


def _index(session: Any, **values: Any) -> int:
    """Settings among the options reach the command through its session."""
    from gemmasearch.cli import updating
    from gemmasearch.indexing.glance import FLAGS as settings

    own = {name: value for name, value in values.items() if name not in settings}
    return updating.index(session, updating.Line(**own))


def _glance(request: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a run would report, if a glance is enough to tell."""
    index = line.index_file(request)
    if not index or any(request.get(name) for name in _WHOLE):
        return None
    if request.get("scheduled") and os.environ.get("GSEARCH_CONFIG") and _is_in_vain():
        return None
    from gemmasearch.indexing import glance

    wanted = [os.path.abspath(os.path.expanduser(path)) for path in request["paths"]]
    return glance.glance(index, wanted, request, request.get("scheduled", 0.0))


def _is_in_vain() -> bool:
    """Whether the config file that is named is not there, which the run itself must say."""
    from gemmasearch import places

    return not os.path.lexists(places.config_file(os.environ))


def _said(found: Mapping[str, Any], arguments: Sequence[str]) -> int:
    try:
        _say(found)
    except OSError as e:
        from gemmasearch.cli.asked import ended

        return ended(e, arguments)
    return 0


def _say(found: Mapping[str, Any]) -> None:
    """Nothing that is new: one line, without what other lines are made with."""
    from types import SimpleNamespace

    from gemmasearch.cli import counts, streams

    none = dict.fromkeys(
        ("new", "changed", "moved", "gone", "chunks", "embedded", "pending", "interrupted"), 0
    )
    line = counts.sync_summary(SimpleNamespace(**{**none, **found}))
    with streams.named():
        sys.stdout.write(line + "\n")


def _shown(session: Any, found: Mapping[str, Any]) -> int:
    from gemmasearch.documents import Problem, SyncReport

    report = SyncReport(
        unchanged=found["unchanged"],
        skipped=found["skipped"],
        problems=tuple(Problem(*each) for each in found["problems"]),
        seconds=found["seconds"],
    )

    return int(session.out.result(report, lambda: None))


def _interrupted(arguments: Sequence[str]) -> int:
    from gemmasearch.cli import render
    from gemmasearch.errors import Interrupted

    return render.failure(Interrupted("interrupted"), arguments, INDEX)
