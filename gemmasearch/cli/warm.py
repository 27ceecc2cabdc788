"""The helper's side of :mod:`quick`: a whole ``search`` command, run in the process that keeps the index open."""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from gemmasearch.cli import asked, finding, quick

if TYPE_CHECKING:
    from gemmasearch.index import Index
    from gemmasearch.serving.server import Surroundings
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
    index: Index, surroundings: Surroundings, serves: Callable[[Settings], bool]
) -> tuple[int, Pieces] | None:
    """Run a client's command on the open index. :return: its exit code and what it wrote; None if the client's
    settings ask for another index or other models, or if its line is none that is understood here."""
    line, environ, terminals = surroundings
    request = quick.parsed(line)
    if request is None or line[0] != quick.SEARCH:
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
    return code, _joined(pieces)


class _Elsewhere(BaseException):
    """The client means another index or other models."""


def _joined(pieces: Pieces) -> Pieces:
    """Neighbours on one stream as one piece."""
    return [
        (number, "".join(text for _, text in texts)) for number, texts in groupby(pieces, key=itemgetter(0))
    ]


@contextmanager
def _surroundings(environ: Mapping[str, str], out: _Stream, err: _Stream) -> Iterator[None]:
    """The client's environment, as far as it was passed, and its streams. One command at a time runs here."""
    before, streams = dict(os.environ), (sys.stdout, sys.stderr)
    try:
        for name in [name for name in before if quick.passed(name)]:
            del os.environ[name]
        os.environ.update({name: value for name, value in environ.items() if quick.passed(name)})
        time.tzset()
        sys.stdout, sys.stderr = out, err
        yield
    finally:
        sys.stdout, sys.stderr = streams
        os.environ.clear()
        os.environ.update(before)
        time.tzset()
