"""What ``gsearch index`` does once its line is understood."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

from gemmasearch.cli import counts
from gemmasearch.cli.render import path_field
from gemmasearch.errors import FinishedWithProblems, Interrupted, LockHeld, UsageProblem
from gemmasearch.light import dataclass

if TYPE_CHECKING:
    import os

    from gemmasearch.cli.asked import Session
    from gemmasearch.cli.render import Output
    from gemmasearch.documents import SyncReport
    from gemmasearch.index import Index


@dataclass(frozen=True)
class Line:
    """A line of ``gsearch index``: its options but for those that are settings."""

    paths: Sequence[str | os.PathLike[str]] | None = None
    browser: Sequence[str] | None = None
    prune: bool = False
    max_time: str | None = None
    wait: float = 0.0
    include: Sequence[str] | None = None
    exclude: Sequence[str] | None = None
    foreground: bool = False
    strict: bool = False
    scheduled: float = 0.0

    @property
    def options(self) -> dict[str, Sequence[str]]:
        """Those of the folders that it names."""
        given = {"include": self.include, "exclude": self.exclude}
        return {name: patterns for name, patterns in given.items() if patterns}


def index(session: Session, line: Line) -> int:
    """
    :return: the exit code.
    """
    from gemmasearch.known import ocr_missing, step_back

    out = session.out
    if line.scheduled:
        session.require_config()
    wanted = _wanted(session, line)
    limit = seconds_of(line.max_time) if line.max_time else None
    if lacking := ocr_missing(session.settings):
        out.note(f"scans are not read: {lacking}")
    if not line.foreground and (line.scheduled or not out.attended):
        step_back()
    with session.index(create=True) as opened, stop_on_signals(out) as asked:
        before = {root.path: root.options for root in opened.roots()} if line.options else {}
        try:
            report = _run(opened, line, wanted, out, _until(limit, asked))
        except Interrupted as e:
            if isinstance(e.__cause__, LockHeld) and not asked():
                raise e.__cause__ from None  # its time was up while another run held the lock
            raise
        except LockHeld:
            if line.scheduled and out.quiet and not out.json:
                return LockHeld.exit_code  # cron would mail a line each time, all day long beside `watch`
            raise
        for root in opened.roots() if before else ():
            say_replaced(out, before.get(root.path, {}), root.options)
        _say_what_was_met(out, opened, report)
        code = _code(report, strict=line.strict, interrupted=asked())
    return out.result(report, lambda: None if out.quiet else out.line(counts.sync_summary(report)), code)


def _wanted(session: Session, line: Line) -> list[str]:
    """Folders and files to index, none = all that were added before.

    :raises UsageProblem: one does not exist, or none was ever named.
    """
    from gemmasearch.index import named, nothing_yet
    from gemmasearch.known import browser_histories

    wanted = named(line.paths or ())
    wanted += [path for name in line.browser or () for path in browser_histories(name)]
    if line.options and not wanted:
        raise UsageProblem(
            "which folder?", "name it, or change its options: gsearch roots FOLDER --exclude PATTERN"
        )
    if not wanted and not session.settings.db_path.exists():
        raise nothing_yet()
    return wanted


def _run(opened: Index, line: Line, wanted: list[str], out: Output, stop: Callable[[], bool]) -> SyncReport:
    with out.progress() as progress:
        return opened.index(
            wanted,
            progress=progress,
            stop=stop,
            prune=line.prune,
            wait=line.wait,
            options=line.options,
            scheduled=line.scheduled,
        )


def _say_what_was_met(out: Output, opened: Index, report: SyncReport) -> None:
    for note in opened.notes:
        out.note(note)
    for root in opened.roots() if report.unavailable else ():
        if root.path in report.unavailable:
            out.note(f"kept as it was: {path_field(root.path)}: {root.unavailable}")
    if out.verbose:
        for problem in report.problems:
            out.problem(problem.path, problem.reason, problem.detail)


def say_replaced(out: Output, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Patterns that no longer hold for a folder, as others were given: what they kept out comes in."""
    for name in ("include", "exclude"):
        gone = [pattern for pattern in before.get(name) or () if pattern not in (now.get(name) or ())]
        if gone and now.get(name):
            out.note(f"--{name} replaces {', '.join(gone)}: give all patterns together to keep them")


def _code(report: SyncReport, *, strict: bool, interrupted: bool) -> int:
    if report.interrupted and interrupted:
        return Interrupted.exit_code
    if strict and (report.problems or report.skipped or report.unavailable):
        return FinishedWithProblems.exit_code
    return 0


def seconds_of(time: str) -> float:
    """``90s``, ``20m``, ``2h`` in seconds. :raises UsageProblem: anything else."""
    found = re.fullmatch(r"(\d{1,6})([smh]?)", time.strip().lower())
    if not found:
        raise UsageProblem(f"{time!r} is no time", "say 90s, 20m or 2h")
    return int(found[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[found[2]]


def _until(limit: float | None, asked: Callable[[], bool]) -> Callable[[], bool]:
    """Stop when asked to, or when the time is up."""
    if limit is None:
        return asked
    deadline = monotonic() + limit
    return lambda: asked() or monotonic() >= deadline


@contextmanager
def stop_on_signals(
    out: Output,
    remark: str = "stopping after this batch; what is finished is kept (Ctrl-C twice more stops at once)",
) -> Iterator[Callable[[], bool]]:
    """Ctrl-C, SIGTERM and a closed terminal end the run after the current batch; after a second one of them, the next
    Ctrl-C ends it at once. What nohup lets go on when the terminal is closed goes on."""
    asked: list[int] = []

    def ask_to_stop(number: int, frame: Any) -> None:
        if asked:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        out.note("stopping (Ctrl-C once more stops at once)" if asked else remark)
        asked.append(number)

    stops = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        stops.append(signal.SIGHUP)
    before = {s: signal.signal(s, ask_to_stop) for s in stops}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
