"""The only writer of stdout and stderr. stdout is for results, stderr for everything else.

On a terminal: colours, marks, links and progress bars, with every control and bidi character of file-borne text
made harmless, and nothing of it ever read as markup. In a pipe: plain stable lines. With ``--json``: exactly one
envelope ``{"gsearch": 1, "command": …, "ok": …, "exit": …, "data" | "error": …}``.
"""

from __future__ import annotations

import json as jsonlib
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gemmasearch.cli import streams
from gemmasearch.cli.records import as_json
from gemmasearch.errors import GsearchError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from gemmasearch.documents import SyncEvent

GROUPS = {  # of commands, and what they are for
    "label": "Sort documents under labels of your own. `label:NAME` is a filter of every search.",
    "models": "The models: which are here, how to get the others.",
    "schedule": "Run `gsearch index` on time.",
}
ENVELOPE_VERSION = 1
_PLAIN_PROGRESS_SECONDS = 10.0

_STEPS = {
    "crawl": "looking",
    "read": "reading",
    "embed": "embedding",
    "download": "downloading",
    "ask": "asking",
}

# C0 without newline and tab, DEL, C1, bidi controls, zero-width and other invisible formatting, lone surrogates
_DANGEROUS = {
    **{c: "\N{REPLACEMENT CHARACTER}" for c in (*range(0x20), *range(0x7F, 0xA0)) if c not in (0x09, 0x0A)},
    0x0D: " ",
    0x0B: " ",
    0x0C: " ",
    **dict.fromkeys((173, 1564, *range(8203, 8208), *range(8234, 8239)), ""),
    **dict.fromkeys((*range(8288, 8304), 65279, *range(65529, 65532), *range(917504, 917632)), ""),
    **dict.fromkeys(range(55296, 57344), "�"),
    0x2028: " ",
    0x2029: " ",
}
_ONE_LINE = {
    0x09: " ",
    0x0A: " ",
    0x0D: " ",
    0x0B: " ",
    0x0C: " ",
    0x1C: " ",
    0x1D: " ",
    0x1E: " ",
    0x85: " ",
    0x2028: " ",
    0x2029: " ",
}


def harmless(text: str) -> str:
    """File-borne text made safe for a terminal; newlines and tabs stay."""
    return text.translate(_DANGEROUS)


def one_line(text: str) -> str:
    """Text on one line, for a field of a piped line: line breaks and tabs become spaces, bytes stay."""
    return text.translate(_ONE_LINE)


def path_field(path: str) -> str:
    """A path for a piped line: as it is, but for backslash escapes of what would break the line."""
    return path.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def failure(error: GsearchError, arguments: Sequence[str] = (), command: str = "") -> int:
    """Show an error (as an envelope when ``--json`` was asked for) and return its exit code."""
    if "--json" in arguments:
        name = command or _command_in(arguments)
        try:
            _write_envelope(name, error.exit_code, "error", _error_record(error))
            return error.exit_code
        except OSError:
            streams.abandon_stdout()  # the error may be that stdout cannot be written: then stderr says it
    hint = f"\n  {error.hint}" if error.hint else ""
    _to_stderr(f"gsearch: {error.message}{hint}")
    return error.exit_code


def _command_in(arguments: Sequence[str]) -> str:
    """The command of a line, as the envelope of its success has it: of one in a group both words."""
    words = [each for each in arguments if not each.startswith("-")]
    return " ".join(words[: 2 if words[:1] and words[0] in GROUPS else 1])


def _error_record(error: GsearchError) -> dict[str, Any]:
    return {"code": error.code, "message": error.message, "hint": error.hint}


def _write_envelope(command: str, code: int, key: str, value: Any) -> None:
    envelope = {"gsearch": ENVELOPE_VERSION, "command": command, "ok": code == 0, "exit": code, key: value}
    text = jsonlib.dumps(as_json(envelope), ensure_ascii=True, allow_nan=False) + "\n"
    with streams.named():
        sys.stdout.write(text)
        sys.stdout.flush()


def _to_stderr(text: str) -> None:
    try:
        sys.stderr.write(harmless(text) + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        return  # nobody listens on stderr: there is no other place to say so


class Output:
    """How one command speaks."""

    def __init__(
        self, command: str = "", *, json: bool = False, quiet: bool = False, verbose: bool = False
    ) -> None:
        self.command = command
        self.json = json
        self.quiet = quiet
        self.verbose = verbose
        self.terminal = not json and sys.stdout.isatty()

    @property
    def attended(self) -> bool:
        """Whether a person looks on: stdout or stderr is a terminal."""
        return sys.stdout.isatty() or sys.stderr.isatty()

    @property
    def can_ask(self) -> bool:
        """Whether a question on stderr can be answered on stdin."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    @cached_property
    def console(self) -> Console:
        """Rich on stdout; only for a terminal, only for ``Text`` that was built piece by piece."""
        from rich.console import Console

        return Console(file=sys.stdout, markup=False, highlight=False, emoji=False, soft_wrap=True)

    @property
    def width(self) -> int:
        return self.console.width if self.terminal else 80

    def line(self, text: str = "", end: str = "\n") -> None:
        """One line of a result, as it is in a pipe, made harmless on a terminal."""
        with streams.named():
            sys.stdout.write((harmless(text) if self.terminal else text) + end)

    def lines(self, texts: Iterable[str], end: str = "\n") -> None:
        for text in texts:
            self.line(text, end)

    def rich(self, text: Text) -> None:
        with streams.named():
            self.console.print(text)

    def piece(self, text: str) -> None:
        """A piece of a streamed answer, at once."""
        self.line(text, end="")
        with streams.named():
            sys.stdout.flush()

    def result(self, data: Any, show: Callable[[], None], code: int = 0) -> int:
        """The result of the command: the envelope under ``--json``, else what ``show`` writes."""
        if self.json:
            _write_envelope(self.command, code, "data", data)
        else:
            show()
            with streams.named():
                sys.stdout.flush()
        return code

    def note(self, text: str) -> None:
        """A remark for people, on stderr."""
        if not self.quiet:
            _to_stderr(text)

    def detail(self, text: str) -> None:
        if self.verbose:
            _to_stderr(text)

    def prompt(self, text: str) -> None:
        """Invite a line of input, where a person is there to type it."""
        if self.can_ask:
            sys.stderr.write(text)
            sys.stderr.flush()

    def confirm(self, question: str) -> bool:
        """Ask on stderr, read from stdin; without a terminal the answer is no."""
        if not self.can_ask:
            return False
        sys.stderr.write(harmless(question) + " [y/N] ")
        sys.stderr.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    @contextmanager
    def progress(self) -> Iterator[Callable[[SyncEvent], None]]:
        """A bar with rate and ETA on a terminal, a plain line now and then otherwise, nothing if quiet."""
        if self.quiet:
            yield lambda event: None
        elif sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
            with _bar() as update:
                yield update
        else:
            yield _PlainProgress(self)

    def problem(self, path: str, reason: str, detail: str) -> None:
        self.detail(f"skipped {path_field(path)}: {reason}{': ' + detail if detail else ''}")


class _PlainProgress:
    """A line at the end of each step and every ten seconds in between."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._last = time.monotonic()

    def __call__(self, event: SyncEvent) -> None:
        now = time.monotonic()
        if now - self._last >= _PLAIN_PROGRESS_SECONDS:
            self._last = now
            of = f" of {event.total}" if event.total else ""
            self._out.note(f"{_STEPS.get(event.step, event.step)}: {event.done}{of}")


@contextmanager
def _bar() -> Iterator[Callable[[SyncEvent], None]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:,.0f}/s" if speed else "", style="dim")

    console = Console(file=sys.stderr, markup=False, highlight=False, emoji=False)
    columns = (
        TextColumn("{task.description:<11}", markup=False),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        tasks: dict[str, Any] = {}

        def update(event: SyncEvent) -> None:
            if event.step not in tasks:
                tasks[event.step] = progress.add_task(_STEPS.get(event.step, event.step), total=None)
            progress.update(tasks[event.step], completed=event.done, total=event.total or None)

        yield update
