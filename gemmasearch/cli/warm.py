"""The helper's side of :mod:`quick`: a whole ``search`` command, run in the process that keeps the index open."""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gemmasearch.cli import asked, finding, quick

if TYPE_CHECKING:
    from gemmasearch.index import Index
    from gemmasearch.settings import Settings

Pieces = list[tuple[int, str]]


class _Stream(io.TextIOBase):
    """Keeps what is written, in the order of both streams."""

    def __init__(self, pieces: Pieces, number: int, terminal: bool) -> None:
        self._pieces = pieces
        self._number = number
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._pieces.append((self._number, text))
        return len(text)


def answer(
    index: Index, command: Mapping[str, Any], serves: Callable[[Settings], bool]
) -> dict[str, Any] | None:
    """Run a client's command on the open index. :return: what it wrote and its exit code; None if the client's
    settings ask for another index or other models, or if the message makes no sense."""
    request, environ, terminals = (command.get(name) for name in ("request", "environ", "terminals"))
    if not isinstance(request, dict) or not isinstance(environ, dict) or not isinstance(terminals, list):
        return None
    line = [quick.SEARCH, *_options(request)]
    if quick.parsed(line) != request or len(terminals) != 2:
        return None
    pieces: Pieces = []

    class Warm(asked.Session):
        @contextmanager
        def index(self, *, create: bool = False, write: bool = False) -> Iterator[Index]:
            yield index

        def looked_up(self, work: Callable[[Any], asked.Found]) -> asked.Found:
            index.settings = self.settings
            return work(index)

    def run(session: asked.Session, **values: Any) -> int:
        if not serves(session.settings):
            raise _Elsewhere
        return finding.search(session, **{k: v for k, v in values.items() if k not in quick.SETTINGS})

    with _surroundings(environ, _Stream(pieces, 1, terminals[0]), _Stream(pieces, 2, terminals[1])):
        try:
            code = asked.guarded(
                lambda: asked.run_command(run, quick.SEARCH, *quick.split(request), kind=Warm), line
            )
        except _Elsewhere:
            return None
    return {"pieces": pieces, "exit": code}


class _Elsewhere(BaseException):
    """The client means another index or other models."""


def _options(request: Mapping[str, Any]) -> list[str]:
    """The line that a request came from, to hold it against the same rules again."""
    flags = {name: flag for flag, name in quick.FLAGS[quick.SEARCH].items()}
    values = {name: flag for flag, name in quick.VALUES[quick.SEARCH].items()}
    line = [str(word) for word in request.get("query") or ()]
    for name, value in request.items():
        if name in flags and value is True:
            line.append(flags[name])
        elif name in values:
            line += [values[name], str(value)]
    return line


@contextmanager
def _surroundings(environ: Mapping[str, Any], out: _Stream, err: _Stream) -> Iterator[None]:
    """The client's environment, as far as it was passed, and its streams. One command at a time runs here."""
    before, streams = dict(os.environ), (sys.stdout, sys.stderr)
    try:
        for name in [name for name in before if quick.passed(name)]:
            del os.environ[name]
        os.environ.update({str(k): str(v) for k, v in environ.items() if quick.passed(str(k))})
        time.tzset()
        sys.stdout, sys.stderr = out, err
        yield
    finally:
        sys.stdout, sys.stderr = streams
        os.environ.clear()
        os.environ.update(before)
        time.tzset()
