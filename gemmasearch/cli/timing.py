"""``watch`` and ``schedule``: staying up to date without being asked."""

from __future__ import annotations

import shlex
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from gemmasearch.cli import counts, views
from gemmasearch.cli.render import Output, path_field
from gemmasearch.cli.session import CommandSpec, EmbedderOption, Session
from gemmasearch.cli.updating import stop_on_signals
from gemmasearch.errors import MachineRefused, UsageProblem

HELPER_IDLE = 3600  # seconds: a watcher that is killed leaves no helper for ever

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gemmasearch.documents import SyncReport
    from gemmasearch.indexing.schedule import Plan
    from gemmasearch.rates import Rates


def watch(
    session: Session,
    foreground: Annotated[
        bool, typer.Option("--foreground", help="Keep the usual priority instead of the lowest.")
    ] = False,
    battery: Annotated[
        bool, typer.Option("--battery", help="Go on while the machine runs on battery.")
    ] = False,
    embedder: EmbedderOption = None,
) -> int:
    """Keep all registered folders up to date, until Ctrl-C. Files are read as they change."""
    from gemmasearch.known import step_back

    out = session.out
    session.require_config()
    if not session.settings.db_path.exists():
        raise UsageProblem("nothing to watch yet", "name a folder: gsearch index ~/Documents")
    if not foreground:
        step_back()

    def done(report: SyncReport) -> None:
        out.note(counts.sync_summary(report))

    with (
        session.index(create=True) as index,
        stop_on_signals(out, "stopping") as stop,
        _helper(session) as still_there,
    ):

        def also(report: SyncReport) -> None:
            done(report)
            still_there()

        index.watch(stop=stop, done=also, say=out.note, battery=battery)
    return out.result({}, lambda: None)


@contextmanager
def _helper(session: Session) -> Iterator[Callable[[], None]]:
    """A warm helper beside the watcher, in a process of its own: it answers while the watcher reads and embeds.

    Its end is no failure: another helper may serve the index already. What is yielded starts it again.
    """
    helper = session.helper(HELPER_IDLE)

    def still_there() -> None:
        nonlocal helper
        if helper.poll() is not None:
            helper = session.helper(HELPER_IDLE)

    try:
        yield still_there
    finally:
        helper.terminate()
        helper.wait(10)


def install(
    session: Session,
    every: Annotated[str, typer.Option("--every", metavar="INTERVAL", help="30m, 2h, 1d …")] = "30m",
    print_: Annotated[
        bool, typer.Option("--print", help="Show what would be written, and write nothing.")
    ] = False,
) -> int:
    """Run `gsearch index` for this index on time. With systemd, launchd or cron, whichever the machine has."""
    from gemmasearch.known import install_schedule, schedule, seconds_of

    out = session.out
    session.require_config()
    try:
        plan = schedule(every, session.settings)
    except MachineRefused as e:
        if not print_:
            raise
        out.note(f"{e.message}; this is the line for a crontab elsewhere")
        plan = schedule(every, session.settings, system="cron")
    if not print_:
        install_schedule(plan)
    other = "" if plan.seconds == seconds_of(every) else f" (cron cannot keep {every})"
    done = "would run" if print_ else "installed"
    out.note(f"{done} with {plan.system}, every {_interval(plan.seconds)}{other}")
    return out.result(plan, lambda: _show_plan(out, plan))


def _interval(seconds: int) -> str:
    """90 minutes, 2 hours, day: what stands behind "every"."""
    for length, name in ((86_400, "day"), (3_600, "hour")):
        if seconds % length == 0:
            return name if seconds == length else f"{seconds // length} {name}s"
    return f"{seconds // 60} minutes"


def _show_plan(out: Output, plan: Plan) -> None:
    for path, text in plan.files.items():
        out.line(f"# {path}")
        out.line(text)
    if plan.line:
        out.line(plan.line)
    out.lines(f"$ {shlex.join(command)}" for command in plan.commands)


def show(session: Session) -> int:
    """List the schedules that are installed, each with its index."""
    from gemmasearch.known import installed_schedules

    out = session.out
    found = installed_schedules()
    if not found:
        out.note("no schedule is installed: `gsearch schedule install`")
    rows = [(path_field(each.index), entry) for each in found for entry in each.entries]
    return out.result(found, lambda: views.table(out, rows))


def remove(session: Session) -> int:
    """Take the schedule of this index out again."""
    from gemmasearch.known import installed_schedules, remove_schedule

    gone = remove_schedule(session.settings)
    if not gone:
        others = "; `gsearch schedule show` lists those of others" if installed_schedules() else ""
        session.out.note(f"no schedule is installed for {session.settings.db_path}{others}")
    else:
        session.out.note(f"taken out, for {session.settings.db_path}:")
    return session.out.result(gone, lambda: session.out.lines(gone))


def bench(session: Session, embedder: EmbedderOption = None) -> int:
    """Say how fast this machine is with your index. Embedding, searches, memory, and what would make it faster."""
    with session.index() as index:
        found = index.rates()
    return session.out.result(found, lambda: _show_rates(session.out, found))


def _show_rates(out: Output, found: Rates) -> None:
    shape = f", {found.threads} threads, {found.batch_tokens} tokens at a time" if found.threads else ""
    rows = [
        ("model", found.model + shape + (" (tried out and remembered)" if found.calibrated else "")),
        (
            "embedding",
            f"{found.tokens_per_second:,.0f} tokens/s, {found.passages_per_second:,.1f} passages/s",
        ),
        ("pages", f"{found.pages_per_second:,.1f} a second"),
        ("messages", f"{found.messages_per_second:,.1f} a second"),
    ]
    left = f"about {_duration(found.seconds_left)}" if found.waiting else "nothing"
    rows.append(
        ("left to embed", f"{left} ({counts.plural(found.waiting, 'passage')})" if found.waiting else left)
    )
    rows += [(f"search, {mode}", f"{spent:,.1f} ms") for mode, spent in found.queries_ms.items()]
    if found.memory_mb is not None:
        rows.append(("memory", f"{found.memory_mb:,.0f} MB beside the mapped files"))
    views.table(out, rows)
    out.lines(f"faster: {said}" for said in found.advice)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


COMMANDS = (
    CommandSpec("bench", bench),
    CommandSpec("watch", watch),
    CommandSpec("install", install, group="schedule"),
    CommandSpec("show", show, group="schedule"),
    CommandSpec("remove", remove, group="schedule"),
)
